"""When a wait is over: how each field of graph.Until is counted, to the second.

Elapsed time is added first. Days move on the day and keep the time of day, on the lead's own clocks (local_time.py says what
happens where these are put forward or back). A date, a field's date or a weekday is a day, at the time of day at which
the wait began. `at` replaces the time of day: on the day that was counted or named, or else when it comes next. `business`
moves the day on last. A day that is today is not over, one whose moment has passed is.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen.calendar.business_days import NeverOpen, business_day, business_time
from ripen.calendar.dates import anniversary, read_date
from ripen.calendar.local_time import instant, lead_zone, office_zone, time_of_day
from ripen.lead.lead import Profile
from ripen.playbook.bundle import Brand, Calendar
from ripen.playbook.graph import Until

_DAY = timedelta(days=1)


class TimeContext(Struct, frozen=True):
    """Whose clocks and whose working days count."""

    zone: ZoneInfo
    """The lead's."""
    office: ZoneInfo
    """The company's: its opening hours."""
    calendar: Calendar


def time_context(profile: Profile, brand: Brand, calendar: Calendar) -> TimeContext:
    return TimeContext(lead_zone(profile, brand), office_zone(brand), calendar)


def is_duration(until: Until) -> bool:
    """Whether it is a length of time, which has a beginning, and no date, weekday or time of day."""
    return bool(until.seconds or until.days or until.business_days or until.business_seconds)


def wait_end(until: Until, began: datetime, place: TimeContext, fields: Mapping[str, str | float]) -> datetime | None:
    """When the wait that began then is over, in UTC and never before it began; None where it has no such date, or one
    that is over. `fields` are condition.traits."""
    try:
        return _over(until, began.astimezone(UTC), place, fields)
    except (OverflowError, NeverOpen):
        return None


def _over(until: Until, began: datetime, place: TimeContext, fields: Mapping[str, str | float]) -> datetime | None:
    moment = _counted(until, began, place)
    local = moment.astimezone(place.zone)
    kept = moment if until.business_seconds else began + timedelta(seconds=until.seconds)
    at = time_of_day(until.at) if until.at else kept.astimezone(place.zone).time()
    day = _named(until, moment, at, place, fields) if until.date or until.field else local.date()
    if day is None:
        return None
    is_chosen = until.date or until.field or until.days or until.business_days
    if until.at and not is_chosen and instant(day, at, place.zone) < moment:
        day += _DAY
    while until.weekdays and day.weekday() not in until.weekdays:
        day += _DAY
    if until.business:
        day = business_day(day, 0, place.calendar)
    is_untouched = day == local.date() and not until.at
    found = moment if is_untouched else instant(day, at, place.zone)
    return found if found >= began else None


def _counted(until: Until, began: datetime, place: TimeContext) -> datetime:
    """Elapsed time, days and business time."""
    moment = began + timedelta(seconds=until.seconds)
    if until.days or until.business_days:
        local = moment.astimezone(place.zone)
        day = local.date() + timedelta(days=until.days)
        if until.business_days:
            day = business_day(day, until.business_days, place.calendar)
        moment = instant(day, local.time(), place.zone)
    if until.business_seconds:
        moment = business_time(moment, until.business_seconds, place.calendar, place.office)
    return moment


def _named(
    until: Until, moment: datetime, at: time, place: TimeContext, fields: Mapping[str, str | float]
) -> date | None:
    """The day of the date or, with `yearly`, of its next return: the date itself where that is still to come."""
    found = read_date(until.date or str(fields.get(until.field, "")))
    if found is None:
        return None
    offset = timedelta(days=until.offset_days)
    if not until.yearly:
        return found + offset
    today = moment.astimezone(place.zone).date()
    year = max(found.year, (today - offset).year)
    day = anniversary(found, year) + offset
    is_past = day < today or (until.at and instant(day, at, place.zone) < moment)
    return anniversary(found, year + 1) + offset if is_past else day
