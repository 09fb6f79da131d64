"""Two playbooks are compared by step and by part."""

from copy import replace
from typing import Any

from ripen.operations.publication.difference import Change, difference
from ripen.playbook.bundle import Bundle, Policy
from ripen.playbook.graph import Journey
from tests.support.builders import a_bundle, a_changed_journey

LIVE = a_bundle()
JOURNEY = LIVE.journeys["whitepaper"]


def with_journey(journey: Journey | None, hash: str = "bundle2", **changes: Any) -> Bundle:
    journeys = {"whitepaper": journey} if journey else {}
    return replace(LIVE, hash=hash, journeys=journeys, **changes)


def test_the_same_playbook_is_no_difference() -> None:
    assert not difference(LIVE, replace(LIVE, hash="other"))


def test_steps_are_compared_by_id() -> None:
    [journey] = difference(LIVE, with_journey(a_changed_journey("case-study"))).journeys
    assert [(step.name, step.how) for step in journey.steps] == [
        ("wait-3-days", "changed"),
        ("send-news", "added"),
        ("send-case-study", "removed"),
    ]


def test_everything_else_is_compared_part_by_part() -> None:
    new = replace(LIVE, policy=Policy(per_week=2), emails={"whitepaper-delivery": LIVE.emails["whitepaper-delivery"]})
    assert difference(LIVE, new).others == (
        Change("policy", "changed"),
        Change("emails/case-study", "removed"),
    )


def test_before_the_first_publish_all_is_new() -> None:
    assert {journey.how for journey in difference(None, LIVE).journeys} == {"added"}
