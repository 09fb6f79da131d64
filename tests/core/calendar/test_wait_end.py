"""The end of a wait: the lead's local time, the company's calendar, dates as people type them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ripen.calendar.local_time import lead_zone
from ripen.calendar.wait_end import TimeContext, time_context, wait_end
from ripen.playbook.business_calendar import Calendar
from ripen.playbook.graph import Until
from tests.support.builders import a_brand, a_lead
from tests.support.waits import EVERY_DAY, JAPAN, LORD_HOWE, NEW_YORK, TOKYO, local_end

# --- elapsed time and days


def test_minutes_and_hours_are_elapsed_time() -> None:
    assert local_end(Until(seconds=90), "2026-11-20 10:00") == "2026-11-20 10:01:30"
    assert local_end(Until(seconds=86400), "2026-03-07 12:00", NEW_YORK) == "2026-03-08 13:00"  # that day has 23 hours


@pytest.mark.parametrize(
    ("began", "days", "ended"),
    [
        ("2026-03-07 12:00", 1, "2026-03-08 12:00"),
        ("2026-01-31 10:00", 1, "2026-02-01 10:00"),
        ("2026-02-27 10:00", 2, "2026-03-01 10:00"),
        ("2028-02-27 10:00", 2, "2028-02-29 10:00"),
        ("2026-12-31 23:59", 1, "2027-01-01 23:59"),
    ],
)
def test_days_keep_the_time_of_day(began: str, days: int, ended: str) -> None:
    assert local_end(Until(days=days), began, NEW_YORK) == ended


def test_local_time_in_a_gap_is_the_first_moment_after_it() -> None:
    assert local_end(Until(days=1), "2026-03-07 02:30", NEW_YORK) == "2026-03-08 03:00"
    assert local_end(Until(days=1), "2026-10-03 02:10", LORD_HOWE) == "2026-10-04 02:30"
    assert local_end(Until(at="02:30"), "2026-03-08 01:00", NEW_YORK) == "2026-03-08 03:00"


def test_day_that_does_not_exist_becomes_the_start_of_the_next() -> None:
    assert local_end(Until(days=1), "2011-12-29 10:00", ZoneInfo("Pacific/Apia")) == "2011-12-31 00:00"


def test_local_time_that_exists_twice_is_its_first() -> None:
    began = datetime(2026, 10, 31, 1, 30, tzinfo=NEW_YORK)
    found = wait_end(Until(days=1), began, TimeContext(NEW_YORK, TOKYO, JAPAN), {})
    assert found == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 01:30 EDT, an hour before 01:30 EST


def test_wait_that_begins_in_a_repeated_hour_does_not_end_before_it_began() -> None:
    began = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # 01:30 EST
    where = TimeContext(NEW_YORK, TOKYO, EVERY_DAY)
    assert wait_end(Until(date="2026-11-01", business=True), began, where, {}) == began
    assert wait_end(Until(at="01:45"), began, where, {}) == datetime(2026, 11, 2, 6, 45, tzinfo=UTC)


def test_gap_does_not_change_the_time_on_a_later_day() -> None:
    assert local_end(Until(days=1, business=True), "2026-03-07 02:30", NEW_YORK) == "2026-03-09 02:30"


# --- time of day, weekdays


@pytest.mark.parametrize(
    ("began", "ended"),
    [
        ("2026-11-20 09:59:59", "2026-11-20 10:00"),
        ("2026-11-20 10:00", "2026-11-20 10:00"),
        ("2026-11-20 10:00:01", "2026-11-21 10:00"),
    ],
)
def test_time_of_day_that_is_exactly_now_ends_at_once(began: str, ended: str) -> None:
    assert local_end(Until(at="10:00"), began) == ended


def test_time_of_day_is_on_the_counted_day() -> None:
    assert local_end(Until(days=3, at="10:00"), "2026-11-16 15:30") == "2026-11-19 10:00"
    assert local_end(Until(business_days=3, at="10:00"), "2026-11-16 15:30") == "2026-11-19 10:00"
    assert local_end(Until(seconds=3600, at="10:00"), "2026-11-16 09:30") == "2026-11-17 10:00"


@pytest.mark.parametrize(
    ("until", "began", "ended"),
    [  # 2026-11-20 is a Friday
        (Until(weekdays=(4,)), "2026-11-20 15:30", "2026-11-20 15:30"),
        (Until(weekdays=(1,)), "2026-11-20 15:30", "2026-11-24 15:30"),
        (Until(weekdays=(1, 3), at="10:00"), "2026-11-20 15:30", "2026-11-24 10:00"),
        (Until(weekdays=(4,), at="16:00"), "2026-11-20 15:30", "2026-11-20 16:00"),
        (Until(weekdays=(4,), at="15:00"), "2026-11-20 15:30", "2026-11-27 15:00"),
        (Until(days=1, weekdays=(0, 1, 2, 3, 4)), "2026-11-20 15:30", "2026-11-23 15:30"),
    ],
)
def test_weekday_is_the_next_that_is_not_over(until: Until, began: str, ended: str) -> None:
    assert local_end(until, began) == ended


# --- the company's calendar


@pytest.mark.parametrize(
    ("until", "began", "ended"),
    [
        (Until(business_days=1), "2026-11-20 15:30", "2026-11-24 15:30"),  # over a weekend and 勤労感謝の日
        (Until(business_days=1), "2026-11-21 15:30", "2026-11-24 15:30"),  # begun on a Saturday
        (Until(business_days=1), "2026-12-28 10:00", "2027-01-04 10:00"),  # the company's own closure
        (Until(business_days=2), "2026-08-10 10:00", "2026-08-18 10:00"),  # 山の日, お盆 of this year, a weekend
        (Until(business_days=1), "2027-08-11 10:00", "2027-08-12 10:00"),  # … and no other year's
        (Until(business=True), "2026-11-21 15:30", "2026-11-24 15:30"),
        (Until(business=True), "2026-11-20 15:30", "2026-11-20 15:30"),
        (Until(at="10:00", business=True), "2026-11-20 15:30", "2026-11-24 10:00"),
    ],
)
def test_business_days_skip_holidays_and_closures(until: Until, began: str, ended: str) -> None:
    assert local_end(until, began) == ended


@pytest.mark.parametrize(
    ("hours", "began", "ended"),
    [
        (2, "2026-11-19 10:00", "2026-11-19 12:00"),
        (8, "2026-11-19 10:00", "2026-11-19 18:00"),
        (9, "2026-11-19 10:00", "2026-11-20 10:00"),
        (1, "2026-11-19 20:00", "2026-11-20 10:00"),
        (1, "2026-11-19 05:00", "2026-11-19 10:00"),
        (2, "2026-11-20 17:00", "2026-11-24 10:00"),
    ],
)
def test_business_hours_count_only_opening_hours(hours: int, began: str, ended: str) -> None:
    assert local_end(Until(business_seconds=hours * 3600), began) == ended


def test_business_hours_are_in_the_time_zone_of_the_company() -> None:
    assert local_end(Until(business_seconds=3600), "2026-11-19 08:00", NEW_YORK) == "2026-11-19 20:00"  # 10:00 in Tokyo


def test_wait_has_no_end_if_the_company_never_works() -> None:
    assert local_end(Until(business_days=1), "2026-11-20 15:30", calendar=Calendar(workdays=())) is None
    assert local_end(Until(business_seconds=1), "2026-11-20 15:30", calendar=Calendar(opens="18:00")) is None


# --- dates


@pytest.mark.parametrize(
    ("until", "ended"),
    [
        (Until(date="2026-12-01"), "2026-12-01 15:30"),
        (Until(date="2026-12-01", at="10:00"), "2026-12-01 10:00"),
        (Until(date="2026-11-20"), "2026-11-20 15:30"),
        (Until(date="2026-11-20", at="16:00"), "2026-11-20 16:00"),
        (Until(date="2026-11-20", at="15:00"), None),
        (Until(date="2026-11-19"), None),
        (Until(date="2026-11-21", business=True), "2026-11-24 15:30"),
    ],
)
def test_date_in_the_past_has_no_end(until: Until, ended: str | None) -> None:
    assert local_end(until, "2026-11-20 15:30") == ended


@pytest.mark.parametrize(
    "typed", ["2026-12-01", "2026/12/1", "2026年12月1日", " ２０２６年１２月１日", "2026-12-01T09:00Z"]
)
def test_date_in_a_field_is_read_as_people_type_it(typed: str) -> None:
    assert local_end(Until(field="visit", at="10:00"), "2026-11-20 15:30", visit=typed) == "2026-12-01 10:00"


@pytest.mark.parametrize("typed", ["", "soon", "12/1", "01/12/2026", "2026-02-30", "0000-01-01", "令和8年12月1日"])
def test_text_that_is_no_date_counts_as_missing(typed: str) -> None:
    assert local_end(Until(field="visit"), "2026-11-20 15:30", visit=typed) is None
    assert local_end(Until(field="visit"), "2026-11-20 15:30") is None


def test_offset_moves_before_or_after_the_date() -> None:
    visit = "2026-12-10"
    assert (
        local_end(Until(field="visit", offset_days=-7, at="10:00"), "2026-11-20 15:30", visit=visit)
        == "2026-12-03 10:00"
    )
    assert (
        local_end(Until(field="visit", offset_days=7, at="10:00"), "2026-11-20 15:30", visit=visit)
        == "2026-12-17 10:00"
    )
    assert local_end(Until(field="visit", offset_days=-30, at="10:00"), "2026-11-20 15:30", visit=visit) is None


@pytest.mark.parametrize(
    ("born", "offset", "ended"),
    [
        ("1990-12-24", 0, "2026-12-24 10:00"),
        ("1990-11-20", 0, "2027-11-20 10:00"),
        ("1990-03-01", 0, "2027-03-01 10:00"),
        ("1992-02-29", 0, "2027-02-28 10:00"),
        ("1990-01-05", -30, "2026-12-06 10:00"),
        ("1990-11-10", 30, "2026-12-10 10:00"),
        ("2028-12-24", 0, "2028-12-24 10:00"),
    ],
)
def test_yearly_date_is_its_next_return(born: str, offset: int, ended: str) -> None:
    until = Until(field="born", yearly=True, offset_days=offset, at="10:00")
    assert local_end(until, "2026-11-20 15:30", born=born) == ended


def test_yearly_29_february_stays_in_a_leap_year() -> None:
    assert local_end(Until(field="born", yearly=True), "2027-11-20 10:00", born="1992-02-29") == "2028-02-29 10:00"


@pytest.mark.parametrize("until", [Until(days=10**7), Until(seconds=10**12), Until(date="9999-12-31", offset_days=9)])
def test_date_after_the_year_9999_has_no_end(until: Until) -> None:
    assert local_end(until, "2026-11-20 10:00") is None


# --- time zones


@pytest.mark.parametrize(
    ("known", "brand", "found"),
    [
        ({"time_zone": "America/New_York", "country": "JP"}, "UTC", "America/New_York"),
        ({"time_zone": "Mars/Olympus", "country": "jp"}, "UTC", "Asia/Tokyo"),
        ({"time_zone": "../etc/passwd"}, "Asia/Seoul", "Asia/Seoul"),
        ({"time_zone": "Asia", "country": "US"}, "Asia/Seoul", "Asia/Seoul"),
        ({}, "Asia/Seoul", "Asia/Seoul"),
        ({}, "nowhere", "UTC"),
    ],
)
def test_time_zone_falls_back_from_lead_to_country_to_brand(known: dict[str, str], brand: str, found: str) -> None:
    assert lead_zone(a_lead(**known), a_brand(time_zone=brand)).key == found


def test_every_country_of_the_table_has_an_existing_time_zone() -> None:
    found = time_context(a_lead(country="DE", time_zone=""), a_brand(), JAPAN)
    assert (found.zone.key, found.office_zone.key) == ("Europe/Berlin", "Asia/Tokyo")
    from ripen.calendar.local_time import _ZONE_BY_COUNTRY

    assert all(
        lead_zone(a_lead(country=country), a_brand(time_zone="UTC")).key == name
        for country, name in _ZONE_BY_COUNTRY.items()
    )
