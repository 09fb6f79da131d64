"""Entries when a new playbook is published: only triggers that mean the same in both playbooks fire."""

from copy import replace
from datetime import timedelta

import pytest

from ripen.fold.fold import Folded
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.lead.activity import Kind, Verdict
from ripen.playbook.bundle import Bundle, Segment
from ripen.playbook.clause import Belongs, Condition, Did, Not
from ripen.playbook.trigger import OnDate, OnField, OnRank, OnSegment, Trigger
from tests.support.builders import DAY, an_activity
from tests.support.fakes import NOON
from tests.support.journey_entries import BY_KEY, JUNIOR, ORDERED, a_playbook, an_order, entry_decisions, run

MONTH = timedelta(days=30, minutes=1)
VIEWED = Did(kind="page_viewed", at_least=0, at_most=0, within_seconds=30 * DAY)
SILENT = Segment(name="silent", also=(VIEWED, Did(kind="page_viewed")))
AWAY = Segment(name="away", also=(Belongs(segment="silent"),))
RICH = Segment(name="rich", when=(Condition(field="total", at_least=25),))
TRIGGER = OnSegment(segment="silent")
PLAN = Condition(field="plan", any_of=("pro",))


def renewed(old: Bundle, new: Bundle, before: Bundle | None = None, **fields: str) -> Folded:
    """Fold by the old playbook, and refold a month later by the new one; `fields` came with a form meanwhile."""
    view = an_activity(kind=Kind.PAGE_VIEWED, subject="pricing")
    got = run(old, view, an_activity(id="2"))
    profile = replace(JUNIOR, attributes=fields)
    return refold(
        LeadHistory(profile=profile, state=got.state), got.activities, new, NOON + MONTH, previous=before or old
    )


def with_other_segments(bundle: Bundle, *more: Segment) -> Bundle:
    """Return the playbook with additional segments, so that all leads are recalculated."""
    news = Segment(name="news", also=(Did(kind="form_submitted"),))
    return replace(bundle, segments=bundle.segments | {each.name: each for each in (news, *more)})


def rescored(bundle: Bundle) -> Bundle:
    return replace(bundle, scoring=replace(bundle.scoring, half_life_days=400))


@pytest.mark.parametrize("name", ["silent", "away"])
def test_unchanged_segment_joined_meanwhile_enrols_the_lead(name: str) -> None:
    old = a_playbook(OnSegment(segment=name), segments=(SILENT, AWAY))
    refolded = renewed(old, with_other_segments(old))
    assert entry_decisions(refolded) == [("entered", "", f"segment {name}")]
    assert entry_decisions(run(with_other_segments(old), state=refolded.state, now=NOON + MONTH)) == []


@pytest.mark.parametrize("name", ["silent", "away"])
def test_changed_segment_enrols_no_lead(name: str) -> None:
    old = a_playbook(OnSegment(segment=name), segments=(SILENT, AWAY))
    loud = replace(SILENT, also=(replace(VIEWED, within_seconds=29 * DAY), Did(kind="page_viewed")))
    assert entry_decisions(renewed(old, with_other_segments(old, loud))) == []


def test_segment_of_scores_changes_with_the_scoring() -> None:
    poor = Segment(name="poor", also=(Not(clause=RICH.when[0]),))
    old = a_playbook(OnSegment(segment="poor"), segments=(poor,))
    assert entry_decisions(renewed(old, with_other_segments(old))) == [("entered", "", "segment poor")]
    assert entry_decisions(renewed(old, replace(rescored(old), scoring=replace(old.scoring, half_life_days=1)))) == []


def test_field_changed_meanwhile_enrols_the_lead() -> None:
    old = a_playbook(OnField(when=PLAN))
    assert entry_decisions(renewed(old, with_other_segments(old), plan="pro")) == [("entered", "", "field plan")]
    assert entry_decisions(renewed(old, with_other_segments(old))) == []


@pytest.mark.parametrize("trigger", [OnField(when=PLAN), TRIGGER])
def test_new_trigger_enrols_no_lead_for_old_values(trigger: Trigger) -> None:
    new = a_playbook(trigger, segments=(SILENT,))
    assert entry_decisions(renewed(a_playbook(), with_other_segments(new), plan="pro")) == []


