"""The rank: cold, warm or hot, judged at one moment, with hysteresis; and when time alone may change it."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil, floor, log2

from ripen.lead.state import Rank, State
from ripen.playbook.bundle import Scoring
from ripen.scoring.score import capped, decayed, half_life, points_with_rules, score

_LEAST = 2.0**-64
_LATER = timedelta(seconds=1)
ORDER = (Rank.COLD, Rank.WARM, Rank.HOT)


def rank(total: float, before: Rank, scoring: Scoring) -> Rank:
    """Up at `enter`, down only below `leave`; the total is rounded to whole points first."""
    points = floor(total + 0.5)
    hot = scoring.hot.leave if before is Rank.HOT else scoring.hot.enter
    warm = scoring.warm.enter if before is Rank.COLD else scoring.warm.leave
    if points >= hot:
        return Rank.HOT
    return Rank.WARM if points >= warm else Rank.COLD


def next_rank_change(state: State, scoring: Scoring, now: datetime) -> datetime | None:
    """When decay alone may change the rank that stands at `now`; None if it never will."""
    return _crossing(state, scoring, now, state.fit, _rank_edges(state, scoring))


def next_threshold_crossing(
    state: State, scoring: Scoring, now: datetime, total: Sequence[float], engagement: Sequence[float]
) -> datetime | None:
    """When decay alone may bring the total or the engagement over one of these thresholds (lowest first)."""
    sum = score(state, scoring, now)
    asked = ((state.fit, total, sum.total), (0.0, engagement, sum.engagement))
    moments = (
        _crossing(state, scoring, now, base, _nearest_levels(levels, here)) for base, levels, here in asked if levels
    )
    return min(filter(None, moments), default=None)


def _crossing(
    state: State, scoring: Scoring, now: datetime, base: float, edges: Sequence[tuple[float, bool]]
) -> datetime | None:
    """When `base` and the decaying engagement next come to one of the edges, each with whether by falling.

    With d = 0.5 ** (time / half-life) every tally is a straight line in d until it comes under its cap, so the total is
    made of straight lines between those corners, and the crossing is solved, not searched for.
    """
    parts = [(decayed(found, half_life(scoring), now), rule.cap) for found, rule in points_with_rules(state, scoring)]
    corners = {cap / abs(points) for points, cap in parts if cap is not None and abs(points) > cap}
    for high, low in pairwise([1.0, *sorted(corners - {0.0}, reverse=True), 0.0]):
        level = sum(capped(points * high, cap) for points, cap in parts if _is_capped(points, cap, high))
        slope = sum(points for points, cap in parts if not _is_capped(points, cap, high))
        crossings = [
            d
            for edge, falling in edges
            if slope and (slope > 0) == falling and low <= (d := (edge - base - level) / slope) <= high
        ]
        if crossings and max(crossings) > _LEAST:
            return now + half_life(scoring) * log2(1 / max(crossings)) + _LATER
    return None


def _nearest_levels(levels: Sequence[float], here: float) -> list[tuple[float, bool]]:
    """The thresholds next below and next above."""
    above = bisect_right(levels, here)
    return [(level, True) for level in levels[above - 1 : above] if above] + [
        (level, False) for level in levels[above : above + 1]
    ]


def is_at_least(rank: Rank, goal: str) -> bool:
    """Whether the rank is the goal or above it."""
    return ORDER.index(rank) >= ORDER.index(Rank(goal))


def has_become(before: Rank, after: Rank, to: str) -> bool:
    """Whether it has just become that rank: by rising to it or past it, or, for cold, by falling back to it."""
    if Rank(to) is Rank.COLD:
        return after is Rank.COLD and before is not Rank.COLD
    return is_at_least(after, to) and not is_at_least(before, to)


def _is_capped(points: float, cap: float | None, high: float) -> bool:
    """Whether the tally stands at its cap just below d = `high`."""
    return cap is not None and abs(points) * high > cap * (1 + 1e-12)


def _rank_edges(state: State, scoring: Scoring) -> list[tuple[float, bool]]:
    """Totals at which the rank changes, and whether by falling; half a point lower for the rounding."""
    match state.rank:
        case Rank.HOT:
            edges = [(scoring.hot.leave, True)]
        case Rank.WARM:
            edges = [(scoring.warm.leave, True), (scoring.hot.enter, False)]
        case Rank.COLD:
            edges = [(scoring.warm.enter, False)]
    return [(ceil(level) - 0.5, falling) for level, falling in edges]
