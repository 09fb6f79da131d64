"""Who enters while a new playbook is on its way to the leads: by what both playbooks mean, not by what only the new one says."""

from copy import replace
from datetime import timedelta

import pytest

from ripen.fold.fold import Folded
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.lead.activity import Kind
from ripen.playbook.bundle import Bundle, Segment
from ripen.playbook.clause import Belongs, Condition, Did, Not
from ripen.playbook.trigger import OnField, OnRank, OnSegment, Trigger
from tests.support.builders import DAY, an_activity
from tests.support.fakes import NOON
from tests.support.journey_entries import JUNIOR, into, run, told

MONTH = timedelta(days=30, minutes=1)
VIEWED = Did(kind="page_viewed", at_least=0, at_most=0, within_seconds=30 * DAY)
SILENT = Segment(name="silent", also=(VIEWED, Did(kind="page_viewed")))
AWAY = Segment(name="away", also=(Belongs(segment="silent"),))
RICH = Segment(name="rich", when=(Condition(field="total", at_least=25),))
DOOR = OnSegment(segment="silent")
PLAN = Condition(field="plan", any_of=("pro",))


def renewed(old: Bundle, new: Bundle, before: Bundle | None = None, **fields: str) -> Folded:
    """Folded by the old playbook, and a month later anew by the new one; `fields` came with a form meanwhile."""
    view = an_activity(kind=Kind.PAGE_VIEWED, subject="pricing")
    got = run(old, view, an_activity(id="2"))
    profile = replace(JUNIOR, attributes=fields)
    return refold(
        LeadHistory(profile=profile, state=got.state), got.activities, new, NOON + MONTH, previous=before or old
    )


def otherwise(bundle: Bundle, *more: Segment) -> Bundle:
    """The same with other segments beside, so that all are to be folded anew."""
    news = Segment(name="news", also=(Did(kind="form_submitted"),))
    return replace(bundle, segments=bundle.segments | {each.name: each for each in (news, *more)})


def rescored(bundle: Bundle) -> Bundle:
    return replace(bundle, scoring=replace(bundle.scoring, half_life_days=400))


@pytest.mark.parametrize("name", ["silent", "away"])
def test_a_segment_that_time_brings_lets_in_meanwhile(name: str) -> None:
    old = into(OnSegment(segment=name), segments=(SILENT, AWAY))
    anew = renewed(old, otherwise(old))
    assert told(anew) == [("entered", "", f"segment {name}")]
    assert told(run(otherwise(old), state=anew.state, now=NOON + MONTH)) == []


@pytest.mark.parametrize("name", ["silent", "away"])
def test_a_segment_that_is_another_now_has_been_joined_by_nobody(name: str) -> None:
    old = into(OnSegment(segment=name), segments=(SILENT, AWAY))
    loud = replace(SILENT, also=(replace(VIEWED, within_seconds=29 * DAY), Did(kind="page_viewed")))
    assert told(renewed(old, otherwise(old, loud))) == []


def test_a_segment_of_scores_is_another_where_scoring_is() -> None:
    poor = Segment(name="poor", also=(Not(clause=RICH.when[0]),))
    old = into(OnSegment(segment="poor"), segments=(poor,))
    assert told(renewed(old, otherwise(old))) == [("entered", "", "segment poor")]
    assert told(renewed(old, replace(rescored(old), scoring=replace(old.scoring, half_life_days=1)))) == []


def test_a_field_that_a_form_has_changed_meanwhile_lets_in() -> None:
    old = into(OnField(when=PLAN))
    assert told(renewed(old, otherwise(old), plan="pro")) == [("entered", "", "field plan")]
    assert told(renewed(old, otherwise(old))) == []


@pytest.mark.parametrize("door", [OnField(when=PLAN), DOOR])
def test_what_the_old_playbook_did_not_ask_is_not_taken_for_news(door: Trigger) -> None:
    new = into(door, segments=(SILENT,))
    assert told(renewed(into(), otherwise(new), plan="pro")) == []


@pytest.mark.parametrize("door", [OnRank(rank="hot"), OnField(when=Condition(field="total", at_least=50))])
def test_other_scoring_lets_nobody_in(door: Trigger) -> None:
    old = into(door)
    high = replace(old.scoring, engagement=(replace(old.scoring.engagement[0], points=400),))
    assert told(renewed(old, replace(old, scoring=high))) == []


def test_a_lead_whom_a_playbook_before_that_one_judged_enters_by_nothing() -> None:
    old = into(DOOR, segments=(SILENT,))
    assert told(renewed(old, otherwise(old), rescored(old))) == []
