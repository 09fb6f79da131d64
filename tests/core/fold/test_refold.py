"""Refold: points of machines are taken back exactly, and nothing is announced twice."""

from copy import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.fold.consequences import CrmOutdated, JourneysAffected, LeadTurnedHot
from ripen.fold.fold import Folded, fold
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.ids import alert_id
from ripen.lead.activity import Activity, Classification, EarlierVerdict, Kind, Verdict, as_judged_at
from ripen.lead.history import history_entry
from ripen.lead.state import Rank, State
from ripen.playbook.clause import Did
from ripen.playbook.graph import WaitForStep, WaitPath
from ripen.playbook.retention import Retention
from ripen.scoring.rules_version import rules_version
from ripen.tracking.click_verdict import RULES_VERSION
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON

BUNDLE = a_bundle()
JUNIOR = a_lead(job_title="")
HOUR = timedelta(hours=1)
AFTER = NOON + timedelta(minutes=1)


def a_click(n: int, at: datetime = NOON, agent: str = "browser", verdict: Verdict = Verdict.HUMAN) -> Activity:
    return an_activity(
        id=f"click{n}",
        kind=Kind.LINK_CLICKED,
        subject="case-study",
        at=at,
        received=at,
        verdict=verdict,
        facts={"send": f"send{n}", "link": "0", "agent": agent},
    )


def a_form(n: int, at: datetime = NOON) -> Activity:
    return an_activity(id=f"form{n}", subject="contact", at=at, received=at)


def lived(activities: list[Activity], until: datetime) -> tuple[State, list[Activity]]:
    """Fold the activities one after the other, with the passing of time between them. Return the state and them."""
    state, done = None, list[Activity]()
    decay: datetime | None = None
    for activity in sorted(activities, key=lambda a: (a.received, a.id)):
        state, decay = waited(state, decay, activity.received)
        got = fold(LeadHistory(profile=JUNIOR, state=state), [activity], BUNDLE, activity.received)
        state, decay = got.state, got.due
        done += got.activities
    state, _ = waited(state, decay, until)
    return state or fold(LeadHistory(profile=JUNIOR), [], BUNDLE, until).state, done


def waited(state: State | None, decay: datetime | None, until: datetime) -> tuple[State | None, datetime | None]:
    while state and decay and decay <= until:
        got = fold(LeadHistory(profile=JUNIOR, state=state), [], BUNDLE, decay)
        state, decay = got.state, got.due
    return state, decay


def refolded(state: State, done: list[Activity], now: datetime, most: int | None = None) -> Folded:
    return refold(LeadHistory(profile=JUNIOR, state=state), done, BUNDLE, now, most=most)


def alerts(got: Folded) -> list[str]:
    return [c.alert.id for c in got.consequences if isinstance(c, LeadTurnedHot)]


HISTORIES = st.lists(st.tuples(st.sampled_from(["form", "click", "machine"]), st.integers(0, 60)), max_size=10)
"""What a lead did, each with its day. Clicks come half a day after forms, which would prove that a person clicked."""
LATER = st.integers(61, 120).map(lambda days: NOON + timedelta(days=days))


def activities_of(history: list[tuple[str, int]]) -> list[Activity]:
    """Return the activities, whose clicks all passed as a person's under older rules."""
    return [
        a_form(n, NOON + timedelta(days=day))
        if what == "form"
        else a_click(n, NOON + timedelta(days=day, hours=12), agent="library" if what == "machine" else "browser")
        for n, (what, day) in enumerate(history)
    ]


def scored(state: State) -> tuple[Any, ...]:
    """Return what points were given for. Their sums depend on the order of additions, so they are compared apart."""
    return state.rank, state.last_activity, {code: replace(p, points=0) for code, p in state.rule_points.items()}


def points(state: State) -> dict[str, float]:
    return {code: rule.points for code, rule in state.rule_points.items()}


@given(HISTORIES, LATER)
def test_refold_takes_back_exactly_the_points_of_machines(history: list[tuple[str, int]], now: datetime) -> None:
    activities = activities_of(history)
    state, folded = lived(activities, now)
    after = refolded(state, folded, now).state
    without_machines, _ = lived([activity for activity in activities if activity.facts.get("agent") != "library"], now)
    assert scored(after) == scored(without_machines)
    assert points(after) == pytest.approx(points(without_machines), abs=1e-9)


