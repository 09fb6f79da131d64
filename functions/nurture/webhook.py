"""nurture.webhook: calls the webhook of a journey's step and writes the answer into the enrollment, which then goes on.

Woken through SQS (Webhook) for `call#` rows. The row is claimed before the call. A call without an answer is retried
for a day; a call whose answer was lost is repeated with the same Idempotency-Key.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import Struct

from ripen import ports
from ripen.adapters.batch import batch_processor
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.queue import Queue
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.rows.shadow import in_shadow
from ripen.adapters.rows.stop_switch import StopSwitch
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Change, Conflict, Replace, Row, Table, keys
from ripen.adapters.webhook_client import WebhookClient
from ripen.agenda import Lane
from ripen.decision import Decision, DecisionKind, Outcome, Reason
from ripen.errors import Undeliverable
from ripen.ids import digest
from ripen.journey import webhook_call
from ripen.journey.enrollment import EnrollmentState
from ripen.journey.webhook_call import CallChange, WebhookCall
from ripen.key_ring import Rotated

logger = Logger()
batch = batch_processor()
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
secrets = Secrets(os.environ["SECRET"])
_here = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://127.0.0.1:")
"""Only if AWS is an emulator on this machine may a webhook be on it too, on the one port that is named."""
webhooks = WebhookClient(
    lambda: secrets.ring(Rotated.WEBHOOK), int(os.environ.get("WEBHOOK_STAND_IN", "0")) if _here else None
)
stop = StopSwitch(table)
advance = Queue(os.environ["ADVANCE_QUEUE"])

_STOPPED_PAUSE = timedelta(seconds=60)
_MAX_TIMEOUT_SECONDS = 20


class Dependencies(Struct, frozen=True, kw_only=True):
    """The ports that a call needs."""

    table: Table
    clock: ports.Clock
    webhooks: ports.Webhooks
    stopped: Callable[[], bool]
    advance: ports.Wake


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event, record_handler, batch, context)


def record_handler(record: SQSRecord) -> None:
    dependencies = Dependencies(table=table, clock=clock, webhooks=webhooks, stopped=stop.is_on, advance=advance)
    call(record.body, dependencies)


def call(ref: str, dependencies: Dependencies) -> None:
    """Make the call if it is open and no other worker has claimed it."""
    row, now = dependencies.table.get(keys.typed(keys.parse(ref), WebhookCall)), dependencies.clock.now()
    if row is None or not webhook_call.is_open(row.value, now):
        return
    try:
        if in_shadow(dependencies.table):
            _conclude(row, webhook_call.failed(row.value, Reason.SHADOW, now), dependencies)
        elif dependencies.stopped():
            dependencies.table.write(Replace(row.key, row.value, row.version, due=now + _STOPPED_PAUSE, lane=row.lane))
        else:
            row = _claim(row, dependencies, now)
            _conclude(row, _post(row.value, dependencies), dependencies)
    except Conflict:
        return  # another worker wrote first


def _claim(row: Row[WebhookCall], dependencies: Dependencies, now: datetime) -> Row[WebhookCall]:
    claimed = webhook_call.claim(row.value, now)
    dependencies.table.write(Replace(row.key, claimed.call, row.version, due=claimed.due, lane=row.lane))
    return Row(row.key, claimed.call, row.version + 1, claimed.due, row.lane)


def _post(call: WebhookCall, dependencies: Dependencies) -> CallChange:
    body = msgspec.json.encode(
        call.body | {"lead": call.lead, "journey": call.journey, "step": call.step, "id": call.id}
    )
    timeout = min(call.timeout_seconds, _MAX_TIMEOUT_SECONDS)
    try:
        answer = dependencies.webhooks.post(call.url, body, call.id, timeout)
    except Undeliverable as error:
        return webhook_call.after_failure(call, error, dependencies.clock.now())
    return webhook_call.answered(call, answer, dependencies.clock.now())


def _conclude(row: Row[WebhookCall], change: CallChange, dependencies: Dependencies) -> None:
    """Write the result; in the same transaction, the answer goes into the enrollment, which is due at once."""
    entry = keys.enrollment(change.call.lead, change.call.journey, change.call.entry)

    def conclude(attempt: int) -> None:
        mine = dependencies.table.get(row.key) if attempt else row
        if mine is None or mine.version != row.version:
            return  # our lease ran out, and another worker has changed the row
        now = dependencies.clock.now()
        found = dependencies.table.get(entry) if change.call.answer is not None else None
        limited = webhook_call.limit_answer(change, found.value.answers, now) if found else change
        call = limited.call
        changes: list[Change] = [Replace(row.key, call, row.version, due=limited.due, lane=row.lane)]
        if call.answer is not None:
            changes.append(_decision(call, now))
        if found and found.value.state is EnrollmentState.ACTIVE:
            enrollment = webhook_call.with_answer(found.value, call)
            changes.append(Replace(entry, enrollment, found.version, due=now, lane=Lane.BULK))
        dependencies.table.write(*changes)
        if call.answer is not None:
            dependencies.advance.wake(entry.ref)
        logger.info("called", call=call.id, lead=call.lead, error=call.error)

    dependencies.table.retrying(conclude)


def _decision(call: WebhookCall, now: datetime) -> Change:
    decision = Decision(
        id=digest("called", call.id),
        lead=call.lead,
        at=now,
        what=DecisionKind.WEBHOOK,
        subject=call.step,
        outcome=_outcome(call.error),
        reason=call.error,
        facts={"journey": call.journey, "attempts": str(call.attempts)},
    )
    return create_decision(decision)


def _outcome(reason: str) -> Outcome:
    if reason == Reason.SHADOW:
        return Outcome.WOULD_HAVE_CALLED
    return Outcome.FAILED if reason else Outcome.ANSWERED
