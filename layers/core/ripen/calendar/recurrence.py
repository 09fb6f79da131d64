"""When a schedule returns: an RRULE (RFC 5545, section 3.3.10) in local time, so that 09:00 stays 09:00 when summer time comes.

A local time that the change leaves out is the first moment after it; one that comes twice is taken the first time.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

from ripen.calendar.local_time import instant
from ripen.playbook.trigger import OnSchedule

_UNTIL = re.compile(r"UNTIL=(\d{8}T\d{6})Z")
_SHIFT = timedelta(days=1)
"""More than any change of a clock."""


def parse_rrule(trigger: OnSchedule, zone: str) -> rrule | rruleset:
    """Its returns as local times without a zone. Raises ValueError for what is no rule or no time."""
    text = trigger.rrule.removeprefix("RRULE:")
    local = _UNTIL.sub(
        lambda found: f"UNTIL={_utc_to_local(found[1], zone):%Y%m%dT%H%M%S}", text
    )  # the RFC wants it in UTC
    return rrulestr(local, dtstart=datetime.fromisoformat(trigger.start))


def next_occurrence(trigger: OnSchedule, zone: str, since: datetime) -> datetime | None:
    """The first return after that moment, in UTC; None once it returns no more."""
    return next(_occurrences(trigger, zone, since), None)


def occurrences_between(trigger: OnSchedule, zone: str, since: datetime, until: datetime) -> list[datetime]:
    """All returns after `since` up to `until`, in UTC."""
    found = []
    for at in _occurrences(trigger, zone, since):
        if at > until:
            break
        found.append(at)
    return found


def occurrence_name(at: datetime, zone: str) -> str:
    """What an occurrence is called: its local date and time."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def _occurrences(trigger: OnSchedule, zone: str, since: datetime) -> Iterator[datetime]:
    here = ZoneInfo(zone)
    begin = since.astimezone(here).replace(tzinfo=None) - _SHIFT
    for local in parse_rrule(trigger, zone).xafter(begin):
        at = instant(local.date(), local.time(), here)
        if at > since:
            yield at


def _utc_to_local(utc: str, zone: str) -> datetime:
    return datetime.strptime(utc, "%Y%m%dT%H%M%S").replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
