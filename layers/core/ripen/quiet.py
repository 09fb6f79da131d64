"""Quiet hours: times of the lead's day at which no marketing mail goes."""

from datetime import UTC, datetime, time, timedelta, tzinfo

from ripen.bundle import Quiet


def quiet_until(quiet: Quiet, now: datetime, zone: tzinfo) -> datetime | None:
    """When they end, if the lead's clock stands between `start` and `end` (over midnight, where the end is the earlier);
    None outside of them. Equal times are no quiet hours.

    An end that the clocks skip is as much later as they are put forward; one that comes twice counts when it comes next.
    """
    local = now.astimezone(zone)
    start, end, at = time.fromisoformat(quiet.start), time.fromisoformat(quiet.end), local.time()
    if not (start <= at < end if start <= end else at >= start or at < end):
        return None
    day = local.date() if at < end else local.date() + timedelta(days=1)
    ends = datetime.combine(day, end, zone)
    return min(moment for fold in (0, 1) if (moment := ends.replace(fold=fold).astimezone(UTC)) > now)
