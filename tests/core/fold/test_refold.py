"""Folding anew: what a machine was given is taken back exactly, and nothing is told twice."""

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
from ripen.lead.activity import Activity, Classification, Kind, Verdict
from ripen.lead.state import Rank, State
from ripen.playbook.clause import Did
from ripen.playbook.graph import WaitForStep, WaitPath
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
    """The state of a lead to whom these things happened one after the other, with the time between them."""
    state, done = None, list[Activity]()
    decay: datetime | None = None
    for activity in sorted(activities, key=lambda a: (a.received, a.id)):
        state, decay = waited(state, decay, activity.received)
        got = fold(LeadHistory(profile=JUNIOR, state=state), [activity], BUNDLE, activity.received)
        state, decay = got.state, got.decay
        done += got.activities
    state, _ = waited(state, decay, until)
    return state or fold(LeadHistory(profile=JUNIOR), [], BUNDLE, until).state, done


def waited(state: State | None, decay: datetime | None, until: datetime) -> tuple[State | None, datetime | None]:
    while state and decay and decay <= until:
        got = fold(LeadHistory(profile=JUNIOR, state=state), [], BUNDLE, decay)
        state, decay = got.state, got.decay
    return state, decay


def anew(state: State, done: list[Activity], now: datetime, most: int | None = None) -> Folded:
    return refold(LeadHistory(profile=JUNIOR, state=state), done, BUNDLE, now, most=most)


def is_told(got: Folded) -> list[str]:
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
    refolded = anew(state, folded, now).state
    without_machines, _ = lived([activity for activity in activities if activity.facts.get("agent") != "library"], now)
    assert scored(refolded) == scored(without_machines)
    assert points(refolded) == pytest.approx(points(without_machines), abs=1e-9)


@given(HISTORIES, LATER)
def test_a_second_refold_changes_nothing(history: list[tuple[str, int]], now: datetime) -> None:
    state, folded = lived(activities_of(history), now)
    first = anew(state, folded, now)
    revised = {activity.id: activity for activity in first.activities}
    second = anew(first.state, [revised.get(activity.id, activity) for activity in folded], now)
    assert (second.state, second.activities, second.consequences, second.decisions) == (first.state, (), (), ())


