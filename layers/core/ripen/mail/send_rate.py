"""How fast marketing mail is released: as many places in the next minute as SES's rate and the day's quota leave, one after
another. What finds no place waits in the table."""

from datetime import datetime, timedelta

from msgspec import Struct


class Quota(Struct, frozen=True, kw_only=True):
    """What SES lets the account do."""

    per_second: float
    per_day: float
    """Negative: without a limit."""
    sent: float
    """In the last 24 hours."""


class Pace(Struct, frozen=True, kw_only=True):
    """The `setting#pace` row: up to when the places are given away, so that a tick too many releases nothing."""

    until: datetime


class Places(Struct, frozen=True):
    first: datetime
    every: float
    """Seconds."""
    count: int

    def at(self, number: int) -> datetime:
        return self.first + timedelta(seconds=number * self.every)


_MINUTE = timedelta(seconds=60)
_SHARE = 0.9
"""Of the rate; the rest is for what people wait for, which is not paced."""
_KEPT = 0.05
"""Of the day's quota, likewise."""
NONE = Places(datetime.min, 0, 0)  # noqa: DTZ901


def places(quota: Quota, given: datetime | None, urgent: int, now: datetime) -> Places:
    """Those between what is given away already and a minute from now, after `urgent` mails that go first."""
    rate = quota.per_second * _SHARE
    if rate <= 0:
        return NONE
    first = max(now, given or now) + timedelta(seconds=urgent / rate)
    count = int((now + _MINUTE - first).total_seconds() * rate + 1e-3)
    if quota.per_day >= 0:
        count = min(count, int(quota.per_day * (1 - _KEPT) - quota.sent) - urgent)
    return Places(first, 1 / rate, max(0, count))
