"""No change of rank or level by time alone is missed, and none is announced that does not come."""

from copy import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ripen.epoch import to_millis
from ripen.lead.state import Rank, RulePoints, State
from ripen.playbook.scoring import Count, EngagementRule, HotThreshold, Scoring, Threshold
from ripen.scoring.rank import judged, next_change
from ripen.scoring.score import score
from tests.support.fakes import NOON

DAY = 86400
RULES = (
    EngagementRule(code="a", kind="form_submitted", points=30, words={}),
    EngagementRule(code="capped", kind="link_clicked", points=15, cap=45, words={}, group="web"),
    EngagementRule(code="web", kind="page_viewed", points=15, words={}, group="web"),
    EngagementRule(code="negative", kind="rejected_by_sales", points=-40, cap=60, words={}),
    EngagementRule(
        code="often",
        kind="page_read",
        points=20,
        words={},
        group="web",
        count=Count(at_least=2, within_seconds=9 * DAY),
    ),
    EngagementRule(
        code="silence", kind="", points=-25, words={}, count=Count(at_least=0, at_most=0, within_seconds=20 * DAY)
    ),
)
SCORING = Scoring(
    half_life_days=10,
    engagement=RULES,
    fit=(),
    warm=Threshold(enter=35, leave=25),
    hot=HotThreshold(enter=70, leave=60),
)
GRADED = replace(
    SCORING,
    grades=(40, 25, 10),
    levels=(Threshold(enter=10, leave=8), Threshold(enter=30, leave=24), Threshold(enter=60, leave=50)),
)
MATRIX = replace(GRADED, matrix={"A3": "hot", "A4": "hot", "B4": "hot", "A2": "warm", "B3": "warm", "D4": "warm"})
amounts = st.floats(-200, 200)
hours = st.lists(st.integers(0, 500), min_size=1, max_size=4)


def times(ago: list[int]) -> RulePoints:
    newest, *earlier = sorted((NOON - timedelta(hours=each) for each in ago), reverse=True)
    return RulePoints(points=0, at=newest, count=len(ago), earlier=tuple(map(to_millis, earlier)))


def standing(state: State, scoring: Scoring, at: datetime) -> State:
    return judged(state, state, score(state, scoring, at), scoring)


@given(
    st.sampled_from([SCORING, GRADED, MATRIX]),
    st.integers(-60, 100),
    st.tuples(amounts, amounts, amounts, amounts),
    st.tuples(hours, hours),
    st.sampled_from([None, 40.0, 75.0]),
    st.sampled_from([{}, {"web": 60.0}, {"web": 30.0}]),
    st.tuples(st.sampled_from(list(Rank)), st.integers(1, 4), st.booleans()),
)
def test_no_change_is_missed_and_none_is_announced_in_vain(
    scoring: Scoring,
    fit: int,
    points: tuple[float, float, float, float],
    counted: tuple[list[int], list[int]],
    cap: float | None,
    groups: dict[str, float],
    before: tuple[Rank, int, bool],
) -> None:
    # given any lead, with its rank and level as of now
    scoring = replace(scoring, engagement_cap=cap, groups=groups)
    earned = {
        code: RulePoints(points=each, at=NOON)
        for code, each in zip(("a", "capped", "web", "negative"), points, strict=True)
    }
    earned |= {"often": times(counted[0]), "silence": times(counted[1])}
    rank, level, proven = before
    state = State(lead="lead1", fit=fit, rank=rank, level=level, proven=NOON if proven else None, rule_points=earned)
    state = standing(standing(state, scoring, NOON), scoring, NOON)
    # then nothing changes before the announced time, and at that time something does
    due = next_change(state, state, scoring, NOON)
    last = due - timedelta(seconds=2) if due else NOON + timedelta(days=120)
    for at in (*(NOON + timedelta(hours=each) for each in range(0, 24 * 120, 5)), last):
        if NOON <= at <= last:
            assert standing(state, scoring, at) == state
    if due:
        assert standing(state, scoring, due) != state
