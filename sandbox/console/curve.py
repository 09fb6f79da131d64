"""The score over time: the lead's activities replayed through the pure functions that score them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ripen.lead.activity import Activity, happened_at
from ripen.lead.history import history_entry
from ripen.lead.lead import Profile
from ripen.lead.state import RulePoints, State
from ripen.playbook.scoring import Scoring
from ripen.scoring.score import add_points, fit, score

_SAMPLES = 60
_SHORTEST = timedelta(hours=1)


@dataclass(frozen=True)
class Point:
    """The score at one moment."""

    at: datetime
    fit: float
    engagement: float

    @property
    def total(self) -> float:
        return self.fit + self.engagement


def span(activities: Iterable[Activity], now: datetime) -> tuple[datetime, datetime]:
    """Return the period to draw: from a little before the first activity until well after now."""
    first = min(map(happened_at, activities), default=now)
    lived = max(now - first, _SHORTEST)
    return first - lived / 8, now + lived / 3


def curve(
    profile: Profile, activities: Iterable[Activity], scoring: Scoring, start: datetime, now: datetime, end: datetime
) -> list[Point]:
    """Return the score from `start` to `end`: one point at `now`, two at each activity that makes it jump.

    After the last activity it shows the decay. Before the first activity the score is 0.
    """
    ordered = sorted(activities, key=happened_at)
    worth, _ = fit(profile, scoring)
    rule_points: dict[str, RulePoints] = {}
    met = False

    def point(at: datetime) -> Point:
        if not met:
            return Point(at, 0.0, 0.0)
        found = score(State(lead=profile.id, rule_points=rule_points, fit=worth), scoring, at)
        return Point(at, found.fit, found.engagement)

    moments = {now, *(start + (end - start) * step / _SAMPLES for step in range(_SAMPLES + 1))}
    points: list[Point] = []
    for at in sorted(moments | set(map(happened_at, ordered))):
        points.append(point(at))
        while ordered and happened_at(ordered[0]) <= at:
            rule_points, met = add_points(rule_points, history_entry(ordered.pop(0)), scoring), True
            points.append(point(at))
    return points
