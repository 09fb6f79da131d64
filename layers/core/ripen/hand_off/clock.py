"""The clock of a hand-off: what happens while nobody accepts the lead, and when.

It runs in the business hours of the team. Each message comes once; what comes after a release is counted from then.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from ripen.calendar.business_days import NeverOpen, add_business_time, business_seconds
from ripen.calendar.local_time import office_zone
from ripen.hand_off.hand_off import HandOff
from ripen.playbook.bundle import Bundle
from ripen.playbook.business_calendar import Calendar
from ripen.playbook.routing import Team


class Step(StrEnum):
    """What happens while a hand-off waits. The value is the field of HandOff that says when it happened."""

    REMIND = "reminded"
    ESCALATE = "escalated"
    REASSIGN = "reassigned"


def next_step(hand_off: HandOff, bundle: Bundle) -> tuple[datetime, Step] | None:
    """Return the next step of a hand-off that nobody has accepted, and when it is due; None without any."""
    team = team_of(hand_off, bundle)
    if team is None or hand_off.since is None:
        return None
    return min(_steps(hand_off, hand_off.since, team, bundle), default=None)


def started(hand_off: HandOff, now: datetime) -> HandOff:
    """Return the hand-off with its clock at zero; without a team it has none."""
    return replace(hand_off, since=now) if hand_off.team else hand_off


def taken(hand_off: HandOff, step: Step, now: datetime) -> HandOff:
    """Return the hand-off after a step."""
    return replace(hand_off, **{step.value: now})


def waited_minutes(hand_off: HandOff, until: datetime, bundle: Bundle) -> int:
    """Return how many business minutes the hand-off has waited."""
    team = team_of(hand_off, bundle)
    if team is None or hand_off.since is None:
        return 0
    return business_seconds(hand_off.since, until, *_hours(team, bundle)) // 60


def team_of(hand_off: HandOff, bundle: Bundle) -> Team | None:
    """Return the team; None if the live playbook has no such team."""
    return bundle.routing.teams.get(hand_off.team) if bundle.routing else None


def _steps(hand_off: HandOff, since: datetime, team: Team, bundle: Bundle) -> Iterator[tuple[datetime, Step]]:
    """Yield the steps that have not been taken, with their times. A team that never works takes none."""
    after = {
        Step.REMIND: team.remind_seconds if hand_off.owner else None,
        Step.ESCALATE: team.escalate_seconds,
        Step.REASSIGN: team.reassign_seconds,
    }
    for step, seconds in after.items():
        if seconds is None or getattr(hand_off, step.value) is not None:
            continue
        try:
            yield add_business_time(since, seconds, *_hours(team, bundle)), step
        except (NeverOpen, OverflowError):
            continue


def _hours(team: Team, bundle: Bundle) -> tuple[Calendar, ZoneInfo]:
    return team.calendar or bundle.calendar, office_zone(bundle.brand, team.time_zone)