@given(HISTORIES, LATER)
def test_second_refold_changes_nothing(history: list[tuple[str, int]], now: datetime) -> None:
    state, folded = lived(activities_of(history), now)
    first = refolded(state, folded, now)
    revised = {activity.id: activity for activity in first.activities}
    second = refolded(first.state, [revised.get(activity.id, activity) for activity in folded], now)
    assert (second.state, second.activities, second.consequences, second.decisions) == (first.state, (), (), ())


def test_lead_that_a_machine_made_hot_cools_with_a_decision() -> None:
    state, done = lived([a_form(1), *(a_click(n, AFTER, agent="library") for n in range(2, 4))], AFTER)
    hot, _ = lived([a_form(1), a_form(2)], NOON)
    state = replace(state, rank=Rank.HOT, rank_since=NOON, episode=1, alerted=NOON, journeys=hot.journeys)
    got = refolded(state, done, NOON + HOUR)
    assert (got.state.rank, got.state.episode, got.state.alerted) == (Rank.WARM, 1, NOON)
    assert alerts(got) == []
    assert CrmOutdated(urgent=True) in got.consequences
    decided = [(d.what, d.subject, d.outcome, d.reason) for d in got.decisions]
    assert decided == [
        ("verdict", "case-study", "machine", "does not identify itself as a browser"),
        ("verdict", "case-study", "machine", "does not identify itself as a browser"),
        ("rank", "warm", "fell", "verdicts revised"),
    ]
    assert [(a.verdict, a.classification) for a in got.activities] == [
        (
            Verdict.MACHINE,
            Classification(points=60, rules_version=RULES_VERSION, why=("does not identify itself as a browser",)),
        )
    ] * 2


def test_revised_verdict_keeps_the_one_before_and_until_when_it_held() -> None:
    state, done = lived([a_click(1, agent="library")], AFTER)
    once = refolded(state, done, AFTER)
    [revised] = once.activities
    assert revised.earlier_verdicts == (EarlierVerdict(until=AFTER, verdict=Verdict.HUMAN),)
    assert [as_judged_at(revised, at).verdict for at in (NOON, AFTER)] == [Verdict.HUMAN, Verdict.MACHINE]
    click = replace(revised, facts=revised.facts | {"agent": "browser"})
    [again] = refolded(once.state, [click], AFTER + HOUR).activities
    moments = (NOON, AFTER, AFTER + HOUR)
    assert [as_judged_at(again, at).verdict for at in moments] == [Verdict.HUMAN, Verdict.MACHINE, Verdict.HUMAN]


def test_person_taken_for_a_machine_gets_the_points_and_one_alert() -> None:
    # given a lead that two clicks would have made hot
    senior = a_lead(job_title="部長")
    clicks = [a_click(n, verdict=Verdict.MACHINE) for n in (1, 2)]
    before = fold(LeadHistory(profile=senior), clicks, BUNDLE, NOON)
    assert before.state.rank is Rank.WARM
    # when the lead is refolded
    now = NOON + HOUR
    got = refold(LeadHistory(profile=senior, state=before.state), before.activities, BUNDLE, now)
    # then it is hot, and sales is alerted
    assert (got.state.rank, got.state.episode, got.state.rank_since) == (Rank.HOT, 1, NOON)
    assert alerts(got) == [alert_id("lead1", "hot", 1)]
    assert got.state.alerted == now
    # and not again, however often the verdicts are revised
    machine = [replace(a, facts=a.facts | {"agent": "library"}) for a in got.activities]
    cooled = refold(LeadHistory(profile=senior, state=got.state), machine, BUNDLE, now + HOUR)
    assert cooled.state.rank is Rank.WARM
    once_more = refold(LeadHistory(profile=senior, state=cooled.state), before.activities, BUNDLE, now + 2 * HOUR)
    assert (once_more.state.rank, once_more.state.episode) == (Rank.HOT, 1)
    assert alerts(once_more) == []


