"""Quiet hours in the lead's local time, over midnight and over clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.calendar.quiet_hours import quiet_until
from ripen.playbook.bundle import QuietHours

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
NIGHT, LUNCH = QuietHours(start="21:00", end="08:00"), QuietHours(start="12:00", end="13:00")


@pytest.mark.parametrize(
    ("quiet", "at", "until"),
    [
        (NIGHT, "2026-11-21T20:59:59", None),
        (NIGHT, "2026-11-21T21:00:00", "2026-11-22T08:00:00"),
        (NIGHT, "2026-11-22T00:00:00", "2026-11-22T08:00:00"),
        (NIGHT, "2026-11-22T07:59:59", "2026-11-22T08:00:00"),
        (NIGHT, "2026-11-22T08:00:00", None),
        (LUNCH, "2026-11-21T11:59:59", None),
        (LUNCH, "2026-11-21T12:00:00", "2026-11-21T13:00:00"),
        (LUNCH, "2026-11-21T13:00:00", None),
        (QuietHours(start="09:00", end="09:00"), "2026-11-21T09:00:00", None),
    ],
)
def test_quiet_hours_include_their_start_and_exclude_their_end(quiet: QuietHours, at: str, until: str | None) -> None:
    found = quiet_until(quiet, datetime.fromisoformat(at).replace(tzinfo=TOKYO).astimezone(UTC), TOKYO)
    assert found == (until and datetime.fromisoformat(until).replace(tzinfo=TOKYO))


def test_night_of_a_clock_change_ends_at_the_local_time() -> None:
    before_spring = datetime(2026, 3, 28, 22, 0, tzinfo=BERLIN).astimezone(UTC)
    assert quiet_until(NIGHT, before_spring, BERLIN) == before_spring + timedelta(hours=9)


def test_end_that_clocks_skip_is_when_they_are_put_forward() -> None:
    at = datetime(2026, 3, 29, 1, 59, tzinfo=BERLIN).astimezone(UTC)
    found = quiet_until(QuietHours(start="21:00", end="02:30"), at, BERLIN)
    assert found == datetime(2026, 3, 29, 3, 0, tzinfo=BERLIN)


def test_end_that_exists_twice_is_the_next_of_the_two() -> None:
    quiet = QuietHours(start="21:00", end="02:30")
    first = datetime(2026, 10, 25, 2, 15, tzinfo=BERLIN).astimezone(UTC)
    ends = [quiet_until(quiet, first + timedelta(hours=hours), BERLIN) for hours in (0, 1)]
    assert ends == [first + timedelta(minutes=15), first + timedelta(hours=1, minutes=15)]


@given(
    at=st.integers(0, 315_360_000).map(lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
    start=st.times(timezones=st.none()),
    end=st.times(timezones=st.none()),
    zone=st.sampled_from(["Asia/Tokyo", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo"]),
)
def test_end_of_quiet_hours_is_outside_of_them(at: datetime, start: object, end: object, zone: str) -> None:
    quiet = QuietHours(start=f"{start:%H:%M}", end=f"{end:%H:%M}")
    until = quiet_until(quiet, at, ZoneInfo(zone))
    if until:
        assert at < until <= at + timedelta(hours=26)
        assert quiet_until(quiet, until, ZoneInfo(zone)) is None
