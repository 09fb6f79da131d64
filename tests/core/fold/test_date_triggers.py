"""Date triggers: on which day they fire, and at which time of the lead's day."""

from copy import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ripen.fold.date_triggers import due_dates, next_trigger_date
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Again, Journey
from ripen.playbook.trigger import OnDate
from tests.support.builders import a_bundle, a_lead

TOKYO_MORNING = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
"""09:00 of a Saturday in Tokyo."""


def on(**known: Any) -> Bundle:
    asked: dict[str, Any] = {"field": "birthday", "yearly": True}
    trigger = OnDate(**asked | known)
    return replace(a_bundle(), journeys={"j": Journey(name="j", enrol=(trigger,), again=Again(how="by key"))})


def days(bundle: Bundle, value: str, since: datetime, until: datetime, lead: Profile | None = None) -> list[str]:
    state = State(lead="lead1", trigger_fields={"birthday": value}, dates_checked_until=since)
    return [due.day.isoformat() for due in due_dates(state, lead or a_lead(), bundle, until)]


def following(bundle: Bundle, value: str, now: datetime, lead: Profile | None = None) -> datetime | None:
    return next_trigger_date(State(lead="lead1", trigger_fields={"birthday": value}), lead or a_lead(), bundle, now)


def test_yearly_date_fires_each_year_in_the_leads_morning() -> None:
    bundle = on()
    assert following(bundle, "1980-11-21", TOKYO_MORNING - timedelta(seconds=1)) == TOKYO_MORNING
    assert following(bundle, "1980-11-21", TOKYO_MORNING) == datetime(2027, 11, 21, 0, 0, tzinfo=UTC)
    abroad = a_lead(time_zone="America/New_York")
    assert following(bundle, "1980-11-21", TOKYO_MORNING, abroad) == datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
    assert days(bundle, "1980-11-21", TOKYO_MORNING - timedelta(days=800), TOKYO_MORNING) == [
        "2024-11-21",
        "2025-11-21",
        "2026-11-21",
    ]


def test_date_at_the_last_check_is_over_and_one_at_the_present_fires() -> None:
    bundle, second = on(), timedelta(seconds=1)
    assert days(bundle, "1980-11-21", TOKYO_MORNING - second, TOKYO_MORNING) == ["2026-11-21"]
    assert days(bundle, "1980-11-21", TOKYO_MORNING, TOKYO_MORNING + second) == []
    assert days(bundle, "1980-11-21", TOKYO_MORNING - 2 * second, TOKYO_MORNING - second) == []


@pytest.mark.parametrize(
    ("leap", "expected"),
    [("28 February", date(2027, 2, 28)), ("1 March", date(2027, 3, 1))],
)
def test_leap_day_falls_where_the_playbook_says(leap: str, expected: date) -> None:
    bundle = on(leap=leap)
    assert following(bundle, "2000-02-29", TOKYO_MORNING) == datetime(
        expected.year, expected.month, expected.day, tzinfo=UTC
    )
    assert following(bundle, "2000-02-29", datetime(2027, 6, 1, tzinfo=UTC)) == datetime(2028, 2, 29, tzinfo=UTC)


def test_date_fires_once_with_its_offset() -> None:
    bundle = on(yearly=False, offset_days=-90, at="10:30")
    at = datetime(2026, 12, 31, 1, 30, tzinfo=UTC)
    assert following(bundle, "2027年3月31日", TOKYO_MORNING) == at
    assert following(bundle, "2027-03-31", at) is None
    assert days(bundle, "2027-03-31", TOKYO_MORNING, at) == ["2026-12-31"]


def test_yearly_date_starts_with_the_first_year_and_crosses_the_new_year() -> None:
    bundle = on(offset_days=-30)
    assert following(bundle, "2030-01-10", TOKYO_MORNING) == datetime(2029, 12, 11, tzinfo=UTC)
    assert following(bundle, "2020-01-10", TOKYO_MORNING) == datetime(2026, 12, 11, tzinfo=UTC)
    assert following(on(offset_days=40), "2020-12-10", datetime(2027, 1, 1, tzinfo=UTC)) == datetime(
        2027, 1, 19, tzinfo=UTC
    )


@pytest.mark.parametrize("text", ["", "soon", "2026-02-30", "9999-12-31", "0001-01-01"])
def test_invalid_date_never_fires(text: str) -> None:
    assert following(on(yearly=False, offset_days=400), text, TOKYO_MORNING) is None


@pytest.mark.parametrize(("text", "fires"), [("0001-01-01", False), ("1899年12月31日", False), ("1900/1/1", True)])
def test_a_year_before_1900_is_no_birthday(text: str, fires: bool) -> None:
    assert (following(on(), text, TOKYO_MORNING) is not None) is fires


def test_time_skipped_by_daylight_saving_fires_after_the_change() -> None:
    abroad = a_lead(time_zone="America/New_York")
    bundle = on(at="02:30")
    assert following(bundle, "1990-03-14", datetime(2027, 1, 1, tzinfo=UTC), abroad) == datetime(
        2027, 3, 14, 7, 0, tzinfo=UTC
    )


def test_no_date_fires_before_the_first_check() -> None:
    state = State(lead="lead1", trigger_fields={"birthday": "1980-11-21"})
    assert due_dates(state, a_lead(), on(), TOKYO_MORNING) == ()


EAST, WEST = a_lead(time_zone="Asia/Tokyo"), a_lead(time_zone="America/New_York")
NOON_IN_TOKYO, NINE_IN_NEW_YORK = TOKYO_MORNING + timedelta(hours=3), TOKYO_MORNING + timedelta(hours=14)


def moves(value: str, since: datetime, there: Profile, until: datetime, here: Profile) -> list[str]:
    """Return the days that fire for a lead that was checked there and has moved here since."""
    state = State(
        lead="lead1", trigger_fields={"birthday": value}, dates_checked_until=since, dates_checked_zone=there.time_zone
    )
    return [due.day.isoformat() for due in due_dates(state, here, on(), until)]


def test_lead_that_moves_east_misses_no_date() -> None:
    # nine o'clock is past in Tokyo, and has not come in New York
    assert moves("1980-11-21", NOON_IN_TOKYO, WEST, NOON_IN_TOKYO, EAST) == ["2026-11-21"]
    assert moves("1980-11-21", NOON_IN_TOKYO, EAST, NOON_IN_TOKYO, EAST) == []
    assert moves("1980-11-21", NINE_IN_NEW_YORK, WEST, NINE_IN_NEW_YORK, EAST) == []


def test_lead_that_moves_west_gets_no_date_twice() -> None:
    assert moves("1980-11-21", TOKYO_MORNING, EAST, NINE_IN_NEW_YORK, WEST) == []
    assert moves("1980-11-21", TOKYO_MORNING - timedelta(hours=1), EAST, TOKYO_MORNING, WEST) == []
    assert moves("1980-11-21", TOKYO_MORNING, WEST, NINE_IN_NEW_YORK, WEST) == ["2026-11-21"]


def test_first_day_of_the_calendar_is_over_in_every_zone() -> None:
    state = State(
        lead="lead1",
        trigger_fields={"birthday": "0001-01-01"},
        dates_checked_until=TOKYO_MORNING,
        dates_checked_zone="Asia/Tokyo",
    )
    assert due_dates(state, WEST, on(yearly=False, at="08:00"), NINE_IN_NEW_YORK) == ()
