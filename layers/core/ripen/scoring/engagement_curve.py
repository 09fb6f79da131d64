"""The engagement as time alone passes: the moment when it next crosses a threshold is solved, not searched for.

1. Let share = 0.5 ** (time / half-life). It falls from 1 to 0, and the points of a rule are points * share.
2. A rule stays at its cap until its points fall below it, and so do a group and the whole. Between these corners the
   engagement is linear in the share.
3. So in each interval between two corners, from the present on, the crossing is solved.

Rules that count an activity in a window jump when one leaves it (count_rule.py): a curve holds until the next jump.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import log2
from typing import NamedTuple

from msgspec import Struct

from ripen.playbook.scoring import Scoring
from ripen.scoring.count_rule import next_window_end
from ripen.scoring.score import Scored, decayed, half_life, points_now, points_with_rules

_LEAST_SHARE = 2.0**-64
"""After 64 half-lives a change no longer matters."""
_MARGIN = timedelta(seconds=1)
"""Added to a computed time, so that the threshold has surely been crossed by then."""


class Edge(NamedTuple):
    """A threshold that is crossed by falling below it, or by rising to it."""

    level: float
    falling: bool


class _Line(NamedTuple):
    """Points that are linear in the share: level + slope * share."""

    level: float
    slope: float

    def at(self, share: float) -> float:
        return self.level + self.slope * share

    def __add__(self, other: "_Line") -> "_Line":  # type: ignore[override]
        return _Line(self.level + other.level, self.slope + other.slope)


class _Interval(NamedTuple):
    high: float
    low: float

    @property
    def middle(self) -> float:
        return (self.high + self.low) / 2


class _Earned(NamedTuple):
    """The present points of one rule, without its cap."""

    line: _Line
    cap: float | None
    group: str


class Curve(Struct, frozen=True, kw_only=True):
    """The engagement from a moment on, until an activity leaves a window."""

    start: datetime
    half_life: timedelta
    earned: tuple[_Earned, ...]
    groups: dict[str, float]
    cap: float | None

    def next_crossing(self, base: float, edges: Sequence[Edge]) -> datetime | None:
        """Return when `base` plus the engagement next crosses one of the edges; None if it never does."""
        if not edges:
            return None
        for interval, line in self._pieces():
            share = max(_crossings(line, base, edges, interval), default=0.0)
            if share > _LEAST_SHARE:
                return self.start + self.half_life * log2(1 / share) + _MARGIN
        return None

    def _pieces(self) -> Iterator[tuple[_Interval, _Line]]:
        """Yield the intervals in which the engagement is linear, from the present on."""
        whole = _Interval(1.0, 0.0)
        for by_rule in _cut(whole, [(earned.line, _around(earned.cap)) for earned in self.earned]):
            groups: dict[str, _Line] = {}
            for line, cap, group in self.earned:
                groups[group] = groups.get(group, _Line(0, 0)) + _limited(line, by_rule, *_around(cap))
            limits = {group: _around(self.groups.get(group)) for group in groups}
            for by_group in _cut(by_rule, [(line, limits[group]) for group, line in groups.items()]):
                total = sum((_limited(line, by_group, *limits[g]) for g, line in groups.items()), _Line(0, 0))
                upper = () if self.cap is None else (self.cap,)
                for piece in _cut(by_group, [(total, upper)]):
                    yield piece, _limited(total, piece, *upper)


def curve(state: Scored, scoring: Scoring, now: datetime) -> Curve:
    """Return the engagement of the lead from `now` on."""
    return Curve(
        start=now,
        half_life=half_life(scoring),
        earned=tuple(
            _Earned(_Line(points_now(earned, rule, scoring, now), 0.0), None, rule.group)
            if rule.count
            else _Earned(_Line(0.0, decayed(earned, half_life(scoring), now)), rule.cap, rule.group)
            for earned, rule in points_with_rules(state, scoring)
        ),
        groups=scoring.groups,
        cap=scoring.engagement_cap,
    )


def next_jump(state: Scored, scoring: Scoring, now: datetime) -> datetime | None:
    """Return when an activity next leaves the window of a rule, so that the rule's points come or go."""
    counted = ((rule.count, earned) for earned, rule in points_with_rules(state, scoring) if rule.count)
    return next_window_end(counted, now)


def _around(cap: float | None) -> tuple[float, ...]:
    return () if cap is None else (cap, -cap)


def _cut(interval: _Interval, lines: Iterable[tuple[_Line, Sequence[float]]]) -> Iterator[_Interval]:
    """Yield the parts of the interval between the corners at which a line reaches one of its limits."""
    corners = {(limit - line.level) / line.slope for line, limits in lines if line.slope for limit in limits}
    inside = sorted((corner for corner in corners if interval.low < corner < interval.high), reverse=True)
    yield from (_Interval(high, low) for high, low in pairwise((interval.high, *inside, interval.low)))


def _limited(line: _Line, interval: _Interval, most: float | None = None, least: float | None = None) -> _Line:
    """Return the line, or its limit if it is beyond it in this interval, which has no corner inside."""
    points = line.at(interval.middle)
    if most is not None and points > most:
        return _Line(most, 0.0)
    return _Line(least, 0.0) if least is not None and points < least else line


def _crossings(line: _Line, base: float, edges: Sequence[Edge], interval: _Interval) -> Iterator[float]:
    """Yield the shares in the interval at which the line crosses an edge."""
    for edge, falling in edges:
        if line.slope and (line.slope > 0) == falling:
            share = (edge - base - line.level) / line.slope
            if interval.low <= share <= interval.high:
                yield share
