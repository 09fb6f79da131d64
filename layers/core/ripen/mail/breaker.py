"""The breaker: where SES refuses the whole account, nothing is handed over until it may be taken again; then one mail tries
for all. It is opened at once where the account is refused, and where SES says "slower" again and again."""

from copy import replace
from datetime import datetime, timedelta

from msgspec import Struct

from ripen.backoff import backoff


class Breaker(Struct, frozen=True, kw_only=True):
    """The `setting#breaker` row."""

    until: datetime | None = None
    """Nothing goes before; from then on one at a time. None: it is closed."""
    reason: str = ""
    opened: datetime | None = None
    trips: int = 0
    """How many times in a row."""
    trying: datetime | None = None
    """When the one mail set out that tries for all."""
    slower: int = 0
    """How often SES said "slower" …"""
    slower_at: datetime | None = None
    """… within a minute each."""


_LONGEST = timedelta(hours=1)
_TRY = timedelta(seconds=60)
"""How long the one that tries may take before another one may."""
_LOOK = timedelta(seconds=10)
_SLOWER = 5
_BREATH = timedelta(seconds=10)


def waits(breaker: Breaker, now: datetime) -> datetime | None:
    """When to look again; None where a mail may go, if need be as the one that tries (`is_open`)."""
    if breaker.until is None:
        return None
    if now < breaker.until:
        return breaker.until
    if breaker.trying and now < breaker.trying + _TRY:
        return now + _LOOK
    return None


def is_open(breaker: Breaker) -> bool:
    return breaker.until is not None


def tries(breaker: Breaker, now: datetime) -> Breaker:
    """One mail sets out for all."""
    return replace(breaker, trying=now)


def refused(breaker: Breaker, reason: str, after: timedelta | None, now: datetime) -> Breaker:
    """The account was refused, to be tried again `after` a while that doubles each time; or, without it, SES said
    "slower", which opens the breaker the fifth time."""
    if after is None:
        lately = breaker.slower_at is not None and now - breaker.slower_at < _TRY
        breaker = replace(breaker, slower=breaker.slower + 1 if lately else 1, slower_at=now)
        if breaker.slower < _SLOWER and not is_open(breaker):
            return breaker
        after = _BREATH
    pause = backoff(breaker.trips, after, _LONGEST)
    return replace(
        breaker,
        until=now + pause,
        reason=reason,
        opened=breaker.opened or now,
        trips=breaker.trips + 1,
        trying=None,
    )
