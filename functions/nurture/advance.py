"""nurture.advance: moves an enrollment along its journey and writes down what its steps want done, in one transaction.

Woken through SQS (Advance) for `enrollment#` rows. The graph is the one the enrollment is pinned to; what a mail is
(its class, its content) comes from the live playbook, or from the pinned one where the live one has dropped it.
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
from ripen.adapters.batch import messages
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.table import Change, Conflict, Create, Key, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.decision import Decision, DecisionKind, Outcome, Reason
from ripen.ids import digest
from ripen.journey.engine import Scene, advance, asks_of_mail, looks_back
from ripen.journey.enrollment import Enrollment, leave
from ripen.lead.lead import Profile
from ripen.mail.ledger import leaves
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Journey
from ripen.playbook.template_limits import TemplateError
from ripen.ports import Clock

logger = Logger()
batch = messages()
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
queues = Queues(
    deliver=Queue(os.environ["DELIVER_QUEUE"]),
    react=Queue(os.environ["REACT_BULK_QUEUE"]),
    alert=Queue(os.environ["ALERT_QUEUE"]),
    crm_request=Queue(os.environ["CRM_QUEUE"]),
    call=Queue(os.environ["WEBHOOK_QUEUE"]),
)

_MOST_RUNS = 10
_MOST_CHANGES = 100
"""DynamoDB's limit for one transaction; the engine's own limit of steps keeps all but the runs of other journeys below it."""
_STUCK_WAIT = timedelta(hours=1)


class Stuck(Exception):
    """Its playbook asks for what is not there, or cannot be."""

    def __init__(self, row: Row[Enrollment], error: str) -> None:
        super().__init__(error)
        self.row = row
        self.error = error


class Erased(Exception):
    """Its lead is no longer there: nothing can be done for it."""

    def __init__(self, row: Row[Enrollment]) -> None:
        super().__init__(row.key.ref)
        self.row = row


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> Any:
    return process_partial_response(event, record_handler, batch, context)


def record_handler(record: SQSRecord) -> None:
    move(record.body, table, playbook, clock, queues)


class Gathered(Struct, frozen=True, kw_only=True):
    """What one move is decided by."""

    row: Row[Enrollment]
    profile: Row[Profile]
    scene: Scene


def move(ref: str, table: Table, playbook: Playbook, clock: Clock, queues: Queues) -> None:
    """Does what is due in this enrollment now; nothing if it was done already or is over. Where more is due at once, that
    too; the tick does what is left after a few transactions."""
    key = keys.typed(keys.parse(ref), Enrollment)
    for _ in range(_MOST_RUNS):
        if not _run(key, table, playbook, clock, queues):
            return


def _run(key: Key[Enrollment], table: Table, playbook: Playbook, clock: Clock, queues: Queues) -> bool:
    """One transaction; whether more is due at once. Raises Contended."""
    made: set[Key[Any]] = set()

    def run(attempt: int) -> bool:
        now = clock.now()
        try:
            changes = _changes(key, table, playbook, now)
        except Stuck as stuck:
            changes = list(_set_aside(stuck.row, stuck.error, now))
        except Erased as erased:
            changes = list(_ended(erased.row, now))
        if not changes:
            return False
        changes = [change for change in changes if change.key not in made]
        try:
            for some in _transactions(changes):
                table.write(*some)
        except Conflict:
            made.update(_made(changes, table))
            raise
        _effects.wake_due(changes, now, queues)
        logger.info("advanced", row=key.ref)
        return any(isinstance(c, Replace) and c.key == key and c.due and c.due <= now for c in changes)

    return table.retrying(run)


def _gather(key: Key[Enrollment], table: Table, playbook: Playbook, now: datetime) -> Gathered | None:
    row, profile, state, contact = table.get_many(
        [key, keys.profile(key.lead), keys.state(key.lead), keys.contact(key.lead)]
    )
    if row is None or row.due is None:
        return None
    if profile is None:
        raise Erased(row)
    pinned, live = playbook.bundle(row.value.bundle), playbook.live().bundle
    journey, since, mail = _decided(row, lambda: _asked(row.value, pinned, now))
    send = table.get(keys.send(key.lead, mail)) if mail else None
    found = table.between(key.lead, keys.since(since), keys.LATEST) if since else ()
    scene = Scene(
        profile=profile.value,
        journey=journey,
        live=live.journeys.get(row.value.journey),
        emails=pinned.emails | live.emails,
        brand=live.brand,
        calendar=live.calendar,
        state=state.value if state else None,
        contact=contact.value if contact else None,
        mailed=leaves(send.value, send.due, now) if send else None,
        activities=[activity.value for activity in found],
        live_bundle=live.hash,
        scoring=live.scoring,
        stages=live.stages,
    )
    return Gathered(row=row, profile=profile, scene=scene)


def _asked(enrollment: Enrollment, pinned: Bundle, now: datetime) -> tuple[Journey, datetime | None, str]:
    """The graph, since when it wants to know what the lead did, and about which mail it asks."""
    journey = pinned.journeys[enrollment.journey]
    return journey, looks_back(enrollment, journey, now), asks_of_mail(enrollment, journey)


def _decided[T](row: Row[Enrollment], decide: Callable[[], T]) -> T:
    """What core decides, from what is all there: where it cannot, that is so however often we ask. Raises Stuck."""
    try:
        return decide()
    except (LookupError, ValueError, ArithmeticError, TemplateError) as error:
        raise Stuck(row, type(error).__name__) from error


def _changes(key: Key[Enrollment], table: Table, playbook: Playbook, now: datetime) -> list[Change]:
    """All that follows from this move, the enrollment last; nothing where nothing is due. Raises Stuck, Erased."""
    found = _gather(key, table, playbook, now)
    if found is None:
        return []
    row = found.row
    moved = _decided(row, lambda: advance(row.value, found.scene, now))
    return [
        *_effects.left(moved.effects, row.value, table, now),
        *_effects.rows(moved.effects, row.value, found.profile, found.scene.stages, now),
        *(create_decision(decision) for decision in moved.decisions),
        Replace(row.key, replace(moved.enrollment, stuck=""), row.version, due=moved.due, lane=Lane.BULK),
    ]


def _ended(row: Row[Enrollment], now: datetime) -> Iterator[Change]:
    gone, decision = leave(row.value, Reason.ERASED, now)
    yield create_decision(decision)
    yield Replace(row.key, gone, row.version, lane=Lane.BULK)


def _set_aside(row: Row[Enrollment], error: str, now: datetime) -> Iterator[Change]:
    """Nobody else waits for it, a decision says so once, and each hour it is tried whether somebody has put it right."""
    stuck = f"cannot be moved: {error}"
    logger.error("stuck", row=row.key.ref, error=error)
    yield Replace(row.key, replace(row.value, stuck=stuck), row.version, due=now + _STUCK_WAIT, lane=Lane.BULK)
    if row.value.stuck != stuck:
        decision = Decision(
            id=digest("stuck", row.key.ref, stuck, row.version),
            lead=row.value.lead,
            at=now,
            what=DecisionKind.ENROLLMENT,
            subject=row.value.journey,
            outcome=Outcome.STUCK,
            reason=stuck,
            bundle=row.value.bundle,
            facts={"step": row.value.step},
        )
        yield create_decision(decision)


def _transactions(changes: list[Change]) -> Iterator[tuple[Change, ...]]:
    """One; where the runs of other journeys that end are too many for one, those first (which may end twice without harm)
    and all that moves this enrollment in the last."""
    first = max(0, len(changes) - _MOST_CHANGES)
    first += first % 2
    yield from batched(changes[:first], _MOST_CHANGES, strict=False)
    yield tuple(changes[first:])


def _made(changes: list[Change], table: Table) -> set[Key[Any]]:
    """Rows that are there already, by an earlier visit under the same name: they are not made again, and hold nobody up."""
    new = [change.key for change in changes if isinstance(change, Create)]
    return {key for key, row in zip(new, table.get_many(new), strict=True) if row}
