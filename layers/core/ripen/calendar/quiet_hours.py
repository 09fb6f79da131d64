"""Quiet hours: times of the lead's day at which no marketing mail goes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ripen.calendar.local_time import instant, time_of_day
from ripen.playbook.bundle import QuietHours


def quiet_until(quiet: QuietHours, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When they end, if the lead's clock stands between `start` and `end` (over midnight, where the end is the earlier);
    None outside of them. Equal times are no quiet hours.

    An end that the clocks skip is when they are put forward; one that comes twice counts when it comes next.
    """
    local = now.astimezone(zone)
    start, end, at = time_of_day(quiet.start), time_of_day(quiet.end), local.time()
    if not (start <= at < end if start <= end else at >= start or at < end):
        return None
    day = local.date() if at < end else local.date() + timedelta(days=1)
    first = instant(day, end, zone)
    return first if first > now else datetime.combine(day, end.replace(fold=1), zone).astimezone(UTC)
