"""The dates that let into journeys: birthdays, renewals, whatever stands in a field, once or each year.

A date counts from when it stands in the field: what lay before is over. `looked` on the state is how far they were judged,
so that a mark that comes late still finds what fell due meanwhile.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen.bundle import Bundle
from ripen.dates import anniversary, read_date
from ripen.graph import Journey, OnDate
from ripen.lead import Profile
from ripen.local_time import clock, instant, zone
from ripen.same import Same
from ripen.state import State

LATEST = timedelta(days=2)
"""So late a mark may come for the lead still to enter."""

_DAY = timedelta(days=1)


class Occasion(Struct, frozen=True, kw_only=True):
    """A trigger's date has come: `day` on the lead's calendar, at `at`."""

    journey: Journey
    day: date
    at: datetime


def fallen(state: State, profile: Profile, bundle: Bundle, now: datetime) -> tuple[Occasion, ...]:
    """What fell due since the dates were last looked at, earliest first, by what stood in the fields then."""
    found = list[Occasion]()
    for journey, trigger in _dated(Same(bundle)) if state.looked else ():
        after = state.looked
        while after and (occasion := _next(journey, trigger, state, zone(profile, bundle.brand), after)):
            after = occasion.at if occasion.at <= now else None
            found += [occasion] if after else []
    return tuple(sorted(found, key=lambda occasion: (occasion.at, occasion.journey.name)))


def next_occasion(state: State, profile: Profile, bundle: Bundle, now: datetime) -> datetime | None:
    """When the next one falls due."""
    found = (_next(*dated, state, zone(profile, bundle.brand), now) for dated in _dated(Same(bundle)))
    return min((occasion.at for occasion in found if occasion), default=None)


def is_awaited(state: State, bundle: Bundle) -> bool:
    """Whether any date stands in a field that lets into a journey."""
    return any(state.fields.get(trigger.field) for _, trigger in _dated(Same(bundle)))


def _next(journey: Journey, trigger: OnDate, state: State, zone: ZoneInfo, after: datetime) -> Occasion | None:
    stands = read_date(state.fields.get(trigger.field, ""))
    try:
        for day in _days(stands, trigger, after) if stands else ():
            at = instant(day, clock(trigger.at), zone)
            if at > after:
                return Occasion(journey=journey, day=day, at=at)
    except OverflowError:  # out of the calendar
        pass
    return None


def _days(stands: date, trigger: OnDate, after: datetime) -> Iterator[date]:
    offset = timedelta(days=trigger.offset_days)
    if not trigger.yearly:
        yield stands + offset
        return
    year = max(stands.year, (after.date() - _DAY - offset).year)
    for returns in (year, year + 1, year + 2):
        yield anniversary(stands, returns, trigger.leap) + offset


@lru_cache(maxsize=4)
def _dated(bundle: Same[Bundle]) -> tuple[tuple[Journey, OnDate], ...]:
    journeys = sorted(bundle.value.journeys.values(), key=lambda journey: journey.name)
    return tuple((journey, on) for journey in journeys for on in journey.enrol if isinstance(on, OnDate))
