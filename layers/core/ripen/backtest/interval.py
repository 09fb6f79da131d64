"""How far a share of few leads can be trusted."""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

_Z = NormalDist().inv_cdf(0.975)
FEW = 10
"""With fewer good outcomes than this, no difference between shares is called reliable."""


class Interval(NamedTuple):
    """Bounds that hold the true value in 95 of 100 samples."""

    low: float
    high: float


def wilson(good: int, of: int) -> Interval:
    """Return the interval of a share: the score interval of E. B. Wilson (J. Am. Stat. Assoc. 22, 1927, 209-212).

    It stays between 0 and 1, and is sensible for few cases too. Of no cases, everything is possible.
    """
    if not of:
        return Interval(0.0, 1.0)
    share, weight = good / of, _Z**2 / of
    middle = (share + weight / 2) / (1 + weight)
    half = _Z * sqrt(share * (1 - share) / of + weight / (4 * of)) / (1 + weight)
    return Interval(0.0 if good == 0 else middle - half, 1.0 if good == of else middle + half)


def difference(before: tuple[int, int], after: tuple[int, int]) -> Interval:
    """Return the interval of a share after minus a share before, each given as (good, of).

    This is method 10 of R. G. Newcombe (Stat. Med. 17, 1998, 873-890): it combines the Wilson intervals of two
    independent shares. Leads that are in both make the true interval narrower, so this one errs on the side of doubt.
    """
    (good, of), (good_after, of_after) = before, after
    if not (of and of_after):
        return Interval(-1.0, 1.0)
    was, now = good / of, good_after / of_after
    low, high = wilson(good, of)
    low_after, high_after = wilson(good_after, of_after)
    return Interval(
        now - was - sqrt((now - low_after) ** 2 + (high - was) ** 2),
        now - was + sqrt((high_after - now) ** 2 + (was - low) ** 2),
    )


def is_reliable(before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Return whether the two shares differ by more than chance explains."""
    low, high = difference(before, after)
    return min(before[0] + after[0], before[1], after[1]) >= FEW and not low <= 0 <= high
