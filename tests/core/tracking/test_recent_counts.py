"""A brake without a write: a limit by key within a window, and a bounded memory."""

from datetime import timedelta

from ripen.tracking.recent_counts import RecentCounts
from tests.support.fakes import NOON

HOUR = timedelta(hours=1)


def test_only_so_many_are_taken_within_the_window() -> None:
    counts = RecentCounts(HOUR, most=5)
    assert [counts.take("a", NOON, 3), counts.take("a", NOON, 3), counts.take("a", NOON, 3)] == [3, 2, 0]
    assert counts.take("b", NOON + HOUR - timedelta(seconds=1), 9) == 5
    assert counts.take("a", NOON + HOUR) == 1


def test_a_clock_that_was_set_back_starts_another_window() -> None:
    counts = RecentCounts(HOUR, most=1)
    assert (counts.take("a", NOON), counts.take("a", NOON - timedelta(days=1))) == (1, 1)


def test_the_key_that_was_not_counted_for_longest_is_forgotten_first() -> None:
    counts = RecentCounts(HOUR, most=1)
    for number in range(10_000):
        counts.take(str(number), NOON)
    counts.take("0", NOON)
    counts.take("new", NOON)
    assert counts.take("0", NOON) == 0
    assert counts.take("1", NOON) == 1
