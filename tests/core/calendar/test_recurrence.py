"""Occurrences of a schedule keep their local time over clock changes."""

from datetime import UTC, datetime

import pytest

from ripen.calendar import recurrence
from ripen.playbook.trigger import OnSchedule

TOKYO, NEW_YORK = "Asia/Tokyo", "America/New_York"


def every(rrule: str, start: str) -> OnSchedule:
    return OnSchedule(rrule=rrule, start=start, segment="everyone")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_first_occurrence_is_the_start() -> None:
    weekly = every("FREQ=WEEKLY;BYDAY=MO", "2026-11-23T09:00")
    assert recurrence.next_occurrence(weekly, TOKYO, utc("2026-11-01T00:00")) == utc("2026-11-23T00:00")


def test_occurrences_are_after_the_given_moment() -> None:
    daily = every("RRULE:FREQ=DAILY", "2026-11-23T09:00")
    assert recurrence.next_occurrence(daily, TOKYO, utc("2026-11-24T00:00")) == utc("2026-11-25T00:00")
    assert recurrence.occurrences_between(daily, TOKYO, utc("2026-11-24T00:00"), utc("2026-11-26T00:00")) == [
        utc("2026-11-25T00:00"),
        utc("2026-11-26T00:00"),
    ]


def test_nine_oclock_stays_nine_oclock_in_summer_time() -> None:
    daily = every("FREQ=DAILY", "2026-03-01T09:00")
    found = recurrence.occurrences_between(daily, NEW_YORK, utc("2026-03-07T00:00"), utc("2026-03-09T00:00"))
    assert found == [utc("2026-03-07T14:00"), utc("2026-03-08T13:00")]


def test_occurrence_in_a_gap_is_once_and_right_after_it() -> None:
    daily = every("FREQ=DAILY", "2026-03-01T02:30")
    gap = utc("2026-03-08T07:00")
    assert recurrence.next_occurrence(daily, NEW_YORK, utc("2026-03-08T06:59")) == gap
    assert recurrence.next_occurrence(daily, NEW_YORK, gap) == utc("2026-03-09T06:30")


def test_occurrence_at_a_repeated_time_is_at_the_first() -> None:
    daily = every("FREQ=DAILY", "2026-10-01T01:30")
    first = utc("2026-11-01T05:30")
    assert recurrence.next_occurrence(daily, NEW_YORK, utc("2026-11-01T05:00")) == first
    assert recurrence.next_occurrence(daily, NEW_YORK, first) == utc("2026-11-02T06:30")
    assert recurrence.next_occurrence(daily, NEW_YORK, utc("2026-11-01T06:00")) == utc("2026-11-02T06:30")


def test_monthly_31st_skips_shorter_months() -> None:
    monthly = every("FREQ=MONTHLY", "2026-12-31T10:00")
    found = recurrence.occurrences_between(monthly, TOKYO, utc("2026-12-01T00:00"), utc("2027-04-01T00:00"))
    assert [at.month for at in found] == [12, 1, 3]


@pytest.mark.parametrize("until", ["20261125T000000Z", "20261125T090000"])
def test_rule_with_until_ends(until: str) -> None:
    daily = every(f"FREQ=DAILY;UNTIL={until}", "2026-11-24T09:00")
    assert recurrence.next_occurrence(daily, TOKYO, utc("2026-11-24T00:00")) == utc("2026-11-25T00:00")
    assert recurrence.next_occurrence(daily, TOKYO, utc("2026-11-25T00:00")) is None


@pytest.mark.parametrize(
    ("rrule", "start"), [("FREQ=SOMETIMES", "2026-11-24T09:00"), ("FREQ=DAILY", "tomorrow"), ("", "")]
)
def test_invalid_rule_or_start_is_an_error(rrule: str, start: str) -> None:
    with pytest.raises(ValueError):
        recurrence.parse_rrule(every(rrule, start), TOKYO)


def test_name_of_an_occurrence_is_its_local_time() -> None:
    assert recurrence.occurrence_name(utc("2026-11-23T00:00"), TOKYO) == "2026-11-23T09:00"
