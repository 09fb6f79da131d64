"""The circuit breaker of sending: while SES refuses the whole account, no mail is claimed.

After the pause, one mail probes for all. The breaker opens at once if SES refuses the account, and after five calls
that were throttled, did not reach SES or got no clear answer, each within a minute of the one before. Calls between
them that went well do not count: while every other answer is unclear, every other mail may be held.
"""

from copy import replace
from datetime import datetime, timedelta

from msgspec import Struct

from ripen.backoff import backoff


class Breaker(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `setting#breaker` row."""

    until: datetime | None = None
    """No mail goes before this time, and one at a time from then on. None: the breaker is closed."""
    reason: str = ""
    opened: datetime | None = None
    trips: int = 0
    """How many times in a row the account was refused."""
    probed: datetime | None = None
    """When the probing mail was claimed."""
    throttles: int = 0
    """How many times SES throttled or failed a call, each within a minute of the one before."""
    throttled_at: datetime | None = None


_LONGEST = timedelta(hours=1)
_PROBE_LEASE = timedelta(seconds=60)
"""How long a probe may take before another mail may probe."""
_PROBE_RECHECK = timedelta(seconds=10)
_IN_A_ROW = timedelta(seconds=60)
_MOST_THROTTLES = 5
_THROTTLE_PAUSE = timedelta(seconds=10)


def blocked_until(breaker: Breaker, now: datetime) -> datetime | None:
    """Return when to check again; None if a mail may go, as the probe while the breaker is open."""
    if breaker.until is None:
        return None
    if now < breaker.until:
        return breaker.until
    if breaker.probed and now < breaker.probed + _PROBE_LEASE:
        return now + _PROBE_RECHECK
    return None


def is_open(breaker: Breaker) -> bool:
    return breaker.until is not None


def with_probe(breaker: Breaker, now: datetime) -> Breaker:
    """Return the breaker after the claim of the mail that probes."""
    return replace(breaker, probed=now)


def after_refusal(
    breaker: Breaker, reason: str, after: timedelta | None, now: datetime, longest: timedelta = _LONGEST
) -> Breaker:
    """Return the breaker after SES refused the account for `after`, a pause that doubles each time up to `longest`.

    Without `after` SES only throttled or failed the call: then the breaker opens at the fifth time.
    """
    if after is None:
        in_a_row = breaker.throttled_at is not None and now - breaker.throttled_at < _IN_A_ROW
        breaker = replace(breaker, throttles=breaker.throttles + 1 if in_a_row else 1, throttled_at=now)
        if breaker.throttles < _MOST_THROTTLES and not is_open(breaker):
            return breaker
        after = _THROTTLE_PAUSE
    pause = backoff(breaker.trips, after, longest)
    return replace(
        breaker,
        until=now + pause,
        reason=reason,
        opened=breaker.opened or now,
        trips=breaker.trips + 1,
        probed=None,
    )
