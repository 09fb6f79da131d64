"""The rank (cold, warm or hot) at one moment, with hysteresis, and the time when decay alone may change it."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil, floor, log2
from typing import NamedTuple

from ripen.lead.state import Rank, State
from ripen.playbook.scoring import Scoring
from ripen.scoring.score import capped, decayed, half_life, points_with_rules, score

_LEAST_SHARE = 2.0**-64
"""After 64 half-lives a change no longer matters."""
_MARGIN = timedelta(seconds=1)
"""Added to a computed time, so that the threshold has surely been crossed by then."""
ORDER = (Rank.COLD, Rank.WARM, Rank.HOT)
"""The ranks, lowest first."""


class _Edge(NamedTuple):
    """A threshold that is crossed by falling below it, or by rising to it."""

    level: float
    falling: bool


class _Earned(NamedTuple):
    """The present points of one rule, and its cap."""

    points: float
    cap: float | None


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


def lacks_proof(state: State, scoring: Scoring, now: datetime) -> bool:
    """Return whether only the missing proof keeps the lead below hot."""
    proven = state.proven is not None
    is_kept = state.rank is not Rank.HOT and not _may_be_hot(proven, scoring)
    return is_kept and rank(score(state, scoring, now).total, state.rank, True, scoring) is Rank.HOT


def is_at_least(rank: Rank, goal: str) -> bool:
    """Return whether the rank is the goal or a higher one."""
    return ORDER.index(rank) >= ORDER.index(Rank(goal))


def has_become(before: Rank, after: Rank, to: str) -> bool:
    """Return whether the lead has just got the rank `to`: by rising to it or past it or, for cold, by falling to it."""
    if Rank(to) is Rank.COLD:
        return after is Rank.COLD and before is not Rank.COLD
    return is_at_least(after, to) and not is_at_least(before, to)


def next_rank_change(state: State, scoring: Scoring, now: datetime) -> datetime | None:
    """Return when decay alone may change the present rank; None if it never will."""
    return _next_crossing(state, scoring, now, state.fit, _rank_edges(state, scoring))


def next_threshold_crossing(
    state: State, scoring: Scoring, now: datetime, total: Sequence[float], engagement: Sequence[float]
) -> datetime | None:
    """Return when decay alone may move the total or the engagement across one of these thresholds (lowest first)."""
    present = score(state, scoring, now)
    asked = ((state.fit, total, present.total), (0.0, engagement, present.engagement))
    moments = (
        _next_crossing(state, scoring, now, base, _nearest_edges(levels, value))
        for base, levels, value in asked
        if levels
    )
    return min(filter(None, moments), default=None)


def _next_crossing(
    state: State, scoring: Scoring, now: datetime, base: float, edges: Sequence[_Edge]
) -> datetime | None:
    """Return when `base` plus the decaying engagement next crosses one of the edges.

    1. Let share = 0.5 ** (time / half-life). It falls from 1 to 0, and the points of a rule are points * share.
    2. A rule stays at its cap until its points fall below it. Between these corners the total is linear in the share.
    3. So in each interval between two corners, from the present on, the crossing is solved and not searched for.
    """
    earned = [
        _Earned(decayed(points, half_life(scoring), now), rule.cap)
        for points, rule in points_with_rules(state, scoring)
    ]
    corners = {cap / abs(points) for points, cap in earned if cap is not None and abs(points) > cap}
    for high, low in pairwise([1.0, *sorted(corners - {0.0}, reverse=True), 0.0]):
        share = max(_crossings(earned, base, edges, high, low), default=0.0)
        if share > _LEAST_SHARE:
            return now + half_life(scoring) * log2(1 / share) + _MARGIN
    return None


def _crossings(
    earned: Sequence[_Earned], base: float, edges: Sequence[_Edge], high: float, low: float
) -> Iterator[float]:
    """Yield the shares between `low` and `high` at which the total crosses an edge."""
    level = sum(capped(points * high, cap) for points, cap in earned if _is_capped(points, cap, high))
    slope = sum(points for points, cap in earned if not _is_capped(points, cap, high))
    for edge, falling in edges:
        if slope and (slope > 0) == falling:
            share = (edge - base - level) / slope
            if low <= share <= high:
                yield share


def _is_capped(points: float, cap: float | None, high: float) -> bool:
    """Return whether the points are at their cap just below the share `high`."""
    return cap is not None and abs(points) * high > cap * (1 + 1e-12)


def _nearest_edges(levels: Sequence[float], value: float) -> list[_Edge]:
    """Return the thresholds next below and next above the value."""
    above = bisect_right(levels, value)
    edges = [_Edge(levels[above - 1], True)] if above else []
    return [*edges, _Edge(levels[above], False)] if above < len(levels) else edges


def _may_be_hot(proven: bool, scoring: Scoring) -> bool:
    return proven or scoring.hot.needs == "nothing"


def _rank_edges(state: State, scoring: Scoring) -> list[_Edge]:
    """Return the totals at which the rank changes, half a point lower because totals are rounded."""
    match state.rank:
        case Rank.HOT:
            edges = [_Edge(scoring.hot.leave, True)]
        case Rank.WARM:
            edges = [_Edge(scoring.warm.leave, True)]
            if _may_be_hot(state.proven is not None, scoring):
                edges.append(_Edge(scoring.hot.enter, False))
        case Rank.COLD:
            edges = [_Edge(scoring.warm.enter, False)]
    return [_Edge(ceil(level) - 0.5, falling) for level, falling in edges]
