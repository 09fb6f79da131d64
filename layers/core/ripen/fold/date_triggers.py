"""The dates that let into journeys: birthdays, renewals, whatever stands in a field, once or each year.

A date counts from when it stands in the field: what lay before is over. `looked` on the state is how far they were judged,
so that a mark that comes late still finds what fell due meanwhile.
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

LATEST = timedelta(days=2)
"""So late a mark may come for the lead still to enter."""

_DAY = timedelta(days=1)
_FARTHEST = timedelta(hours=26)
"""Between the time zones of the earth."""


class Occasion(Struct, frozen=True, kw_only=True):
    """A trigger's date has come: `day` on the lead's calendar, at `at`."""

    journey: Journey
    day: date
    at: datetime


def fallen(state: State, profile: Profile, bundle: Bundle, now: datetime) -> tuple[Occasion, ...]:
    """What fell due since the dates were last looked at, earliest first, by what stood in the fields then. Whoever has moved to
    another time zone since misses nothing by that, and has nothing twice."""
    found = list[Occasion]()
    if state.dates_checked_until:
        here = lead_zone(profile, bundle.brand)
        there = ZoneInfo(state.dates_checked_zone) if state.dates_checked_zone else here
        for journey, trigger in _dated(IdentityKey(bundle)):
            found += _fallen(journey, trigger, state, (there, state.dates_checked_until), (here, now))
    return tuple(sorted(found, key=lambda occasion: (occasion.at, occasion.journey.name)))


def _fallen(
    journey: Journey, trigger: OnDate, state: State, last: tuple[ZoneInfo, datetime], present: tuple[ZoneInfo, datetime]
) -> Iterator[Occasion]:
    """The days that had not come when and where it was last looked, and have come here by now."""
    (there, looked), (here, now) = last, present
    for day, at in _moments(trigger, state, here, looked):
        if at > now:
            return
        if at > looked - _FARTHEST and instant(day, time_of_day(trigger.at), there) > looked:
            yield Occasion(journey=journey, day=day, at=at)


def next_occasion(state: State, profile: Profile, bundle: Bundle, now: datetime) -> datetime | None:
    """When the next one falls due."""
    found = (_next(*dated, state, lead_zone(profile, bundle.brand), now) for dated in _dated(IdentityKey(bundle)))
    return min((occasion.at for occasion in found if occasion), default=None)


def is_awaited(state: State, bundle: Bundle) -> bool:
    """Whether any date stands in a field that lets into a journey."""
    return any(state.trigger_fields.get(trigger.field) for _, trigger in _dated(IdentityKey(bundle)))


def _next(journey: Journey, trigger: OnDate, state: State, zone: ZoneInfo, after: datetime) -> Occasion | None:
    moments = _moments(trigger, state, zone, after)
    return next((Occasion(journey=journey, day=day, at=at) for day, at in moments if at > after), None)


def _moments(trigger: OnDate, state: State, zone: ZoneInfo, after: datetime) -> Iterator[tuple[date, datetime]]:
    """The trigger's days and when they come there, from before that moment on."""
    stands = read_date(state.trigger_fields.get(trigger.field, ""))
    with suppress(OverflowError):  # out of the calendar
        for day in _days(stands, trigger, after) if stands else ():
            yield day, instant(day, time_of_day(trigger.at), zone)


def _days(stands: date, trigger: OnDate, after: datetime) -> Iterator[date]:
    offset = timedelta(days=trigger.offset_days)
    if not trigger.yearly:
        yield stands + offset
        return
    year = max(stands.year, (after.date() - _DAY - offset).year)
    for returns in count(year):
        yield anniversary(stands, returns, trigger.leap) + offset


@lru_cache(maxsize=4)
def _dated(bundle: IdentityKey[Bundle]) -> tuple[tuple[Journey, OnDate], ...]:
    journeys = sorted(bundle.value.journeys.values(), key=lambda journey: journey.name)
    return tuple((journey, on) for journey in journeys for on in journey.enrol if isinstance(on, OnDate))
