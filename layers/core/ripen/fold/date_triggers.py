"""Date triggers: birthdays, renewals or any other date in a field of the lead, once or every year.

A date counts from the time when it is in the field; earlier days are over. The state keeps until when the dates were
checked, so that a late check still finds every day in between.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import count
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen.calendar.dates import anniversary, read_date
from ripen.calendar.local_time import instant, lead_zone, time_of_day
from ripen.identity import IdentityKey
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Journey
from ripen.playbook.trigger import OnDate

MAX_LATENESS = timedelta(days=2)
"""A lead does not enter later than this after the date."""

_DAY = timedelta(days=1)
_LARGEST_ZONE_DIFFERENCE = timedelta(hours=26)
"""The largest difference between two time zones."""


class DueDate(Struct, frozen=True, kw_only=True):
    """A day on which a date trigger fires."""

    journey: Journey
    day: date
    """On the lead's calendar."""
    at: datetime
    """When the trigger fires."""


def due_dates(state: State, profile: Profile, bundle: Bundle, now: datetime) -> tuple[DueDate, ...]:
    """Return the days that have come since the dates were last checked, earliest first, by the fields as of then.

    A lead that has moved to another time zone since misses no day, and gets no day twice.
    """
    found = list[DueDate]()
    if state.dates_checked_until:
        here = lead_zone(profile, bundle.brand)
        there = ZoneInfo(state.dates_checked_zone) if state.dates_checked_zone else here
        for journey, trigger in _date_triggers(IdentityKey(bundle)):
            found += _due(journey, trigger, state, (there, state.dates_checked_until), (here, now))
    return tuple(sorted(found, key=lambda due: (due.at, due.journey.name)))


def _due(
    journey: Journey, trigger: OnDate, state: State, last: tuple[ZoneInfo, datetime], present: tuple[ZoneInfo, datetime]
) -> Iterator[DueDate]:
    """Yield the days that had not come at the last check, in the zone of then, and have come in the present zone."""
    (there, checked), (here, now) = last, present
    for day, at in _moments(trigger, state, here, checked):
        if at > now:
            return
        if at > checked - _LARGEST_ZONE_DIFFERENCE and instant(day, time_of_day(trigger.at), there) > checked:
            yield DueDate(journey=journey, day=day, at=at)


def next_trigger_date(state: State, profile: Profile, bundle: Bundle, now: datetime) -> datetime | None:
    """Return when the next date trigger fires; None if none will."""
    moments = (
        next((at for _, at in _moments(trigger, state, lead_zone(profile, bundle.brand), now) if at > now), None)
        for _, trigger in _date_triggers(IdentityKey(bundle))
    )
    return min(filter(None, moments), default=None)


def has_dates(state: State, bundle: Bundle) -> bool:
    """Return whether a field that a date trigger watches has a value."""
    return any(state.trigger_fields.get(trigger.field) for _, trigger in _date_triggers(IdentityKey(bundle)))


def _moments(trigger: OnDate, state: State, zone: ZoneInfo, after: datetime) -> Iterator[tuple[date, datetime]]:
    """Yield the trigger's days and when they come in that zone, starting before that moment."""
    start = read_date(state.trigger_fields.get(trigger.field, ""))
    with suppress(OverflowError):  # beyond the last year of datetime
        for day in _days(start, trigger, after) if start else ():
            yield day, instant(day, time_of_day(trigger.at), zone)


def _days(start: date, trigger: OnDate, after: datetime) -> Iterator[date]:
    offset = timedelta(days=trigger.offset_days)
    if not trigger.yearly:
        yield start + offset
        return
    first = max(start.year, (after.date() - _DAY - offset).year)
    for year in count(first):
        yield anniversary(start, year, trigger.leap) + offset


@lru_cache(maxsize=4)
def _date_triggers(bundle: IdentityKey[Bundle]) -> tuple[tuple[Journey, OnDate], ...]:
    journeys = sorted(bundle.value.journeys.values(), key=lambda journey: journey.name)
    return tuple((journey, on) for journey in journeys for on in journey.enrol if isinstance(on, OnDate))
