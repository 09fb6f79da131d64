"""What people see adds up, to the last point."""

from math import floor

from hypothesis import given
from hypothesis import strategies as st

from ripen.scoring.score import Score
from ripen.scoring.whole_points import shares, whole

points = st.floats(-500, 500)


@given(points, points)
def test_fit_and_engagement_add_up_to_the_total(fit: float, engagement: float) -> None:
    found = whole(Score(fit=fit, engagement=engagement, total=fit + engagement))
    assert found.total == floor(fit + engagement + 0.5)
    assert found.fit + found.engagement == found.total
    assert abs(found.fit - fit) <= 1
    assert abs(found.engagement - engagement) <= 1


@given(st.lists(points, min_size=1, max_size=12))
def test_shares_add_up_and_none_is_a_point_off(parts: list[float]) -> None:
    total = floor(sum(parts) + 0.5)
    found = shares(parts, total)
    assert sum(found) == total
    assert all(abs(share - part) <= 1 for share, part in zip(found, parts, strict=True))