def test_a_lead_that_only_a_machine_made_hot_cools_and_says_why() -> None:
    state, done = lived([a_form(1), *(a_click(n, AFTER, agent="library") for n in range(2, 4))], AFTER)
    hot, _ = lived([a_form(1), a_form(2)], NOON)
    state = replace(state, rank=Rank.HOT, rank_since=NOON, episode=1, alerted=NOON, journeys=hot.journeys)
    got = anew(state, done, NOON + HOUR)
    assert (got.state.rank, got.state.episode, got.state.alerted) == (Rank.WARM, 1, NOON)
    assert is_told(got) == []
    assert CrmOutdated(urgent=True) in got.consequences
    told = [(d.what, d.subject, d.outcome, d.reason) for d in got.decisions]
    assert told == [
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


def test_a_person_taken_for_a_machine_gets_the_points_and_sales_hears_of_it_once() -> None:
    # given a lead that two clicks would have made hot
    senior = a_lead(job_title="部長")
    clicks = [a_click(n, verdict=Verdict.MACHINE) for n in (1, 2)]
    before = fold(LeadHistory(profile=senior), clicks, BUNDLE, NOON)
    assert before.state.rank is Rank.WARM
    # when it is folded anew
    now = NOON + HOUR
    got = refold(LeadHistory(profile=senior, state=before.state), before.activities, BUNDLE, now)
    # then it is hot, and that is told
    assert (got.state.rank, got.state.episode, got.state.rank_since) == (Rank.HOT, 1, NOON)
    assert is_told(got) == [alert_id("lead1", "hot", 1)]
    assert got.state.alerted == now
    # and not again, whatever is revised to and fro
    machine = [replace(a, facts=a.facts | {"agent": "library"}) for a in got.activities]
    cooled = refold(LeadHistory(profile=senior, state=got.state), machine, BUNDLE, now + HOUR)
    assert cooled.state.rank is Rank.WARM
    once_more = refold(LeadHistory(profile=senior, state=cooled.state), before.activities, BUNDLE, now + 2 * HOUR)
    assert (once_more.state.rank, once_more.state.episode) == (Rank.HOT, 1)
    assert is_told(once_more) == []


def test_a_click_that_turns_out_to_be_a_persons_is_heard_by_who_waits_for_it_and_a_machines_is_not() -> None:
    # given a journey that waits for a click
    waits = WaitForStep(id="w", paths=(WaitPath(name="seen", when=Did(kind="link_clicked", subject="case-study")),))
    journey = replace(BUNDLE.journeys["whitepaper"], steps=(waits,), first="w")
    bundle = replace(BUNDLE, journeys={"whitepaper": journey})
    entered = fold(LeadHistory(profile=JUNIOR), [an_activity()], bundle, NOON)
    for verdict, agent, heard in (
        (Verdict.MACHINE, "browser", ("whitepaper",)),
        (Verdict.HUMAN, "library", ()),
        (Verdict.HUMAN, "browser", ()),
    ):
        # when one was judged, and is judged anew
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
        assert tuple(journeys_affected) == heard


def test_since_when_a_rank_stands_does_not_move_with_verdicts_that_leave_it() -> None:
    # given a lead that is warm since its form; a machine's click is taken back from it
    state, done = lived([a_form(1), a_click(1, AFTER, agent="library")], AFTER)
    state = replace(state, rank_since=NOON - HOUR)  # as its first fold said, by another host's clock
    assert anew(state, done, NOON + HOUR).state.rank_since == NOON - HOUR


def test_a_lead_that_turns_hot_after_a_false_alarm_is_told_of() -> None:
    # given one that a machine made hot, which was taken back
    state = State(
        lead="lead1", rank=Rank.WARM, rank_since=NOON, episode=1, alerted=NOON, rules_version=rules_version(BUNDLE)
    )
    # when a person's forms two days later make it hot
    later = NOON + timedelta(days=2)
    forms = [replace(a_form(n, later), folded=later) for n in (1, 2)]
    got = anew(state, forms, later + HOUR)
    # then that is another time
    assert (got.state.rank, got.state.episode) == (Rank.HOT, 2)
    assert is_told(got) == [alert_id("lead1", "hot", 2)]


def test_what_was_done_stays_done() -> None:
    state, done = lived([an_activity(), a_click(1, AFTER, agent="library")], AFTER)
    got = anew(state, done, NOON + HOUR)
    assert state.journeys
    assert got.state.journeys == state.journeys
    assert got.state.activity_count == 2
    assert not any(isinstance(c, JourneysAffected) for c in got.consequences)
    assert {d.what for d in got.decisions} == {"verdict"}


def test_what_is_not_folded_yet_stays_out() -> None:
    state, done = lived([a_form(1)], NOON)
    got = anew(state, [*done, a_form(2), a_click(3)], NOON)
    assert (got.state.activity_count, got.activities) == (1, ())


def test_too_many_for_one_transaction_come_in_parts_but_the_state_is_right_at_once() -> None:
    state, done = lived([a_form(0), *(a_click(n, AFTER, agent="library") for n in range(1, 8))], AFTER)
    first = anew(state, done, AFTER, most=5)
    assert len(first.activities) == 5
    assert "click" not in first.state.rule_points
    untouched = [a for a in done if a.id not in {b.id for b in first.activities}]
    rest = anew(first.state, [*first.activities, *untouched], AFTER)
    assert len(rest.activities) == 2
    assert rest.state == first.state
    assert not any(isinstance(c, CrmOutdated) for c in rest.consequences)
