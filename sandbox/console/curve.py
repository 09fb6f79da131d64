"""The score over time, by replaying what the lead did through the pure functions that score it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ripen.lead.activity import Activity, happened_at
from ripen.lead.lead import Profile
from ripen.lead.state import RulePoints, State
from ripen.playbook.bundle import Scoring
from ripen.scoring.score import add_points, fit, score

_SAMPLES = 60
_SHORTEST = timedelta(hours=1)


@dataclass(frozen=True)
class Point:
    """Points as they stood at that moment."""

    at: datetime
    fit: float
    engagement: float

    @property
    def total(self) -> float:
        return self.fit + self.engagement


def span(activities: Iterable[Activity], now: datetime) -> tuple[datetime, datetime]:
    """From a little before the first activity to a good deal after now: what to draw."""
    first = min(map(happened_at, activities), default=now)
    lived = max(now - first, _SHORTEST)
    return first - lived / 8, now + lived / 3


def curve(
    profile: Profile, activities: Iterable[Activity], scoring: Scoring, start: datetime, now: datetime, end: datetime
) -> list[Point]:
    """The score from `start` to `end`, one point of it at `now`, two where an activity makes it jump. Beyond the last
    activity it shows what time alone would do. Nobody is worth anything before the first activity."""
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
            rule_points, met = add_points(rule_points, ordered.pop(0), scoring), True
            points.append(point(at))
    return points
