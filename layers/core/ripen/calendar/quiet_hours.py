"""Quiet hours: times of the lead's day at which no marketing mail goes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ripen.calendar.local_time import clock, instant
from ripen.playbook.bundle import Quiet


def quiet_until(quiet: Quiet, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When they end, if the lead's clock stands between `start` and `end` (over midnight, where the end is the earlier);
    None outside of them. Equal times are no quiet hours.

    An end that the clocks skip is when they are put forward; one that comes twice counts when it comes next.
    """
    local = now.astimezone(zone)
    start, end, at = clock(quiet.start), clock(quiet.end), local.time()
    if not (start <= at < end if start <= end else at >= start or at < end):
        return None
    day = local.date() if at < end else local.date() + timedelta(days=1)
    first = instant(day, end, zone)
    return first if first > now else datetime.combine(day, end.replace(fold=1), zone).astimezone(UTC)
