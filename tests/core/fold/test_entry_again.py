"""Entries of a lead that entered the journey before: `again`, the key, and the enrollments that must be read."""

from copy import replace
from datetime import timedelta

import pytest

from ripen.fold.entry import journeys_to_read
from ripen.ids import digest
from ripen.lead.activity import Kind
from ripen.lead.state import LatestEntry
from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Condition, Did
from ripen.playbook.graph import Again, SendStep, Until, WaitStep
from ripen.playbook.trigger import OnActivity, OnSegment
from tests.support.builders import DAY, an_activity
from tests.support.fakes import NOON
from tests.support.journey_entries import (
    AFTER_EXIT,
    BY_KEY,
    JUNIOR,
    NEVER,
    ORDERED,
    a_playbook,
    an_earlier_enrollment,
    an_order,
    asked,
    entries,
    entry_decisions,
    keys,
    run,
)


def test_lead_enters_once_for_each_key() -> None:
    bundle = a_playbook(ORDERED, again=BY_KEY)
    got = run(bundle, an_order("1"), an_order("2"), an_order("1", id="again"))
    assert keys(got) == ["2", "1"] or keys(got) == ["1", "2"]
    assert ("refused", "entered for this already", "activity") in entry_decisions(got)
    assert journeys_to_read(got.state, JUNIOR, [an_order("1")], bundle, NOON) == {"j"}
    later = run(
        bundle,
        an_order("1", id="x"),
        an_order("3"),
        state=got.state,
        enrollments=[an_earlier_enrollment("1", True), an_earlier_enrollment("2")],
    )
    assert keys(later) == ["3"]


@pytest.mark.parametrize("order", ["東京/1", "a#b", "x" * 65, " "])
def test_key_unfit_for_a_row_key_is_digested(order: str) -> None:
    assert keys(run(a_playbook(ORDERED, again=BY_KEY), an_order("1", facts={"order": order}))) == [digest(order)]


def test_activity_is_the_key_if_the_fact_is_missing() -> None:
    assert keys(run(a_playbook(ORDERED, again=BY_KEY), an_order("1", facts={}))) == ["activity-1"]


def test_lead_enters_again_only_after_leaving() -> None:
    bundle = a_playbook(ORDERED, again=AFTER_EXIT)
    one = run(bundle, an_order("1", facts={}))
    assert journeys_to_read(one.state, JUNIOR, [an_order("2")], bundle, NOON) == {"j"}
    inside = run(bundle, an_order("2", facts={}), state=one.state, enrollments=[an_earlier_enrollment("activity-1")])
    assert entry_decisions(inside) == [("refused", "still in it", "activity")]
    out = run(
        bundle,
        an_order("2", facts={}),
        an_order("3", facts={}),
        state=one.state,
        enrollments=[an_earlier_enrollment("activity-1", True)],
    )
    assert keys(out) == ["activity-2"]
    assert entry_decisions(out)[1] == ("refused", "still in it", "activity")


def test_ended_enrollment_is_read_only_once() -> None:
    bundle = a_playbook(OnActivity(kind="page_read"), again=AFTER_EXIT)
    one = run(bundle, an_activity(kind=Kind.PAGE_READ))
    seen = run(bundle, an_activity(id="2"), state=one.state, enrollments=[an_earlier_enrollment("activity1", True)])
    assert not seen.state.journeys["j"].active
    assert journeys_to_read(seen.state, JUNIOR, [an_activity(id="3", kind=Kind.PAGE_READ)], bundle, NOON) == frozenset()
    assert keys(run(bundle, an_activity(id="3", kind=Kind.PAGE_READ), state=seen.state)) == ["3"]


def test_enrollments_are_read_only_if_again_asks_for_them() -> None:
    for again in (NEVER, Again(how="after", seconds=DAY)):
        bundle = a_playbook(ORDERED, again=again)
        assert (
            journeys_to_read(
                run(bundle, an_order("1", facts={})).state, JUNIOR, [an_order("2", facts={})], bundle, NOON
            )
            == set()
        )
    assert journeys_to_read(None, JUNIOR, [an_order("1")], a_playbook(ORDERED, again=BY_KEY), NOON) == frozenset()


def test_request_to_enrol_is_subject_to_again_and_who() -> None:
    one = run(a_playbook(), asked())
    assert entry_decisions(run(a_playbook(), asked(id="2"), state=one.state)) == [
        ("refused", "entered once already", "asked by anna")
    ]
    picky = a_playbook(who=Condition(field="company", any_of=("other",)))
    assert entry_decisions(run(picky, asked())) == [("refused", "does not match `who`", "asked by anna")]
    keyed = asked(facts={"key": "2026-12", "by": "schedule"})
    assert keys(run(a_playbook(again=Again(how="after")), keyed)) == ["2026-12"]


