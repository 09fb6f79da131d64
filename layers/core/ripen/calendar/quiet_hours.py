"""Quiet hours: the part of the lead's day in which no marketing mail is sent."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ripen.calendar.local_time import instant, time_of_day
from ripen.playbook.bundle import QuietHours


def quiet_until(quiet: QuietHours, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the end of the quiet hours if `now` is within them, else None.

    An `end` before `start` is on the next day; equal times mean no quiet hours. If clocks skip the end, it is the
    moment when they are put forward; if the end comes twice, it is the next of the two.
    """
    local = now.astimezone(zone)
    start, end, at = time_of_day(quiet.start), time_of_day(quiet.end), local.time()
    if not (start <= at < end if start <= end else at >= start or at < end):
        return None
    day = local.date() if at < end else local.date() + timedelta(days=1)
    first = instant(day, end, zone)
    return first if first > now else datetime.combine(day, end.replace(fold=1), zone).astimezone(UTC)
