"""Grade by fit, level by engagement, and the rank that follows from both; a disqualified lead is cold."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from ripen.lead.state import Rank, RulePoints, State
from ripen.playbook.clause import Condition
from ripen.playbook.scoring import Disqualifier, EngagementRule, HotThreshold, Scoring, Threshold
from ripen.scoring.models import with_fit
from ripen.scoring.rank import grade, judged, lacks_proof, level, next_change, next_rank_change
from ripen.scoring.score import score
from tests.support.builders import a_lead
from tests.support.fakes import NOON

SECOND = timedelta(seconds=1)
SCORING = Scoring(
    half_life_days=10,
    engagement=(EngagementRule(code="a", kind="form_submitted", points=30, words={}),),
    fit=(),
    warm=Threshold(),
    hot=HotThreshold(),
    grades=(40, 25, 10),
    levels=(Threshold(enter=10, leave=8), Threshold(enter=30, leave=24), Threshold(enter=60, leave=50)),
    matrix={"A3": "hot", "A4": "hot", "B4": "hot", "A2": "warm", "B3": "warm"},
)


def a_state(fit: float = 40, engagement: float = 0, **changes: Any) -> State:
    earned = {"a": RulePoints(points=engagement, at=NOON)} if engagement else {}
    return replace(State(lead="lead1", fit=fit, rule_points=earned, proven=NOON), **changes)


def standing(state: State, scoring: Scoring = SCORING) -> tuple[Rank, str, int]:
    found = judged(state, state, score(state, scoring, NOON), scoring)
    return found.rank, found.grade, found.level


@pytest.mark.parametrize(
    ("fit", "found"), [(40, "A"), (39.5, "A"), (39.4, "B"), (25, "B"), (24, "C"), (10, "C"), (9, "D"), (-100, "D")]
)
def test_grade_follows_from_the_fit(fit: float, found: str) -> None:
    assert grade(fit, SCORING) == found


@pytest.mark.parametrize(
    ("engagement", "before", "after"),
    [
        (9.4, 1, 1),
        (9.5, 1, 2),
        (29, 2, 2),
        (30, 2, 3),
        (24, 3, 3),
        (23, 3, 2),
        (50, 4, 4),
        (49, 4, 3),
        (7, 4, 1),
        (0, 0, 1),
    ],
)
def test_level_rises_at_enter_and_falls_only_below_leave(engagement: float, before: int, after: int) -> None:
    assert level(engagement, before, SCORING) == after


def test_playbook_without_grades_and_levels_gives_none() -> None:
    plain = replace(SCORING, grades=(), levels=(), matrix={})
    assert standing(a_state(fit=40, engagement=60), plain)[1:] == ("", 0)


@pytest.mark.parametrize(
    ("fit", "engagement", "rank"),
    [(40, 30, Rank.HOT), (25, 60, Rank.HOT), (25, 30, Rank.WARM), (40, 10, Rank.WARM), (10, 90, Rank.COLD)],
)
def test_rank_follows_from_the_matrix(fit: float, engagement: float, rank: Rank) -> None:
    assert standing(a_state(fit=fit, engagement=engagement))[0] is rank


def test_lead_without_a_proof_is_warm_in_a_hot_cell() -> None:
    state = a_state(engagement=30, proven=None, rank=Rank.WARM)
    assert standing(state)[0] is Rank.WARM
    assert lacks_proof(state, SCORING, NOON)
    assert not lacks_proof(replace(state, fit=10), SCORING, NOON)


def test_hot_cell_is_left_when_the_level_falls() -> None:
    # given a lead of level 3, which is left below 24 points, 23.5 before they are rounded
    state = a_state(engagement=47, rank=Rank.HOT, grade="A", level=3)
    due = next_rank_change(state, SCORING, NOON)
    assert due == NOON + timedelta(days=10) + SECOND


def test_next_change_of_the_rank_is_found_behind_changes_of_the_level() -> None:
    # given a lead that is hot at the levels 3 and 4
    state = a_state(engagement=94, rank=Rank.HOT, grade="A", level=4)
    # then its level falls below 50 first, and its rank with the next level
    level_falls = next_change(state, state, SCORING, NOON)
    assert level_falls is not None and level_falls < NOON + timedelta(days=10)
    assert next_rank_change(state, SCORING, NOON) == NOON + timedelta(days=20) + SECOND


def test_disqualified_lead_is_cold_however_many_points_it_has() -> None:
    student = Disqualifier(code="student", when=(Condition(field="job_title", contains=("学生",)),), words={})
    rival = Disqualifier(code="rival", when=(Condition(field="domain", any_of=("rival.example",)),), words={})
    for scoring in (SCORING, replace(SCORING, matrix={}, hot=HotThreshold(enter=70, leave=60))):
        rules = replace(scoring, disqualify=(student, rival))
        state = with_fit(a_state(engagement=200), a_lead(job_title="学生", email="x@rival.example"), rules)
        # then the first disqualifier is named, the lead waits for no proof, and time does not change its rank
        assert state.disqualified == "student"
        assert standing(replace(state, fit=100), rules)[0] is Rank.COLD
        assert not lacks_proof(replace(state, proven=None, fit=100), rules, NOON)
        assert next_rank_change(state, rules, NOON) is None
        # and it has its rank again once the disqualifier no longer holds
        assert with_fit(state, a_lead(), rules).disqualified == ""
