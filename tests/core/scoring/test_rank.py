"""The rank has thresholds with hysteresis, and the time of its next change by decay is computed."""

from copy import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ripen.lead.state import Rank, RulePoints, State
from ripen.playbook.scoring import EngagementRule, HotThreshold, Scoring, Threshold
from ripen.scoring.rank import is_at_least, lacks_proof, next_rank_change, rank
from ripen.scoring.score import score
from tests.support.fakes import NOON

SCORING = Scoring(
    half_life_days=10,
    engagement=(
        EngagementRule(code="a", kind="form_submitted", points=30, words={}),
        EngagementRule(code="capped", kind="link_clicked", points=15, cap=45, words={}),
        EngagementRule(code="negative", kind="rejected_by_sales", points=-40, cap=60, words={}),
    ),
    fit=(),
    warm=Threshold(enter=35, leave=25),
    hot=HotThreshold(enter=70, leave=60),
)
SECOND = timedelta(seconds=1)


def a_state(fit: float = 0, rank: Rank = Rank.COLD, proven: datetime | None = NOON, **rule_points: float) -> State:
    return State(
        lead="lead1",
        fit=fit,
        rank=rank,
        proven=proven,
        rule_points={code: RulePoints(points=points, at=NOON, count=1) for code, points in rule_points.items()},
    )


def test_fractional_threshold_is_crossed_by_the_rounded_total() -> None:
    # given a lead that is hot until fewer than 59.5 points, rounded to whole ones, are left
    halves = replace(SCORING, hot=HotThreshold(enter=70, leave=59.5))
    state = a_state(fit=30, rank=Rank.HOT, a=59)
    due = next_rank_change(state, halves, NOON)
    assert due is not None
    # then it is looked at when that is so, and not before
    for at, expected in ((due - 2 * SECOND, Rank.HOT), (due, Rank.WARM)):
        assert rank(score(state, halves, at).total, Rank.HOT, True, halves) is expected


@pytest.mark.parametrize(
    ("total", "before", "after"),
    [
        (34.4, Rank.COLD, Rank.COLD),
        (34.5, Rank.COLD, Rank.WARM),
        (69.4, Rank.COLD, Rank.WARM),
        (70, Rank.COLD, Rank.HOT),
        (25, Rank.WARM, Rank.WARM),
        (24.4, Rank.WARM, Rank.COLD),
        (69.4, Rank.WARM, Rank.WARM),
        (69.5, Rank.WARM, Rank.HOT),
        (60, Rank.HOT, Rank.HOT),
        (59.5, Rank.HOT, Rank.HOT),
        (59.4, Rank.HOT, Rank.WARM),
        (25, Rank.HOT, Rank.WARM),
        (24, Rank.HOT, Rank.COLD),
        (-100, Rank.HOT, Rank.COLD),
    ],
)
def test_rank_rises_at_enter_and_falls_only_below_leave(total: float, before: Rank, after: Rank) -> None:
    assert rank(total, before, True, SCORING) is after


def test_goal_is_reached_at_its_rank_or_above() -> None:
    assert is_at_least(Rank.HOT, "warm")
    assert is_at_least(Rank.WARM, "warm")
    assert not is_at_least(Rank.COLD, "warm")


def test_hot_lead_falls_when_half_of_its_points_are_gone() -> None:
    state = a_state(rank=Rank.HOT, a=119)
    assert next_rank_change(state, SCORING, NOON) == NOON + timedelta(days=10) + SECOND


def test_lead_that_never_falls_has_no_next_change() -> None:
    assert next_rank_change(a_state(fit=80, rank=Rank.HOT, a=30), SCORING, NOON) is None
    assert next_rank_change(a_state(), SCORING, NOON) is None
    assert next_rank_change(a_state(a=20), SCORING, NOON) is None


def test_points_over_the_cap_keep_the_rank_longer() -> None:
    state = a_state(fit=30, rank=Rank.HOT, capped=118)
    # 45 under the cap and 30 of fit: falls when less than 29.5 of 118 are left, two half-lives away
    assert next_rank_change(state, SCORING, NOON) == NOON + timedelta(days=20) + SECOND


def test_decay_of_negative_points_may_raise_the_rank() -> None:
    state = a_state(fit=54.5, negative=-40)
    assert next_rank_change(state, SCORING, NOON) == NOON + timedelta(days=10) + SECOND


amounts = st.floats(-200, 200)


@pytest.mark.parametrize(
    ("total", "before", "after"),
    [
        (34.4, Rank.COLD, Rank.COLD),
        (200, Rank.COLD, Rank.WARM),
        (69.5, Rank.WARM, Rank.WARM),
        (25, Rank.WARM, Rank.WARM),
        (24.4, Rank.WARM, Rank.COLD),
        (60, Rank.HOT, Rank.WARM),
        (25, Rank.HOT, Rank.WARM),
        (24, Rank.HOT, Rank.COLD),
    ],
)
def test_lead_without_a_proof_is_warm_at_most(total: float, before: Rank, after: Rank) -> None:
    assert rank(total, before, False, SCORING) is after


def test_lead_needs_no_proof_where_the_playbook_says_so() -> None:
    without = replace(SCORING, hot=replace(SCORING.hot, needs="nothing"))
    assert rank(70, Rank.WARM, False, without) is Rank.HOT
    assert not lacks_proof(a_state(fit=70, rank=Rank.WARM, proven=None), without, NOON)


@pytest.mark.parametrize(
    ("fit", "rank", "proven", "lacks"),
    [
        (70, Rank.WARM, None, True),
        (69, Rank.WARM, None, False),
        (70, Rank.WARM, NOON, False),
        (70, Rank.HOT, None, False),
    ],
)
def test_lead_lacks_only_a_proof(fit: float, rank: Rank, proven: datetime | None, lacks: bool) -> None:
    assert lacks_proof(a_state(fit=fit, rank=rank, proven=proven), SCORING, NOON) is lacks


def test_lead_without_a_proof_does_not_wait_for_a_rise_to_hot() -> None:
    rising = a_state(fit=100, rank=Rank.WARM, negative=-40)
    assert next_rank_change(rising, SCORING, NOON) is not None
    assert next_rank_change(replace(rising, proven=None), SCORING, NOON) is None


@given(
    st.integers(-60, 100),
    amounts,
    amounts,
    amounts,
    st.sampled_from([None, 40.0]),
    st.sampled_from(list(Rank)),
    st.booleans(),
)
def test_no_change_of_rank_is_missed(
    fit: int, a: float, capped: float, negative: float, cap: float | None, before: Rank, proven: bool
) -> None:
    scoring = replace(SCORING, engagement_cap=cap)
    state = a_state(fit=fit, proven=NOON if proven else None, a=a, capped=capped, negative=negative)
    now_rank = rank(score(state, scoring, NOON).total, before, proven, scoring)
    state = replace(state, rank=now_rank)
    assume(rank(score(state, scoring, NOON).total, now_rank, proven, scoring) is now_rank)
    mark = next_rank_change(state, scoring, NOON)
    for hours in range(0, 24 * 120, 7):
        later = NOON + timedelta(hours=hours)
        if mark is not None and later >= mark:
            break
        assert rank(score(state, scoring, later).total, now_rank, proven, scoring) is now_rank
    if mark is not None and cap is None:
        assert rank(score(state, scoring, mark).total, now_rank, proven, scoring) is not now_rank
