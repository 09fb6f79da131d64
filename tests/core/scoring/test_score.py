"""The score is a sum of decaying points with caps, independent of the order of arrival."""

from copy import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.history import history_entry
from ripen.lead.state import RulePoints, State
from ripen.playbook.scoring import EngagementRule, Scoring
from ripen.scoring.score import add_points, fit, points_by_rule, score
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON

SCORING = a_bundle().scoring
HALF = timedelta(days=14)


def state_after(*activities: Activity, scoring: Scoring = SCORING) -> State:
    rule_points: dict[str, RulePoints] = {}
    for activity in activities:
        rule_points = add_points(rule_points, history_entry(activity), scoring)
    return State(lead="lead1", rule_points=rule_points)


def a_click(**changes: object) -> Activity:
    return an_activity(**({"kind": Kind.LINK_CLICKED, "subject": "whitepaper-delivery"} | changes))


def test_points_halve_with_each_half_life() -> None:
    state = state_after(an_activity(at=NOON))
    assert points_by_rule(state, SCORING, NOON) == {"form": 30}
    assert points_by_rule(state, SCORING, NOON + HALF) == {"form": 15}
    assert points_by_rule(state, SCORING, NOON + 3 * HALF) == {"form": 3.75}


def test_late_activity_has_already_decayed() -> None:
    late = an_activity(id="old", at=NOON - HALF, received=NOON)
    assert points_by_rule(state_after(an_activity(), late), SCORING, NOON) == {"form": 45}


def test_activity_in_the_future_counts_as_now() -> None:
    future = an_activity(at=NOON + 10 * HALF, received=NOON)
    assert points_by_rule(state_after(future), SCORING, NOON + HALF) == {"form": 15}


@pytest.mark.parametrize(("clicks", "expected"), [(0, {}), (1, {"click": 10}), (2, {"click": 20}), (3, {"click": 20})])
def test_rule_gives_at_most_its_cap(clicks: int, expected: dict[str, float]) -> None:
    assert points_by_rule(state_after(*(a_click(id=str(n)) for n in range(clicks))), SCORING, NOON) == expected


def test_points_over_the_cap_last_longer() -> None:
    state = state_after(*(a_click(id=str(n)) for n in range(4)))
    assert points_by_rule(state, SCORING, NOON + HALF) == {"click": 20}
    assert points_by_rule(state, SCORING, NOON + 2 * HALF) == {"click": 10}


def test_total_engagement_has_a_cap() -> None:
    capped = replace(SCORING, engagement_cap=35.0)
    state = state_after(an_activity(), a_click())
    assert score(state, SCORING, NOON).engagement == 40
    assert score(state, capped, NOON).engagement == 35


def test_negative_points_decay_too() -> None:
    rule = EngagementRule(code="no", kind="rejected_by_sales", points=-50, cap=80, words={})
    scoring = replace(SCORING, engagement=(rule,))
    state = state_after(*(an_activity(id=str(n), kind=Kind.REJECTED_BY_SALES) for n in range(2)), scoring=scoring)
    assert score(state, scoring, NOON).total == -80
    assert score(state, scoring, NOON + HALF).total == -50


def test_rule_can_be_for_one_subject() -> None:
    rule = EngagementRule(code="pricing", kind="page_viewed", subject="pricing", points=12, words={})
    scoring = replace(SCORING, engagement=(rule,))
    seen = an_activity(kind=Kind.PAGE_VIEWED, subject="pricing")
    other = an_activity(kind=Kind.PAGE_VIEWED, subject="home")
    assert points_by_rule(state_after(seen, other, scoring=scoring), scoring, NOON) == {"pricing": 12}


@pytest.mark.parametrize("verdict", [Verdict.MACHINE, Verdict.UNJUDGED])
def test_only_activities_of_people_count(verdict: Verdict) -> None:
    assert state_after(a_click(verdict=verdict)).rule_points == {}


def test_removed_rule_gives_nothing() -> None:
    assert score(state_after(an_activity()), replace(SCORING, engagement=()), NOON).total == 0


def test_ten_latest_times_are_kept() -> None:
    state = state_after(*(a_click(id=str(n), at=NOON - timedelta(hours=n)) for n in range(12)))
    found = state.rule_points["click"]
    assert (found.count, found.at, len(found.times)) == (12, NOON, 10)
    assert found.times == tuple(NOON - timedelta(hours=n) for n in range(10))


def test_fit_is_the_sum_of_matching_rules_strongest_first() -> None:
    weak = replace(SCORING.fit[0], code="weak", points=5)
    assert fit(a_lead(job_title="部長"), replace(SCORING, fit=(weak, *SCORING.fit))) == (45, ("title", "weak"))
    assert fit(a_lead(job_title="主任"), SCORING) == (0, ())
    assert fit(a_lead(job_title="部長"), replace(SCORING, fit_cap=25.0)) == (25, ("title",))


@given(
    st.lists(st.tuples(st.sampled_from([Kind.FORM_SUBMITTED, Kind.LINK_CLICKED]), st.integers(0, 400))), st.randoms()
)
def test_any_order_gives_the_same_sums(done: list[tuple[Kind, int]], random: Random) -> None:
    activities = [
        an_activity(id=str(n), kind=kind, at=NOON - timedelta(days=days)) for n, (kind, days) in enumerate(done)
    ]
    shuffled = random.sample(activities, len(activities))
    one, other = state_after(*activities), state_after(*shuffled)
    assert points_by_rule(one, SCORING, NOON) == pytest.approx(points_by_rule(other, SCORING, NOON), abs=1e-9)
    assert {code: t.times for code, t in one.rule_points.items()} == {
        code: t.times for code, t in other.rule_points.items()
    }
