"""Occurrences of a schedule: an RRULE (RFC 5545 §3.3.10) in local time, so 09:00 stays 09:00 in summer time.

An occurrence at a local time that does not exist is at the first moment after the gap; at a local time that exists
twice it is at the first of the two.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

from ripen.calendar.local_time import instant
from ripen.playbook.trigger import OnSchedule

_UNTIL = re.compile(r"UNTIL=(\d{8}T\d{6})Z")
_MARGIN = timedelta(days=1)
"""More than any change of a clock."""


def parse_rrule(trigger: OnSchedule, zone: str) -> rrule | rruleset:
    """Parse the rule of a schedule; its occurrences are local times without a zone. Raises ValueError."""
    text = trigger.rrule.removeprefix("RRULE:")
    # The RFC requires UNTIL in UTC, but dateutil compares it with local times here.
    local = _UNTIL.sub(lambda found: f"UNTIL={_utc_to_local(found[1], zone):%Y%m%dT%H%M%S}", text)
    return rrulestr(local, dtstart=datetime.fromisoformat(trigger.start))


def next_occurrence(trigger: OnSchedule, zone: str, since: datetime) -> datetime | None:
    """Return the first occurrence after `since`, in UTC; None if there is no further one."""
    return next(_occurrences(trigger, zone, since), None)


def occurrences_between(trigger: OnSchedule, zone: str, since: datetime, until: datetime) -> list[datetime]:
    """Return all occurrences after `since` up to `until`, in UTC."""
    found = []
    for at in _occurrences(trigger, zone, since):
        if at > until:
            break
        found.append(at)
    return found


def occurrence_name(at: datetime, zone: str) -> str:
    """Return the name of an occurrence: its local date and time."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def _occurrences(trigger: OnSchedule, zone: str, since: datetime) -> Iterator[datetime]:
    here = ZoneInfo(zone)
    begin = since.astimezone(here).replace(tzinfo=None) - _MARGIN
    for local in parse_rrule(trigger, zone).xafter(begin):
        at = instant(local.date(), local.time(), here)
        if at > since:
            yield at


def _utc_to_local(utc: str, zone: str) -> datetime:
    return datetime.strptime(utc, "%Y%m%dT%H%M%S").replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
