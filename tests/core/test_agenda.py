"""Rows whose writer wakes the worker are due for the tick only after a grace; a lease is known by its end."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis.strategies import timedeltas

from ripen.agenda import GRACE, LONGEST_DELAY, LOOK_AHEAD, Due, Ref, WakeUp, lease_end, wake_up

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("wait", "delay"),
    [
        (timedelta(), 0),
        (timedelta(milliseconds=1), 1),
        (timedelta(seconds=119.5), 120),
        (timedelta(seconds=120), 121),
        (LONGEST_DELAY - SECOND, 900),
    ],
)
def test_writer_wakes_the_worker_no_earlier_than_its_time(wait: timedelta, delay: int) -> None:
    assert wake_up(NOW + wait, NOW) == WakeUp(NOW + wait + GRACE, delay)


def test_row_that_is_overdue_gets_the_whole_grace_from_now_on() -> None:
    assert wake_up(NOW - 60 * SECOND, NOW) == WakeUp(NOW + GRACE, 0)


def test_tick_that_looks_ahead_at_the_time_itself_does_not_find_the_row() -> None:
    assert wake_up(NOW, NOW).due > NOW + LOOK_AHEAD


def test_row_that_is_due_later_than_a_message_can_wait_is_left_to_the_tick() -> None:
    late = NOW + LONGEST_DELAY
    assert wake_up(late, NOW) == WakeUp(late, None)


@pytest.mark.parametrize(("wait", "delay"), [(timedelta(), 0), (timedelta(milliseconds=1), None)])
def test_no_message_is_delayed_where_the_clock_can_be_moved(wait: timedelta, delay: int | None) -> None:
    assert wake_up(NOW + wait, NOW, clock_moves=True) == WakeUp(NOW + wait, delay)


@given(timedeltas(timedelta(), timedelta(days=9)), timedeltas(SECOND, timedelta(days=1)))
def test_lease_is_known_by_its_end_and_at_most_a_second_shorter(since: timedelta, length: timedelta) -> None:
    now = NOW + since
    end = lease_end(now, length)
    assert Due(Ref("a|b"), end).is_lease
    assert length - timedelta(milliseconds=1001) < end - now < length


@pytest.mark.parametrize("millis", [0, 998, 1000])
def test_other_due_times_are_no_leases(millis: int) -> None:
    assert not Due(Ref("a|b"), NOW + timedelta(milliseconds=millis)).is_lease
