"""nurture.advance: advances an enrollment along its journey and writes the effects of its steps, in one transaction.

Woken through SQS (Advance) for `enrollment#` rows. The enrollment follows the graph of its own playbook. A mail's
class and content come from the live playbook, or from the enrollment's if the live one has removed the mail.
"""

import os
from collections.abc import Callable, Iterator
from copy import replace
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from msgspec import Struct

from nurture import _effects
from nurture._effects import Queues as Queues
from ripen.adapters.batch import batch_processor
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.rows.enrollments import move_enrollment
from ripen.adapters.table import MAX_CHANGES, Change, Conflict, Create, Key, Replace, Row, Table, keys
from ripen.decision import Decision, DecisionKind, Outcome, Reason
from ripen.ids import digest
from ripen.journey.context import JourneyContext
from ripen.journey.engine import advance
from ripen.journey.enrollment import Enrollment, leave
from ripen.journey.history_needed import awaited_mail, history_start
from ripen.lead.lead import Profile
from ripen.mail.ledger import departure
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Journey
from ripen.playbook.template_limits import TemplateError
from ripen.ports import Clock

logger = Logger()
batch = batch_processor()
CLOCK_MOVES = "CLOCK_MOVES" in os.environ
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves=CLOCK_MOVES)
playbook = Playbook(table, os.environ["BUCKET"])
queues = Queues(
    deliver=Queue(os.environ["DELIVER_QUEUE"]),
    react=Queue(os.environ["REACT_BULK_QUEUE"]),
    alert=Queue(os.environ["ALERT_QUEUE"]),
    crm_request=Queue(os.environ["CRM_QUEUE"]),
    call=Queue(os.environ["WEBHOOK_QUEUE"]),
    advance=Queue(os.environ["ADVANCE_QUEUE"]),
    clock_moves=CLOCK_MOVES,
)

_MAX_RUNS = 10
"""Transactions for one message; the tick continues after that."""
_RETRY_PAUSE = timedelta(hours=1)


class CannotAdvance(Exception):
    """The enrollment's playbook names something that does not exist, or cannot be evaluated."""

    def __init__(self, row: Row[Enrollment], error: str) -> None:
        super().__init__(error)
        self.row = row
        self.error = error


class LeadErased(Exception):
    """The enrollment's lead does not exist any more."""

    def __init__(self, row: Row[Enrollment]) -> None:
        super().__init__(row.key.ref)
        self.row = row


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> Any:
    return process_partial_response(event, record_handler, batch, context)


def record_handler(record: SQSRecord) -> None:
    move(record.body, table, playbook, clock, queues)


class Gathered(Struct, frozen=True, kw_only=True):
    """The rows that one run changes, and the context that decides it."""

    row: Row[Enrollment]
    profile: Row[Profile]
    context: JourneyContext


def move(ref: str, table: Table, playbook: Playbook, clock: Clock, queues: Queues) -> None:
    """Advance the enrollment as far as is due now; do nothing if that was done already or the enrollment is over."""
    key = keys.typed(keys.parse(ref), Enrollment)
    for _ in range(_MAX_RUNS):
        if not _run(key, table, playbook, clock, queues):
            return


def _run(key: Key[Enrollment], table: Table, playbook: Playbook, clock: Clock, queues: Queues) -> bool:
    """Write one run and return whether more is due at once. Raises Contended."""
    existing: set[Key[Any]] = set()

    def run(attempt: int) -> bool:
        now = clock.now()
        changes = [change for change in _changes(key, table, playbook, now) if change.key not in existing]
        if not changes:
            return False
        try:
            for transaction in _transactions(changes):
                table.write(*queues.wake_ups.for_the_tick(transaction, now))
        except Conflict:
            existing.update(_existing(changes, table))
            raise
        _effects.wake(changes, now, queues)
        logger.info("advanced", row=key.ref)
        return any(isinstance(c, Replace) and c.key == key and c.due and c.due <= now for c in changes)

    return table.retrying(run)


def _changes(key: Key[Enrollment], table: Table, playbook: Playbook, now: datetime) -> list[Change]:
    """Return all rows of this run; none if nothing is due."""
    try:
        return _advance(key, table, playbook, now)
    except CannotAdvance as failure:
        return _retry_later(failure.row, failure.error, now)
    except LeadErased as erased:
        return _ended(erased.row, now)


