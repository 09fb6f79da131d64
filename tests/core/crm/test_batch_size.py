"""A call that takes too long is followed by calls with half the leads."""

from datetime import timedelta

import pytest

from ripen.crm.batch_size import BatchSize
from tests.support.fakes import NOON

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(("written", "leads"), [(200, 100), (120, 60), (51, 25), (26, 25), (25, 200), (1, 200)])
def test_half_the_leads_of_the_slow_call_are_written(written: int, leads: int) -> None:
    assert BatchSize().after_timeout(written, NOON).at(NOON) == leads


def test_calls_are_halved_until_they_are_small() -> None:
    size, sizes = BatchSize(), list[int]()
    for _ in range(5):
        size = size.after_timeout(size.at(NOON), NOON)
        sizes.append(size.at(NOON))

    assert sizes == [100, 50, 25, 25, 25]


@pytest.mark.parametrize(("after", "leads"), [(timedelta(0), 100), (HOUR - timedelta(seconds=1), 100), (HOUR, 200)])
def test_the_size_is_trusted_for_an_hour(after: timedelta, leads: int) -> None:
    assert BatchSize().after_timeout(200, NOON).at(NOON + after) == leads


def test_a_small_call_that_takes_too_long_changes_nothing() -> None:
    size = BatchSize().after_timeout(200, NOON)

    assert size.after_timeout(25, NOON + HOUR / 2) == size
