"""A call of a journey's webhook step: retried for a day, and its answer goes into the enrollment."""

from collections.abc import Mapping
from copy import replace
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

import msgspec
from msgspec import Struct

from ripen.backoff import backoff
from ripen.cause import Cause
from ripen.errors import Undeliverable
from ripen.journey.enrollment import Enrollment

PATIENCE = timedelta(days=1)
"""How long a call is retried."""
LEASE = timedelta(minutes=2)
"""A worker that does not come back within this time is assumed to have died."""
_MAX_ANSWER_BYTES = 256 * 1024
"""Size limit of all answers of one enrollment; a row holds 400 KB (AWS, DynamoDB Developer Guide, "Quotas")."""
_FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=4)
"""Between two attempts: each pause is twice the one before, plus up to 4 seconds so that calls spread."""


class WebhookCall(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `call#<id>` row. The id is sent as Idempotency-Key: the receiver may get a call twice, but with one id."""

    id: str
    lead: str
    journey: str
    entry: str
    """The enrollment's key."""
    step: str
    url: str
    planned: datetime
    body: dict[str, str] = {}
    timeout_seconds: int = 10
    claimed: datetime | None = None
    attempts: int = 0
    error: str = ""
    done: datetime | None = None
    answer: dict[str, Any] | None = None
    """The JSON of the answer, or {"failed": reason} if the call failed."""


class CallChange(Struct, frozen=True):
    """The row after a change, and when it is due again (None: never)."""

    call: WebhookCall
    due: datetime | None


def cause(error: str) -> Cause:
    """Return why the call is retried: a receiver that refuses it for good ends it at once."""
    return Cause.LIMIT if error == "answered 429" else Cause.OUTAGE


def is_open(call: WebhookCall, now: datetime) -> bool:
    """Return whether the call is open and no other worker has a lease on it."""
    return call.done is None and (call.claimed is None or now >= call.claimed + LEASE)


def claim(call: WebhookCall, now: datetime) -> CallChange:
    """Give a worker the lease on the call."""
    return CallChange(replace(call, claimed=now, attempts=call.attempts + 1), now + LEASE)


def answered(call: WebhookCall, answer: dict[str, Any], now: datetime) -> CallChange:
    """Finish the call with its answer."""
    return CallChange(replace(call, claimed=None, done=now, answer=answer, error=""), None)


def failed(call: WebhookCall, reason: str, now: datetime) -> CallChange:
    """Give the call up."""
    return CallChange(replace(call, claimed=None, done=now, answer={"failed": reason}, error=reason), None)


def after_failure(call: WebhookCall, failure: Undeliverable, now: datetime) -> CallChange:
    """Plan the next attempt, or give the call up after a day.

    The pause is 10 seconds, 20, 40, … up to 4 hours, or what the receiver asked for within these limits.
    """
    if failure.permanent:
        return failed(call, failure.reason, now)
    pause = min(
        max(backoff(call.attempts - 1, _FIRST_PAUSE, LONGEST_PAUSE, failure.after), _FIRST_PAUSE), LONGEST_PAUSE
    )
    spread = timedelta(seconds=crc32(call.id.encode()) % 5)
    retry = now + pause + spread
    if retry > call.planned + PATIENCE:
        return failed(call, f"{failure.reason}, for a day", now)
    return CallChange(replace(call, claimed=None, error=failure.reason), retry)


def limit_answer(change: CallChange, answers: Mapping[str, Any], now: datetime) -> CallChange:
    """Return the change, or a failure if its answer would make the enrollment's row too large.

    `answers` are those that the enrollment already has.
    """
    together = {**answers, change.call.step: change.call.answer}
    if len(msgspec.json.encode(together)) <= _MAX_ANSWER_BYTES:
        return change
    return failed(change.call, "answered too much", now)


def with_answer(enrollment: Enrollment, call: WebhookCall) -> Enrollment:
    """Return the enrollment with the result of the call."""
    others = tuple(step for step in enrollment.unanswered if step != call.step)
    unanswered = (*others, call.step) if call.error else others
    return replace(enrollment, answers=enrollment.answers | {call.step: call.answer}, unanswered=unanswered)
