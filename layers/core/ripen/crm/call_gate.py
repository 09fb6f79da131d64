"""The gate in front of every call to the CRM, which all functions share as one row.

During an outage, and once the day's calls are used up, one call at a time probes for all, and nobody waits for answers
that do not come. While few of the day's calls are left, work that can wait leaves them to urgent work and to the other
programs of the company.
"""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from ripen.cause import Cause
from ripen.crm.api_usage import ApiUsage
from ripen.crm.crm_errors import FEW_CALLS_LEFT, cause
from ripen.errors import Undeliverable
from ripen.mail.limits.breaker import Breaker, after_refusal, blocked_until, is_open, with_probe

TRUSTED_FOR = timedelta(minutes=15)
"""How long a reading of the day's calls is trusted. After that, one call reads it again."""
_LONGEST = timedelta(minutes=5)
"""The longest pause in an outage, so that work goes on soon after its end."""
_NOTED_EVERY = timedelta(minutes=1)


class CrmGate(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `setting#crm` row."""

    breaker: Breaker = Breaker()
    used: int = 0
    most: int = 0
    """The day's API calls by all programs of the company, and their limit, as an answer reported them."""
    read: datetime | None = None
    """When it did."""

    @property
    def usage(self) -> ApiUsage:
        return ApiUsage(self.used, self.most)


def is_tight(gate: CrmGate, now: datetime) -> bool:
    """Return whether so few calls are left that work that can wait must wait."""
    return gate.read is not None and now < gate.read + TRUSTED_FOR and gate.usage.is_tight


def refusal(gate: CrmGate, can_wait: bool, now: datetime) -> Undeliverable | None:
    """Return why no call is made now, and for how long; None if one may be made."""
    if again := blocked_until(gate.breaker, now):
        return Undeliverable(gate.breaker.reason, permanent=False, after=_seconds(again - now))
    if can_wait and is_tight(gate, now):
        return Undeliverable(FEW_CALLS_LEFT, permanent=False, after=_seconds(TRUSTED_FOR))
    return None


def probing(gate: CrmGate, now: datetime) -> CrmGate:
    """Return the gate while one call probes for all: others wait for its answer."""
    return replace(gate, breaker=with_probe(gate.breaker, now)) if is_open(gate.breaker) else gate


def answered(gate: CrmGate, usage: ApiUsage | None, now: datetime) -> CrmGate:
    """Return the gate after an answer: the breaker is closed. A reading is noted once a minute, or if it is news."""
    gate = replace(gate, breaker=Breaker()) if is_open(gate.breaker) else gate
    return _with_reading(gate, usage, now)


def failed(gate: CrmGate, failure: Undeliverable, usage: ApiUsage | None, now: datetime) -> CrmGate:
    """Return the gate after a failed call. A refused login, a missing right or a refused value is no outage."""
    why = cause(failure.reason.partition(":")[0])
    if why is Cause.LIMIT and failure.after:
        pause = timedelta(seconds=failure.after)
        breaker = after_refusal(gate.breaker, failure.reason, pause, now, longest=pause)
    elif why in (Cause.OUTAGE, Cause.LIMIT):
        breaker = after_refusal(gate.breaker, failure.reason, None, now, longest=_LONGEST)
    else:
        breaker = Breaker() if is_open(gate.breaker) else gate.breaker
    return _with_reading(replace(gate, breaker=breaker), usage, now)


def _with_reading(gate: CrmGate, usage: ApiUsage | None, now: datetime) -> CrmGate:
    if usage is None:
        return gate
    is_fresh = gate.read is not None and now < gate.read + _NOTED_EVERY
    if is_fresh and usage.is_tight == gate.usage.is_tight:
        return gate
    return replace(gate, used=usage.used, most=usage.most, read=now)


def _seconds(wait: timedelta) -> int:
    return int(wait.total_seconds()) + 1
