"""When a wait ends: how each field of a step's Until counts, to the second.

1. Elapsed time (`seconds`) is added first.
2. `days` and `business_days` move the day and keep the local time of day; `business_seconds` count the company's hours.
3. `date` or `field` names the day instead.
4. `at` replaces the time of day. If no day was counted or named, it is the next such time.
5. `weekdays` moves on to the next of these weekdays.
6. `business` moves on to the next business day.

Days are in the lead's time zone (local_time.py says what happens when clocks change). A wait for today has not ended; a
wait for a moment in the past has.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen.calendar.business_days import NeverOpen, add_business_days, add_business_time
from ripen.calendar.dates import anniversary, read_date
from ripen.calendar.local_time import instant, lead_zone, office_zone, time_of_day
from ripen.lead.lead import Profile
from ripen.playbook.bundle import Brand
from ripen.playbook.business_calendar import Calendar
from ripen.playbook.graph import Until

_DAY = timedelta(days=1)

Fields = Mapping[str, str | float]
"""The lead's values by name (condition.traits)."""


class TimeContext(Struct, frozen=True):
    """The time zones and the calendar by which a wait counts."""

    zone: ZoneInfo
    """The lead's time zone."""
    office_zone: ZoneInfo
    """The company's time zone, for its hours."""
    calendar: Calendar


def time_context(profile: Profile, brand: Brand, calendar: Calendar) -> TimeContext:
    """Return the time context of a lead."""
    return TimeContext(lead_zone(profile, brand), office_zone(brand), calendar)


def is_duration(until: Until) -> bool:
    """Return whether the wait has a length, and is not only for a date, a weekday or a time of day."""
    return bool(until.seconds or until.days or until.business_days or until.business_seconds)


def wait_end(until: Until, began: datetime, context: TimeContext, fields: Fields) -> datetime | None:
    """Return when the wait ends, in UTC and not before `began`; None if the date is missing or in the past."""
    try:
        return _wait_end(until, began.astimezone(UTC), context, fields)
    except (OverflowError, NeverOpen):
        return None


def _wait_end(until: Until, began: datetime, context: TimeContext, fields: Fields) -> datetime | None:
    counted = _after_duration(until, began, context)
    at = _time_of_day(until, began, counted, context)
    day = _day(until, counted, at, context, fields)
    if day is None:
        return None
    is_moved = until.at or day != counted.astimezone(context.zone).date()
    end = instant(day, at, context.zone) if is_moved else counted
    return end if end >= began else None


def _after_duration(until: Until, began: datetime, context: TimeContext) -> datetime:
    """Return the moment after elapsed time, days and business time (steps 1 and 2)."""
    moment = began + timedelta(seconds=until.seconds)
    if until.days or until.business_days:
        local = moment.astimezone(context.zone)
        day = local.date() + timedelta(days=until.days)
        if until.business_days:
            day = add_business_days(day, until.business_days, context.calendar)
        moment = instant(day, local.time(), context.zone)
    if until.business_seconds:
        moment = add_business_time(moment, until.business_seconds, context.calendar, context.office_zone)
    return moment


def _time_of_day(until: Until, began: datetime, counted: datetime, context: TimeContext) -> time:
    """Return the local time of day at which the wait ends.

    Without `at` this is the time before days were added, because a clock change must not shift the time of a later day.
    """
    if until.at:
        return time_of_day(until.at)
    kept = counted if until.business_seconds else began + timedelta(seconds=until.seconds)
    return kept.astimezone(context.zone).time()


def _day(until: Until, counted: datetime, at: time, context: TimeContext, fields: Fields) -> date | None:
    """Return the local day on which the wait ends (steps 3 to 6); None if the date is missing."""
    if until.date or until.field:
        day = _named_day(until, counted, at, context, fields)
        if day is None:
            return None
    else:
        day = counted.astimezone(context.zone).date()
        is_day_counted = until.days or until.business_days
        if until.at and not is_day_counted and instant(day, at, context.zone) < counted:
            day += _DAY
    while until.weekdays and day.weekday() not in until.weekdays:
        day += _DAY
    return add_business_days(day, 0, context.calendar) if until.business else day


def _named_day(until: Until, counted: datetime, at: time, context: TimeContext, fields: Fields) -> date | None:
    """Return the day of the date plus its offset; with `yearly`, the next return of that day."""
    named = read_date(until.date or str(fields.get(until.field, "")))
    if named is None:
        return None
    offset = timedelta(days=until.offset_days)
    if not until.yearly:
        return named + offset
    today = counted.astimezone(context.zone).date()
    year = max(named.year, (today - offset).year)
    day = anniversary(named, year) + offset
    is_past = day < today or (until.at and instant(day, at, context.zone) < counted)
    return anniversary(named, year + 1) + offset if is_past else day
