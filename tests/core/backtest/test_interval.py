"""Intervals of shares, against the figures that their papers and textbooks print."""

import pytest

from ripen.backtest.interval import difference, is_reliable, wilson


@pytest.mark.parametrize(
    ("good", "of", "low", "high"),
    [(7, 180, 0.019, 0.078), (0, 40, 0.0, 0.088), (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)],
)
def test_interval_of_a_share_is_wilsons(good: int, of: int, low: float, high: float) -> None:
    assert list(wilson(good, of)) == pytest.approx([low, high], abs=6e-4)


def test_of_no_leads_everything_is_possible() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert difference((0, 0), (5, 9)) == (-1.0, 1.0)


def test_interval_of_a_difference_is_newcombes() -> None:
    assert list(difference((48, 80), (56, 70))) == pytest.approx([0.0524, 0.3339], abs=5e-5)


@pytest.mark.parametrize(
    ("before", "after", "reliable"),
    [
        ((48, 80), (56, 70), True),
        ((56, 70), (48, 80), True),
        ((50, 80), (48, 70), False),
        ((0, 9), (9, 10), False),
        ((0, 9), (10, 10), False),
        ((0, 10), (10, 10), True),
        ((0, 10), (9, 10), False),
        ((0, 0), (10, 10), False),
    ],
)
def test_few_outcomes_or_chance_make_no_difference(
    before: tuple[int, int], after: tuple[int, int], reliable: bool
) -> None:
    assert is_reliable(before, after) is reliable