@pytest.mark.parametrize("trigger", [OnRank(rank="hot"), OnField(when=Condition(field="total", at_least=50))])
def test_changed_scoring_enrols_no_lead(trigger: Trigger) -> None:
    old = a_playbook(trigger)
    high = replace(old.scoring, engagement=(replace(old.scoring.engagement[0], points=400),))
    assert entry_decisions(renewed(old, replace(old, scoring=high))) == []


def test_state_of_an_older_playbook_enrols_no_lead() -> None:
    old = a_playbook(TRIGGER, segments=(SILENT,))
    assert entry_decisions(renewed(old, with_other_segments(old), rescored(old))) == []


def test_new_definitions_neither_enrol_nor_alert() -> None:
    # given a lead under a playbook without segments
    old = a_playbook(ORDERED)
    got = run(old, an_order("1"))
    # when a new playbook has a segment of the lead, scores higher, and has a trigger of each kind that is true already
    buyers = Segment(name="buyers", also=(Did(kind="form_submitted"),))
    scoring = replace(old.scoring, engagement=(replace(old.scoring.engagement[0], points=100),))
    triggers = (
        OnSegment(segment="buyers"),
        OnRank(rank="hot"),
        OnField(when=Condition(field="company", present=True)),
        OnDate(field="since", at="00:00"),
    )
    new = replace(a_playbook(*triggers, segments=(buyers,)), scoring=scoring)
    profile = replace(JUNIOR, attributes={"since": "2026-11-21"})
    refolded = refold(LeadHistory(profile=profile, state=got.state), got.activities, new, NOON)
    # then the state is as if the playbook had always been live, without an entry or an alert
    assert (refolded.state.segments, refolded.state.rank, refolded.score.total) == (("buyers",), "hot", 100)
    assert [type(c).__name__ for c in refolded.consequences] == ["CrmOutdated"]
    assert [(d.what, d.reason) for d in refolded.decisions] == [("rank", "playbook changed")]
    # and the next fold changes nothing
    assert refolded.state.rules_version != got.state.rules_version
    assert run(new, state=refolded.state, profile=profile).consequences == ()


@pytest.mark.parametrize(("late", "outcomes"), [(timedelta(0), ["entered"]), (timedelta(days=2, seconds=1), [])])
def test_date_during_the_change_of_definitions_fires(late: timedelta, outcomes: list[str]) -> None:
    # given a lead whose birthday comes between the publication of other scoring and the refold of the lead
    morning, birthday = NOON.replace(hour=0) + timedelta(days=1), OnDate(field="birthday", yearly=True)
    old, lead = a_playbook(birthday, again=BY_KEY), replace(JUNIOR, attributes={"birthday": "1980-11-22"})
    new = replace(old, scoring=replace(old.scoring, half_life_days=7))
    got = run(old, an_activity(subject="contact"), profile=lead)
    # when the lead is refolded later
    refolded = refold(LeadHistory(profile=lead, state=got.state), got.activities, new, morning + late)
    # then it enters, unless the date is too old, for which there is no decision
    assert [outcome for outcome, _, _ in entry_decisions(refolded)] == outcomes
    assert entry_decisions(run(new, state=refolded.state, profile=lead, now=morning + late)) == []


def test_outdated_state_is_enrolled_by_activities_only() -> None:
    buyers = Segment(name="buyers", also=(Did(kind="form_submitted"),))
    state = replace(run(a_playbook()).state, rules_version="other")
    got = run(a_playbook(OnSegment(segment="buyers"), segments=(buyers,)), an_order("1"), state=state)
    assert (got.state.segments, entry_decisions(got), got.state.rules_version) == (("buyers",), [], "other")


def test_revised_verdict_lets_the_lead_join_a_segment() -> None:
    clicked = Segment(name="clicked", also=(Did(kind="link_clicked"),))
    bundle = a_playbook(OnSegment(segment="clicked"), segments=(clicked,))
    click = an_activity(kind=Kind.LINK_CLICKED, verdict=Verdict.MACHINE, facts={"send": "s", "agent": "browser"})
    before = run(bundle, click)
    assert before.state.activity_times == {}
    refolded = refold(LeadHistory(profile=JUNIOR, state=before.state), before.activities, bundle, NOON)
    assert entry_decisions(refolded) == [("entered", "", "segment clicked")]
    assert (
        entry_decisions(refold(LeadHistory(profile=JUNIOR, state=refolded.state), refolded.activities, bundle, NOON))
        == []
    )
