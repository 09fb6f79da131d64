"""Points as people see them: whole, and adding up to what is shown above them, to the last point."""

from collections.abc import Sequence
from math import floor

from msgspec import Struct

from ripen.scoring.score import Score


class WholeScore(Struct, frozen=True, kw_only=True):
    """A score in whole points: fit and engagement add up to the total, which is the one that thresholds are held to."""

    fit: int
    engagement: int
    total: int


def whole(score: Score) -> WholeScore:
    """Return the score as people see it."""
    total = floor(score.total + 0.5)
    fit, engagement = shares((score.fit, score.engagement), total)
    return WholeScore(fit=fit, engagement=engagement, total=total)


def shares(points: Sequence[float], total: int) -> list[int]:
    """Return the points rounded so that they add up to `total`, their rounded sum.

    Each is rounded down; the points that are missing go to those that lost most by it (largest remainder).
    """
    found = [floor(each) for each in points]
    by_loss = sorted(range(len(found)), key=lambda at: found[at] - points[at])
    for at in by_loss[: max(total - sum(found), 0)]:
        found[at] += 1
    return found
