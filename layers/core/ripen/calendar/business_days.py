"""When the company works: its working days but for public holidays and its own closures, and its hours on them."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ripen.calendar.local_time import instant, time_of_day
from ripen.playbook.bundle import Calendar

_DAY = timedelta(days=1)
_LONGEST = 10 * 366
"""Days without a working day after which the company is taken to be closed for good."""


class NeverOpen(Exception):
    """The calendar has no further working day."""


def is_business(day: date, calendar: Calendar) -> bool:
    """Whether the company works on that day."""
    return (
        day.weekday() in calendar.workdays
        and not any(_within(day, first, last) for first, last in calendar.closures)
        and not (calendar.country and day in _holidays(calendar.country, day.year))
    )


def business_day(day: date, count: int, calendar: Calendar) -> date:
    """So many business days after that day, which itself may be none; 0: itself, or else the next. Raises NeverOpen,
    and OverflowError outside of the calendar."""
    if count == 0:
        return day if is_business(day, calendar) else business_day(day, 1, calendar)
    closed = 0
    while count:
        day += _DAY
        closed = 0 if is_business(day, calendar) else closed + 1
        count -= not closed
        if closed > _LONGEST:
            raise NeverOpen
    return day


def business_time(moment: datetime, seconds: int, calendar: Calendar, office: ZoneInfo) -> datetime:
    """So many seconds of the company's opening hours after that moment. Raises as business_day does."""
    left, opens, closes = timedelta(seconds=seconds), time_of_day(calendar.opens), time_of_day(calendar.closes)
    if opens >= closes:
        raise NeverOpen
    day = business_day(moment.astimezone(office).date(), 0, calendar)
    while True:
        start, end = max(moment, instant(day, opens, office)), instant(day, closes, office)
        if start + left <= end:
            return start + left
        left -= max(end - start, timedelta())
        day = business_day(day, 1, calendar)


def _within(day: date, first: str, last: str) -> bool:
    """Both days included. Without a year it is each year, and may run over its end: "12-29" to "01-03"."""
    text = day.isoformat()[-len(first) :]
    return first <= text <= last if first <= last else text >= first or text <= last


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    import holidays  # slow to load, and few waits need it

    return frozenset(holidays.country_holidays(country, years=year))