def test_click_that_becomes_a_persons_wakes_the_journey_that_waits_for_it() -> None:
    # given a journey that waits for a click
    waits = WaitForStep(id="w", paths=(WaitPath(name="seen", when=Did(kind="link_clicked", subject="case-study")),))
    journey = replace(BUNDLE.journeys["whitepaper"], steps=(waits,), first="w")
    bundle = replace(BUNDLE, journeys={"whitepaper": journey})
    entered = fold(LeadHistory(profile=JUNIOR), [an_activity()], bundle, NOON)
    for verdict, agent, woken in (
        (Verdict.MACHINE, "browser", ("whitepaper",)),
        (Verdict.HUMAN, "library", ()),
        (Verdict.HUMAN, "browser", ()),
    ):
        # when the verdict of a click is revised
        click = a_click(1, AFTER, agent=agent, verdict=verdict)
        judged = fold(LeadHistory(profile=JUNIOR, state=entered.state), [click], bundle, AFTER)
        got = refold(
            LeadHistory(profile=JUNIOR, state=judged.state),
            [*entered.activities, *judged.activities],
            bundle,
            NOON + HOUR,
        )
        # then
        journeys_affected = [name for c in got.consequences if isinstance(c, JourneysAffected) for name in c.journeys]
        assert tuple(journeys_affected) == woken


def test_unchanged_rank_keeps_its_start() -> None:
    # given a lead that its form turned warm, and a click of a machine
    state, done = lived([a_form(1), a_click(1, AFTER, agent="library")], AFTER)
    state = replace(state, rank_since=NOON - HOUR)  # by the clock of another host, at its first fold
    assert refolded(state, done, NOON + HOUR).state.rank_since == NOON - HOUR


def test_lead_that_turns_hot_after_a_false_alarm_is_alerted() -> None:
    # given a lead that a machine made hot, before its points were taken back
    later = NOON + timedelta(days=2)
    forms = [replace(a_form(n, later), folded=later) for n in (1, 2)]
    state = State(
        lead="lead1",
        rank=Rank.WARM,
        rank_since=NOON,
        episode=1,
        alerted=NOON,
        rules_version=rules_version(BUNDLE),
        history=tuple(map(history_entry, forms)),
    )
    # when two forms of a person turn it hot two days later
    got = refolded(state, forms, later + HOUR)
    # then that is a second hot episode
    assert (got.state.rank, got.state.episode) == (Rank.HOT, 2)
    assert alerts(got) == [alert_id("lead1", "hot", 2)]


def test_refold_keeps_entries_and_counts() -> None:
    state, done = lived([an_activity(), a_click(1, AFTER, agent="library")], AFTER)
    got = refolded(state, done, NOON + HOUR)
    assert state.journeys
    assert got.state.journeys == state.journeys
    assert got.state.activity_count == 2
    assert not any(isinstance(c, JourneysAffected) for c in got.consequences)
    assert {d.what for d in got.decisions} == {"verdict"}


def test_activity_not_folded_yet_is_left_out() -> None:
    state, done = lived([a_form(1)], NOON)
    got = refolded(state, [*done, a_form(2), a_click(3)], NOON)
    assert (got.state.activity_count, got.activities) == (1, ())


def test_revised_activities_come_in_parts_but_the_state_at_once() -> None:
    state, done = lived([a_form(0), *(a_click(n, AFTER, agent="library") for n in range(1, 8))], AFTER)
    first = refolded(state, done, AFTER, most=5)
    assert len(first.activities) == 5
    assert "click" not in first.state.rule_points
    untouched = [a for a in done if a.id not in {b.id for b in first.activities}]
    rest = refolded(first.state, [*first.activities, *untouched], AFTER)
    assert len(rest.activities) == 2
    assert (first.state.verdicts_outdated, first.due) == (True, AFTER)
    assert replace(rest.state, history=first.state.history) == replace(first.state, verdicts_outdated=False)
    machines = [entry.details.verdict for entry in rest.state.history].count(Verdict.MACHINE)
    assert machines == 7
    assert not any(isinstance(c, CrmOutdated) for c in rest.consequences)


@pytest.mark.parametrize(("days", "verdict"), [(93, Verdict.MACHINE), (94, Verdict.HUMAN)])
def test_click_whose_evidence_may_have_expired_keeps_its_verdict(days: int, verdict: Verdict) -> None:
    # given a click that passed because of a visit, which is gone
    click = replace(a_click(1, agent="library"), folded=NOON)
    state = State(lead="lead1", history=(history_entry(click),), verdicts_outdated=True)
    bundle = replace(BUNDLE, keep=Retention(activities={Kind.PAGE_VIEWED: 100}))
    # when it is judged again
    got = refold(LeadHistory(profile=JUNIOR, state=state), [click], bundle, NOON + timedelta(days=days))
    # then only a young one is
    (entry,) = got.state.history
    assert (entry.details.verdict, got.state.verdicts_outdated) == (verdict, False)
