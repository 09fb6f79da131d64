"""All sending stops once a tenth of an hour's mails bounced, at least 20."""

from datetime import timedelta

import pytest

from ripen.mail.limits.bounce_rate import BounceRate
from tests.support.fakes import NOON


def counted(delivered: int, bounced: int) -> bool:
    rate = BounceRate()
    assert not any(rate.is_too_high_after(False, NOON) for _ in range(delivered))
    return any(rate.is_too_high_after(True, NOON) for _ in range(bounced))


@pytest.mark.parametrize(
    ("delivered", "bounced", "too_high"), [(0, 19, False), (0, 20, True), (180, 20, True), (181, 20, False)]
)
def test_a_tenth_and_twenty_are_too_many(delivered: int, bounced: int, too_high: bool) -> None:
    assert counted(delivered, bounced) is too_high


def test_an_hour_that_is_over_does_not_count() -> None:
    rate = BounceRate()
    for _ in range(19):
        rate.is_too_high_after(True, NOON)
    assert not rate.is_too_high_after(True, NOON + timedelta(hours=1))


def test_the_count_begins_again_after_a_stop() -> None:
    rate = BounceRate()
    assert [rate.is_too_high_after(True, NOON) for _ in range(21)] == [False] * 19 + [True, False]
