"""ripen clock: spans and times as people write them."""

from datetime import UTC, datetime, timedelta

import pytest

from cli.commands.time import span, target
from ripen.failure import Failure


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+3d", timedelta(days=3)),
        ("+2h", timedelta(hours=2)),
        ("30m", timedelta(minutes=30)),
        ("+90s", timedelta(seconds=90)),
        ("+1d12h", timedelta(days=1, hours=12)),
        ("+1d1d", timedelta(days=2)),
        ("+1h1d30m2h", timedelta(days=1, hours=3, minutes=30)),
        ("+3650d", timedelta(days=3650)),
    ],
)
def test_a_span_is_read_as_people_write_it(text: str, expected: timedelta) -> None:
    assert span(text) == expected


@pytest.mark.parametrize("text", ["-3d", "3", "+3 days", "d", "+3w", "tomorrow"])
def test_anything_else_is_a_clear_failure(text: str) -> None:
    with pytest.raises(Failure) as failed:
        span(text)
    assert "+3d" in failed.value.next_step


TOKYO = "Asia/Tokyo"
NOW = datetime(2026, 12, 3, 23, 30, tzinfo=UTC)
"""8:30 of December 4 in Tokyo."""


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-12-04 10:00", TOKYO, datetime(2026, 12, 4, 1, tzinfo=UTC)),
        ("2026-12-04T10:00", "UTC", datetime(2026, 12, 4, 10, tzinfo=UTC)),
        ("2026-12-04 08:30:01", TOKYO, datetime(2026, 12, 3, 23, 30, 1, tzinfo=UTC)),
        ("2026-12-05", TOKYO, datetime(2026, 12, 4, 15, tzinfo=UTC)),
        ("2027-03-28 02:30", "Europe/Berlin", datetime(2027, 3, 28, 1, tzinfo=UTC)),
        ("+2h", TOKYO, datetime(2026, 12, 4, 1, 30, tzinfo=UTC)),
    ],
    ids=["in the brand's zone", "with a T", "the next second", "a date is its midnight", "clocks go forward", "a span"],
)
def test_the_clock_goes_to_a_time_in_the_brands_zone(text: str, zone: str, expected: datetime) -> None:
    assert target(text, NOW, zone) == expected


@pytest.mark.parametrize("text", ["2026-12-04 08:30", "2026-12-04", "2020-01-01 00:00"])
def test_time_in_the_past_is_refused_with_the_clocks_time(text: str) -> None:
    with pytest.raises(Failure, match=r"is in the past: the local cloud's clock says 2026-12-04 08:30:00 Asia/Tokyo\."):
        target(text, NOW, TOKYO)


@pytest.mark.parametrize("text", ["2026-13-04 10:00", "2026-12-04 25:00", "2026-02-30"])
def test_time_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(Failure, match="There is no time"):
        target(text, NOW, TOKYO)


def test_time_in_more_than_ten_years_is_refused() -> None:
    with pytest.raises(Failure, match="at most 3,650 days at once"):
        target("9999-12-31 23:59", NOW, TOKYO)


@pytest.mark.parametrize("text", ["+3650d1s", "+99999999999d", "+" + "9" * 5000 + "d", "+2000d2000d"])
def test_span_that_is_too_long_names_the_longest(text: str) -> None:
    with pytest.raises(Failure, match="at most 3,650 days at once") as failed:
        span(text)
    assert len(failed.value.what) < 200
    assert "3,650 日" in failed.value.in_language("ja")[0]
