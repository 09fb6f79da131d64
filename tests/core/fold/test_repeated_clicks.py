"""Repeated clicks give points once, in whatever order they are folded, and a changed verdict gives them back."""

from copy import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.fold.consequences import JourneysAffected
from ripen.fold.fold import Folded, fold
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.fold.triggers import fired_by_activities
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.state import State
from ripen.playbook.clause import Did
from ripen.playbook.trigger import OnActivity
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON

BUNDLE, JUNIOR = a_bundle(), a_lead(job_title="")
LATER = NOON + timedelta(minutes=10)


def a_click(n: int, seconds: float, link: int = 0, agent: str = "browser") -> Activity:
    at = NOON + timedelta(seconds=seconds)
    facts = {"send": "send1", "link": str(link), "of": "9", "agent": agent}
    return an_activity(
        id=f"click{n}",
        kind=Kind.LINK_CLICKED,
        subject="case-study",
        at=at,
        received=at,
        verdict=Verdict.UNJUDGED,
        facts=facts,
    )


def folded(*activities: Activity, state: State | None = None, nearby: tuple[Activity, ...] = ()) -> Folded:
    return fold(LeadHistory(profile=JUNIOR, state=state, nearby=nearby), activities, BUNDLE, LATER)


def click_points(state: State) -> float:
    return sum(points.points for code, points in state.rule_points.items() if "click" in code)


def test_double_click_gives_points_once_and_says_so() -> None:
    once, twice, two_links = (
        folded(a_click(1, 0)),
        folded(a_click(1, 0), a_click(2, 0.3)),
        folded(a_click(1, 0), a_click(2, 4, link=1)),
    )
    assert click_points(once.state) > 0
    assert click_points(twice.state) == click_points(once.state)
    assert click_points(two_links.state) > 1.5 * click_points(once.state)
    assert [(d.what, d.outcome) for d in twice.decisions if d.what == "verdict"] == [("verdict", "repeated")]


@pytest.mark.parametrize(("seconds", "counts"), [(1, False), (60, True)])
def test_repeated_click_starts_no_journey_and_wakes_none(seconds: float, counts: bool) -> None:
    clicked = OnActivity(kind=Kind.LINK_CLICKED, subject="case-study")
    goal = Did(kind=Kind.LINK_CLICKED, subject="case-study", at_least=2)
    journey = replace(BUNDLE.journeys["whitepaper"], enrol=(clicked,), goal=goal)
    bundle = replace(BUNDLE, journeys={"whitepaper": journey})
    first = fold(LeadHistory(profile=JUNIOR), [a_click(1, 0)], bundle, LATER)
    known = LeadHistory(profile=JUNIOR, state=first.state, nearby=first.activities)

    again = fold(known, [a_click(2, seconds)], bundle, LATER)

    assert any(isinstance(consequence, JourneysAffected) for consequence in again.consequences) is counts
    assert bool(list(fired_by_activities(again.activities, bundle))) is counts


CLICKS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 1), st.sampled_from(["browser", "browser", "library"])), max_size=7
)


@given(CLICKS, st.lists(st.integers(1, 3), max_size=7), st.randoms())
def test_any_order_gives_the_same_verdicts_and_points(
    made: list[tuple[int, int, str]], batches: list[int], random: Random
) -> None:
    clicks = [a_click(n, seconds, link, agent) for n, (seconds, link, agent) in enumerate(made)]
    at_once = folded(*clicks)
    random.shuffle(clicks)

    state, known = _in_batches(clicks, batches, LATER)

    wanted = {activity.id: activity.verdict for activity in at_once.activities}
    assert {activity.id: activity.verdict for activity in known} == wanted
    if state:
        assert click_points(state) == pytest.approx(click_points(at_once.state))


def _in_batches(clicks: list[Activity], batches: list[int], now: datetime) -> tuple[State | None, list[Activity]]:
    """Fold the clicks in batches, each with what arrived before it nearby, and refold where verdicts are outdated."""
    state: State | None = None
    known: dict[str, Activity] = {}
    sizes = iter([*batches, *[1] * len(clicks)])
    while clicks:
        size = next(sizes)
        batch, clicks = clicks[:size], clicks[size:]
        got = folded(*batch, state=state, nearby=tuple(known.values()))
        state, known = got.state, known | {activity.id: activity for activity in got.activities}
        if state.verdicts_outdated:
            again = refold(LeadHistory(profile=JUNIOR, state=state), known.values(), BUNDLE, now)
            state, known = again.state, known | {activity.id: activity for activity in again.activities}
    return state, list(known.values())