def _advance(key: Key[Enrollment], table: Table, playbook: Playbook, now: datetime) -> list[Change]:
    """Return the rows of this run, the enrollment last. Raises CannotAdvance, LeadErased."""
    found = _gather(key, table, playbook, now)
    if found is None:
        return []
    row = found.row
    advanced = _decide(row, lambda: advance(row.value, found.context, now))
    return [
        *_effects.exit_rows(advanced.effects, row.value, table, now),
        *_effects.effect_rows(advanced.effects, found.profile, playbook.live().bundle.keep, now),
        *move_enrollment(row, replace(advanced.enrollment, error=""), advanced.decisions, advanced.due),
    ]


def _gather(key: Key[Enrollment], table: Table, playbook: Playbook, now: datetime) -> Gathered | None:
    """Return what the run needs; None if nothing is due. Raises CannotAdvance, LeadErased."""
    row, profile, state, contact = table.get_many(
        [key, keys.profile(key.lead), keys.state(key.lead), keys.contact(key.lead)]
    )
    if row is None or row.due is None:
        return None
    if profile is None:
        raise LeadErased(row)
    pinned, live = playbook.bundle(row.value.bundle), playbook.live().bundle
    journey, since, mail = _decide(row, lambda: _needs(row.value, pinned, now))
    send = table.get(keys.send(key.lead, mail)) if mail else None
    found = table.between(key.lead, keys.activities_since(since), keys.ACTIVITIES_END) if since else ()
    context = JourneyContext(
        profile=profile.value,
        journey=journey,
        live=live.journeys.get(row.value.journey),
        emails=pinned.emails | live.emails,
        brand=live.brand,
        calendar=live.calendar,
        state=state.value if state else None,
        contact=contact.value if contact else None,
        mail_leaves=departure(send.value, send.due, now) if send else None,
        activities=[activity.value for activity in found],
        live_bundle=live.hash,
        scoring=live.scoring,
        stages=live.stages,
    )
    return Gathered(row=row, profile=profile, context=context)


def _needs(enrollment: Enrollment, pinned: Bundle, now: datetime) -> tuple[Journey, datetime | None, str]:
    """Return the graph, the time since which activities are needed, and the mail that is needed."""
    journey = pinned.journeys[enrollment.journey]
    return journey, history_start(enrollment, journey, now), awaited_mail(enrollment, journey)


def _decide[T](row: Row[Enrollment], decide: Callable[[], T]) -> T:
    """Return what core decides. Raises CannotAdvance for an error in core: it comes from the playbook, and stays."""
    try:
        return decide()
    except (LookupError, ValueError, ArithmeticError, TemplateError) as error:
        raise CannotAdvance(row, type(error).__name__) from error


def _ended(row: Row[Enrollment], now: datetime) -> list[Change]:
    left, decision = leave(row.value, Reason.ERASED, now)
    return move_enrollment(row, left, [decision])


def _retry_later(row: Row[Enrollment], failure: str, now: datetime) -> list[Change]:
    """Note the error, with one decision, and retry every hour in case a new playbook fixes it."""
    error = f"cannot be moved: {failure}"
    logger.error("stuck", row=row.key.ref, error=failure)
    decision = Decision(
        id=digest("stuck", row.key.ref, error, row.version),
        lead=row.value.lead,
        at=now,
        what=DecisionKind.ENROLLMENT,
        subject=row.value.journey,
        outcome=Outcome.STUCK,
        reason=error,
        bundle=row.value.bundle,
        facts={"step": row.value.step},
    )
    made = [decision] if row.value.error != error else []
    return move_enrollment(row, replace(row.value, error=error), made, due=now + _RETRY_PAUSE)


def _transactions(changes: list[Change]) -> Iterator[tuple[Change, ...]]:
    """Yield one transaction; or several, if too many enrollments of other journeys end.

    The engine's limit of steps keeps everything else below DynamoDB's limit. The ended enrollments come first, because
    they may end twice without harm; the last transaction has everything that moves this enrollment.
    """
    first = max(0, len(changes) - MAX_CHANGES)
    yield from batched(changes[:first], MAX_CHANGES, strict=False)
    yield tuple(changes[first:])


def _existing(changes: list[Change], table: Table) -> set[Key[Any]]:
    """Return the keys of rows that exist already, from an earlier visit with the same name; they are not created."""
    new = [change.key for change in changes if isinstance(change, Create)]
    return {key for key, row in zip(new, table.get_many(new), strict=True) if row}
