"""The coordinates of the score curve: an SVG of WIDTH by HEIGHT, drawn by the template."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from ripen.playbook.scoring import Scoring
from sandbox.console.curve import Point

WIDTH, HEIGHT = 720, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 704, 12, 200
_LEAST = 100.0


def chart(points: Sequence[Point], scoring: Scoring, now: datetime) -> dict[str, Any]:
    """Return polylines `past` and `future`, the polygon `fit`, thresholds `bars`, and `jumps` at activities."""
    start, end = points[0].at, points[-1].at
    most = max(_LEAST, *(point.total * 1.1 for point in points))

    def x(at: datetime) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * ((at - start) / (end - start)), 1)

    def y(value: float) -> float:
        return round(_BOTTOM - (_BOTTOM - _TOP) * max(0.0, value) / most, 1)

    def line(shown: Sequence[Point]) -> str:
        return " ".join(f"{x(point.at)},{y(point.total)}" for point in shown)

    past = [point for point in points if point.at <= now]
    future = [*past[-1:], *(point for point in points if point.at > now)]
    floor = " ".join(f"{x(point.at)},{y(point.fit)}" for point in past)
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "past": line(past),
        "future": line(future),
        "area": f"{x(start)},{_BOTTOM} {line(past)} {x(past[-1].at)},{_BOTTOM}" if past else "",
        "fit": f"{x(start)},{_BOTTOM} {floor} {x(past[-1].at)},{_BOTTOM}" if past else "",
        "left": _LEFT,
        "right": _RIGHT,
        "top": _TOP,
        "bottom": _BOTTOM,
        "now": x(now),
        "bars": [
            {"name": name, "y": y(threshold.enter), "points": f"{threshold.enter:.0f}"}
            for name, threshold in (("hot", scoring.hot), ("warm", scoring.warm))
        ],
        "jumps": [
            {"x": x(after.at), "y": y(after.total)}
            for before, after in pairwise(points)
            if before.at == after.at and after.at <= now
        ],
    }
