"""The company's business days (working days without public holidays and closures) and its hours on them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ripen.calendar.local_time import instant, time_of_day
from ripen.playbook.business_calendar import Calendar

_DAY = timedelta(days=1)
_LONGEST = 10 * 366
"""After this many days without a business day the calendar counts as closed for ever."""


class NeverOpen(Exception):
    """The calendar has no further business day."""


def is_business_day(day: date, calendar: Calendar) -> bool:
    """Return whether the company works on that day."""
    return (
        day.weekday() in calendar.workdays
        and not is_within_any(day, calendar.closures)
        and not (calendar.country and day in _holidays(calendar.country, day.year))
    )


def add_business_days(day: date, count: int, calendar: Calendar) -> date:
    """Return the day `count` business days later; for 0 the day itself if it is a business day, else the next one.

    Raises NeverOpen, or OverflowError for a day after the year 9999.
    """
    if count == 0:
        return day if is_business_day(day, calendar) else add_business_days(day, 1, calendar)
    closed = 0
    while count:
        day += _DAY
        closed = 0 if is_business_day(day, calendar) else closed + 1
        count -= not closed
        if closed > _LONGEST:
            raise NeverOpen
    return day


def add_business_time(moment: datetime, seconds: int, calendar: Calendar, office: ZoneInfo) -> datetime:
    """Return the moment after this many seconds of the company's hours. Raises the errors of add_business_days."""
    left, opens, closes = timedelta(seconds=seconds), time_of_day(calendar.opens), time_of_day(calendar.closes)
    if opens >= closes:
        raise NeverOpen
    day = add_business_days(moment.astimezone(office).date(), 0, calendar)
    while True:
        start, end = max(moment, instant(day, opens, office)), instant(day, closes, office)
        if start + left <= end:
            return start + left
        left -= max(end - start, timedelta())
        day = add_business_days(day, 1, calendar)


def business_seconds(start: datetime, end: datetime, calendar: Calendar, office: ZoneInfo) -> int:
    """Return how many seconds of the company's hours lie between two moments; 0 if `end` is not later."""
    opens, closes = time_of_day(calendar.opens), time_of_day(calendar.closes)
    day, total = start.astimezone(office).date(), timedelta()
    while day <= end.astimezone(office).date():
        if is_business_day(day, calendar):
            hours = min(end, instant(day, closes, office)) - max(start, instant(day, opens, office))
            total += max(hours, timedelta())
        day += _DAY
    return int(total.total_seconds())


def is_within_any(day: date, periods: Iterable[tuple[str, str]]) -> bool:
    """Return whether the day is in one of the periods, each given by its first and last day."""
    return any(_is_within(day, first, last) for first, last in periods)


def _is_within(day: date, first: str, last: str) -> bool:
    """Return whether the day is from `first` to `last`; without a year they may cross New Year (12-29 to 01-03)."""
    text = day.isoformat()[-len(first) :]
    return first <= text <= last if first <= last else text >= first or text <= last


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    import holidays  # slow to load, and few waits need it

    return frozenset(holidays.country_holidays(country, years=year))
