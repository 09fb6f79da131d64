"""nurture.webhook: calls the webhook that a journey's step names, until it answers or a day is over, and puts the answer into
the enrollment, which then goes on.

Woken through SQS (Webhook) for `call#` rows. The row is claimed before the call; a call whose answer was lost is made again
under the same Idempotency-Key.
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
from ripen.adapters.batch import messages
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.queue import Queue
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.rows.shadow import in_shadow
from ripen.adapters.rows.stop import StopSign
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Change, Conflict, Replace, Row, Table, keys
from ripen.adapters.webhook_client import WebhookClient
from ripen.agenda import Lane
from ripen.decision import Decision, DecisionKind, Outcome, Reason
from ripen.errors import Undeliverable
from ripen.ids import digest
from ripen.journey import webhook_call as rules
from ripen.journey.enrollment import EnrollmentState
from ripen.journey.webhook_call import Moved, WebhookCall

logger = Logger()
batch = messages()
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
secrets = Secrets(os.environ["SECRET"])
_here = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://127.0.0.1:")
"""AWS itself is an emulator on this machine: only then may a webhook be there too, on the one port that is named."""
webhooks = WebhookClient(
    lambda: secrets.key("webhook"), int(os.environ.get("WEBHOOK_STAND_IN", "0")) if _here else None
)
stop = StopSign(table)
advance = Queue(os.environ["ADVANCE_QUEUE"])

_STOPPED = timedelta(seconds=60)
_MOST_SECONDS = 20


class Dependencies(Struct, frozen=True, kw_only=True):
    """All that a call needs of the world."""

    table: Table
    clock: ports.Clock
    webhooks: ports.Webhooks
    stopped: Callable[[], bool]
    advance: ports.Wake


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event, record_handler, batch, context)


def record_handler(record: SQSRecord) -> None:
    dependencies = Dependencies(table=table, clock=clock, webhooks=webhooks, stopped=stop.on, advance=advance)
    call(record.body, dependencies)


def call(ref: str, dependencies: Dependencies) -> None:
    """Make the call, if it is due and nobody else is at it."""
    row, now = dependencies.table.get(keys.typed(keys.parse(ref), WebhookCall)), dependencies.clock.now()
    if row is None or not rules.may_be_made(row.value, now):
        return
    try:
        if in_shadow(dependencies.table):
            _conclude(row, rules.failed(row.value, Reason.SHADOW, now), dependencies)
        elif dependencies.stopped():
            dependencies.table.write(Replace(row.key, row.value, row.version, due=now + _STOPPED, lane=row.lane))
        else:
            row = _claimed(row, dependencies, now)
            _conclude(row, _made(row.value, dependencies), dependencies)
    except Conflict:
        return  # another worker was quicker


def _claimed(row: Row[WebhookCall], dependencies: Dependencies, now: datetime) -> Row[WebhookCall]:
    moved = rules.claimed(row.value, now)
    dependencies.table.write(Replace(row.key, moved.call, row.version, due=moved.due, lane=row.lane))
    return Row(row.key, moved.call, row.version + 1, moved.due, row.lane)


def _made(planned: WebhookCall, dependencies: Dependencies) -> Moved:
    body = msgspec.json.encode(
        planned.body | {"lead": planned.lead, "journey": planned.journey, "step": planned.step, "id": planned.id}
    )
    try:
        answer = dependencies.webhooks.post(planned.url, body, planned.id, min(planned.timeout_seconds, _MOST_SECONDS))
    except Undeliverable as error:
        return rules.refused(planned, error, dependencies.clock.now())
    return rules.answered(planned, answer, dependencies.clock.now())


def _conclude(row: Row[WebhookCall], moved: Moved, dependencies: Dependencies) -> None:
    """Write down what came of it; an answer goes into the enrollment in the same transaction, and wakes it."""
    entry = keys.enrollment(moved.call.lead, moved.call.journey, moved.call.entry)

    def conclude(attempt: int) -> None:
        mine = dependencies.table.get(row.key) if attempt else row
        if mine is None or mine.version != row.version:
            return  # it took us so long that another worker was let in, and knows better
        now = dependencies.clock.now()
        found = dependencies.table.get(entry) if moved.call.answer is not None else None
        fits = rules.fitting(moved, found.value.answers, now) if found else moved
        planned = fits.call
        changes: list[Change] = [Replace(row.key, planned, row.version, due=fits.due, lane=row.lane)]
        if planned.answer is not None:
            changes.append(_decided(planned, now))
        if found and found.value.state is EnrollmentState.ACTIVE:
            known = rules.taken_in(found.value, planned)
            changes.append(Replace(entry, known, found.version, due=now, lane=Lane.BULK))
        dependencies.table.write(*changes)
        if planned.answer is not None:
            dependencies.advance.wake(entry.ref)
        logger.info("called", call=planned.id, lead=planned.lead, error=planned.error)

    dependencies.table.retrying(conclude)


def _decided(planned: WebhookCall, now: datetime) -> Change:
    decision = Decision(
        id=digest("called", planned.id),
        lead=planned.lead,
        at=now,
        what=DecisionKind.WEBHOOK,
        subject=planned.step,
        outcome=_outcome(planned.error),
        reason=planned.error,
        facts={"journey": planned.journey, "attempts": str(planned.attempts)},
    )
    return create_decision(decision)


def _outcome(reason: str) -> Outcome:
    if reason == Reason.SHADOW:
        return Outcome.WOULD_HAVE_CALLED
    return Outcome.FAILED if reason else Outcome.ANSWERED