def test_latest_key_is_refused_without_its_enrollment() -> None:
    one = run(a_playbook(ORDERED, again=BY_KEY), an_order("7"))
    again = run(a_playbook(ORDERED, again=BY_KEY), an_order("7", id="other"), state=one.state)
    assert entry_decisions(again) == [("refused", "entered for this already", "activity")]


def test_entry_keeps_the_wake_events_of_earlier_enrollments() -> None:
    # given an enrollment whose goal is one page, and a second one in the same journey, whose goal is now another page
    page, other = Did(kind="page_viewed", subject="pricing"), Did(kind="page_viewed", subject="jobs")
    one = run(a_playbook(ORDERED, again=BY_KEY, goal=page), an_order("1"))
    two = run(
        a_playbook(ORDERED, again=BY_KEY, goal=other),
        an_order("2"),
        state=one.state,
        enrollments=[an_earlier_enrollment("1")],
    )
    assert keys(two) == ["2"]
    # then both pages wake the journey
    assert two.state.journeys["j"].wake_events == ("page_viewed jobs", "page_viewed pricing")


def test_two_triggers_at_once_make_one_entry_and_two_decisions() -> None:
    buyers = Segment(name="buyers", also=(Did(kind="form_submitted", subject="order"),))
    bundle = a_playbook(ORDERED, OnSegment(segment="buyers"), segments=(buyers,), again=Again(how="after"))
    got = run(bundle, an_order("1", facts={}))
    assert [reason for _, reason, _ in entry_decisions(got)] == ["", "entered for this already"]
    assert len({decision.id for decision in got.decisions}) == len(got.decisions)


DELIVERY = SendStep(id="send-guide", email="whitepaper-delivery", next="wait")
GUIDE = (DELIVERY, WaitStep(id="wait", until=Until(days=3)))
LATELY = Again(how="after", seconds=90 * DAY)


@pytest.mark.parametrize(
    ("again", "known"), [(LATELY, "activity-1"), (NEVER, "once"), (AFTER_EXIT, "activity-1"), (BY_KEY, "1")]
)
def test_lead_that_sends_the_form_again_gets_the_mail_it_asks_for_and_nothing_else(again: Again, known: str) -> None:
    # given a lead in a journey that starts with the requested mail
    bundle = a_playbook(ORDERED, again=again, first=DELIVERY.id, steps=GUIDE)
    first = run(bundle, an_order("1"))
    # when it sends the same form again
    got = run(
        bundle,
        an_order("1", id="later", received=NOON + timedelta(days=1)),
        state=first.state,
        enrollments=[an_earlier_enrollment(known)],
    )
    # then only the mail is for it, and the next real entry counts from the first one
    [entry] = entries(got)
    assert (entry.key, entry.requested_only, entry.facts) == ("later", True, {"order": "1"})
    assert entry_decisions(got) == [("entered", "asked for the mail again", "activity")]
    assert got.state.journeys["j"].at == first.state.journeys["j"].at


def test_requests_that_are_folded_together_get_one_mail() -> None:
    bundle = a_playbook(ORDERED, again=NEVER, first=DELIVERY.id, steps=GUIDE)
    first = run(bundle, *(an_order(str(number)) for number in range(3)))
    assert [entry.requested_only for entry in entries(first)] == [False]
    later = run(bundle, *(an_order(str(number)) for number in range(3, 6)), state=first.state)
    assert [entry.requested_only for entry in entries(later)] == [True]
    assert ("refused", "entered once already", "activity") in entry_decisions(later)


def test_again_still_governs_entries_that_ask_for_no_mail() -> None:
    marketing = (replace(DELIVERY, email="case-study"), *GUIDE[1:])
    for steps, enrol, who in (
        (marketing, ORDERED, None),
        (GUIDE, OnActivity(kind="page_viewed", subject="order"), None),
        (GUIDE, ORDERED, Condition(field="company", any_of=("other",))),
    ):
        bundle = a_playbook(enrol, first=DELIVERY.id, steps=steps, who=who)
        kind = Kind.PAGE_VIEWED if enrol.kind == "page_viewed" else Kind.FORM_SUBMITTED
        state = replace(run(bundle).state, journeys={"j": LatestEntry(key="once", at=NOON)})
        assert entries(run(bundle, an_order("1", kind=kind), state=state)) == []
