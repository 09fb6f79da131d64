"""A webhook that a journey calls: planned, called until it answers or a day is over, its answer put into the enrollment."""

from collections.abc import Mapping
from copy import replace
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

import msgspec
from msgspec import Struct

from ripen.backoff import backoff
from ripen.errors import Undeliverable
from ripen.journey.enrollment import Enrollment

PATIENCE = timedelta(days=1)
"""So long it is tried."""
LEASE = timedelta(minutes=2)
"""A worker that took it and has not come back by then is taken for dead."""
_MOST_ANSWERED = 256 * 1024
"""Bytes that all answers of one run may have; a row holds 400 KB (AWS, DynamoDB Developer Guide, "Quotas")."""
_FIRST, _LONGEST = timedelta(seconds=10), timedelta(hours=4)


class WebhookCall(Struct, frozen=True, kw_only=True):
    """The `call#<id>` row. The id goes along as Idempotency-Key: the receiver may see a call twice, never two calls."""

    id: str
    lead: str
    journey: str
    entry: str
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
    """The JSON that was answered, or {"failed": reason} where there is an error."""


class Moved(Struct, frozen=True):
    """The row after a move, and when it is due again (None: never)."""

    call: WebhookCall
    due: datetime | None


def may_be_made(call: WebhookCall, now: datetime) -> bool:
    """Not answered, and nobody else is at it."""
    return call.done is None and (call.claimed is None or now >= call.claimed + LEASE)


def claimed(call: WebhookCall, now: datetime) -> Moved:
    return Moved(replace(call, claimed=now, attempts=call.attempts + 1), now + LEASE)


def answered(call: WebhookCall, answer: dict[str, Any], now: datetime) -> Moved:
    return Moved(replace(call, claimed=None, done=now, answer=answer, error=""), None)


def failed(call: WebhookCall, reason: str, now: datetime) -> Moved:
    """For good."""
    return Moved(replace(call, claimed=None, done=now, answer={"failed": reason}, error=reason), None)


def taken_in(run: Enrollment, call: WebhookCall) -> Enrollment:
    """The run with what came of the call."""
    failed = (call.step,) if call.error else ()
    others = tuple(step for step in run.unanswered if step != call.step)
    return replace(run, answers=run.answers | {call.step: call.answer}, unanswered=(*others, *failed))


def fitting(moved: Moved, answers: Mapping[str, Any], now: datetime) -> Moved:
    """As it is, or failed where its answer would be too much beside those that the run has already: the run is one row."""
    together = {**answers, moved.call.step: moved.call.answer}
    return (
        moved if len(msgspec.json.encode(together)) <= _MOST_ANSWERED else failed(moved.call, "answered too much", now)
    )


def refused(call: WebhookCall, failure: Undeliverable, now: datetime) -> Moved:
    """Again after 10 seconds, 20, 40, … 4 hours (or what was asked for), for a day; then it has failed."""
    if failure.permanent:
        return failed(call, failure.reason, now)
    wait = min(max(backoff(call.attempts - 1, _FIRST, _LONGEST, failure.after), _FIRST), _LONGEST)
    again = now + wait + timedelta(seconds=crc32(call.id.encode()) % 5)
    if again > call.planned + PATIENCE:
        return failed(call, f"{failure.reason}, for a day", now)
    return Moved(replace(call, claimed=None, error=failure.reason), again)
