"""The rank (cold, warm or hot) and the level at one moment, with hysteresis, and the time of their next change."""

from bisect import bisect_right
from collections.abc import Sequence
from copy import replace
from datetime import datetime
from math import ceil, floor

from ripen.lead.state import ModelState, Rank, State
from ripen.playbook.scoring import Scoring, Threshold
from ripen.scoring.engagement_curve import Edge, curve, next_jump
from ripen.scoring.score import Score, Scored, score

GRADES = ("A", "B", "C", "D")
"""The grades, best first."""
ORDER = (Rank.COLD, Rank.WARM, Rank.HOT)
"""The ranks, lowest first."""
_MOST_CHANGES = 1000
"""By time alone, a lead changes its rank or level a few times at most."""


def grade(fit: float, scoring: Scoring) -> str:
    """Return the grade for a fit, rounded to whole points; "" if the playbook has no grades."""
    if not scoring.grades:
        return ""
    points = floor(fit + 0.5)
    return next((name for name, least in zip(GRADES, scoring.grades, strict=False) if points >= least), GRADES[-1])


def level(engagement: float, before: int, scoring: Scoring) -> int:
    """Return the level for an engagement, rounded to whole points: it rises at `enter` and falls only below `leave`.

    It is 0 if the playbook has no levels.
    """
    points = floor(engagement + 0.5)
    reached = [
        number
        for number, threshold in enumerate(scoring.levels, 2)
        if points >= (threshold.leave if before >= number else threshold.enter)
    ]
    return max(reached, default=1) if scoring.levels else 0


def rank(total: float, before: Rank, proven: bool, scoring: Scoring) -> Rank:
    """Return the rank for a total, rounded to whole points: it rises at `enter` and falls only below `leave`.

    Where hot needs a proof, a lead without one is warm at most.
    """
    points = floor(total + 0.5)
    hot = scoring.hot.leave if before is Rank.HOT else scoring.hot.enter
    warm = scoring.warm.enter if before is Rank.COLD else scoring.warm.leave
    if points >= hot and _may_be_hot(proven, scoring):
        return Rank.HOT
    return Rank.WARM if points >= warm else Rank.COLD


def judged[S: (State, ModelState)](lead: State, state: S, points: Score, scoring: Scoring, proven: bool = False) -> S:
    """Return what is kept of one model with its rank, grade and level for these points; `lead` is the whole state.

    With a matrix, the rank follows from grade and level. A disqualified lead is cold. `proven` asks what the rank would
    be with a proof.
    """
    graded, new = grade(points.fit, scoring), level(points.engagement, state.level, scoring)
    is_proven = proven or lead.proven is not None
    if lead.disqualified:
        found = Rank.COLD
    elif scoring.matrix:
        found = Rank(scoring.matrix.get(f"{graded}{new}", Rank.COLD))
        if found is Rank.HOT and not _may_be_hot(is_proven, scoring):
            found = Rank.WARM
    else:
        found = rank(points.total, state.rank, is_proven, scoring)
    return replace(state, rank=found, grade=graded, level=new)


def lacks_proof(state: State, scoring: Scoring, now: datetime) -> bool:
    """Return whether only the missing proof keeps the lead below hot."""
    is_kept = state.rank is not Rank.HOT and not _may_be_hot(state.proven is not None, scoring)
    return is_kept and judged(state, state, score(state, scoring, now), scoring, True).rank is Rank.HOT


def is_at_least(rank: Rank, goal: str) -> bool:
    """Return whether the rank is the goal or a higher one."""
    return ORDER.index(rank) >= ORDER.index(Rank(goal))


def has_become(before: Rank, after: Rank, to: str) -> bool:
    """Return whether the lead has just got the rank `to`: by rising to it or past it or, for cold, by falling to it."""
    if Rank(to) is Rank.COLD:
        return after is Rank.COLD and before is not Rank.COLD
    return is_at_least(after, to) and not is_at_least(before, to)


def next_rank_change(state: State, scoring: Scoring, now: datetime) -> datetime | None:
    """Return when time alone changes the rank of the main model next; None if it never will."""
    present, at = state, now
    for _ in range(_MOST_CHANGES):
        due = next_change(state, present, scoring, at)
        if due is None:
            return None
        present, at = judged(present, present, score(present, scoring, due), scoring), due
        if present.rank is not state.rank:
            return due
    return None


def next_change[S: (State, ModelState)](lead: State, state: S, scoring: Scoring, now: datetime) -> datetime | None:
    """Return when time alone next changes the rank or the level in this model; `lead` is the whole state.

    Between two jumps the engagement only decays, so that the change is solved; at a jump, the lead is judged.
    """
    start = now
    while True:
        jump, decay = next_jump(state, scoring, start), curve(state, scoring, start)
        found = [decay.next_crossing(0.0, _level_edges(state, scoring))]
        if not (lead.disqualified or scoring.matrix):
            found.append(decay.next_crossing(state.fit, _rank_edges(lead, state, scoring)))
        due = min(filter(None, found), default=None)
        if jump is None or (due and due < jump):
            return due
        after = judged(lead, state, score(state, scoring, jump), scoring)
        if (after.rank, after.level) != (state.rank, state.level):
            return jump
        start = jump


def next_threshold_crossing(
    state: State, scoring: Scoring, now: datetime, total: Sequence[float], engagement: Sequence[float]
) -> datetime | None:
    """Return when time alone may move the total or the engagement across one of these thresholds (lowest first)."""
    if not total and not engagement:
        return None
    present, decay = score(state, scoring, now), curve(state, scoring, now)
    moments = (
        decay.next_crossing(state.fit, _nearest_edges(total, present.total)),
        decay.next_crossing(0.0, _nearest_edges(engagement, present.engagement)),
        next_jump(state, scoring, now),
    )
    return min(filter(None, moments), default=None)


def _nearest_edges(levels: Sequence[float], value: float) -> list[Edge]:
    """Return the thresholds next below and next above the value."""
    above = bisect_right(levels, value)
    edges = [Edge(levels[above - 1], True)] if above else []
    return [*edges, Edge(levels[above], False)] if above < len(levels) else edges


def _may_be_hot(proven: bool, scoring: Scoring) -> bool:
    return proven or scoring.hot.needs == "nothing"


def _rank_edges(lead: State, state: Scored, scoring: Scoring) -> list[Edge]:
    """Return the totals at which the rank changes."""
    match state.rank:
        case Rank.HOT:
            return [_edge(scoring.hot, falling=True)]
        case Rank.WARM:
            falls = _edge(scoring.warm, falling=True)
            may_rise = _may_be_hot(lead.proven is not None, scoring)
            return [falls, _edge(scoring.hot, falling=False)] if may_rise else [falls]
        case Rank.COLD:
            return [_edge(scoring.warm, falling=False)]


def _level_edges(state: Scored, scoring: Scoring) -> list[Edge]:
    """Return the engagement at which the level changes."""
    return [
        _edge(threshold, falling=state.level >= number)
        for number, threshold in enumerate(scoring.levels, 2)
        if number in (state.level, state.level + 1)
    ]


def _edge(threshold: Threshold, *, falling: bool) -> Edge:
    """Return the edge, half a point lower because points are rounded."""
    return Edge(ceil(threshold.leave if falling else threshold.enter) - 0.5, falling)
