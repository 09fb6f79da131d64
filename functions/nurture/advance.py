"""nurture.advance: moves an enrollment along its journey and plans the mails on its way, in one transaction.

Woken through SQS (Advance) for `enrollment#` rows. The graph is the one the enrollment is pinned to; what a mail is
(its class, its content) comes from the live playbook, or from the pinned one where the live one has dropped it.
"""

import os
from random import uniform
from time import sleep
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from ripen.adapters.batch import messages
from ripen.adapters.clock import Clock
from ripen.adapters.playbook import Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.table import Change, Conflict, Create, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.engine import Moved, Scene, advance
from ripen.journey import Enrollment
from ripen.ledger import MailClass, Send, SendPointer
from ripen.ports import Clock as AnyClock
from ripen.ports import Wake

logger = Logger()
batch = messages()
table = Table(os.environ["TABLE"])
clock = Clock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
hot = Queue(os.environ["DELIVER_QUEUE"])
bulk = Queue(os.environ["DELIVER_BULK_QUEUE"])

_TRIES = 4
_LANES = {MailClass.TRANSACTIONAL: Lane.HOT, MailClass.MARKETING: Lane.BULK}


class Contended(Exception):
    """Others kept writing this enrollment; its message comes again."""


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> Any:
    return process_partial_response(event, one, batch, context)


def one(record: SQSRecord) -> None:
    move(record.body, table, playbook, clock, hot, bulk)


def move(ref: str, table: Table, playbook: Playbook, clock: AnyClock, hot: Wake, bulk: Wake) -> None:
    """Does what is due in this enrollment now; nothing if it was done already or is over."""
    key = keys.typed(keys.parse(ref), Enrollment)
    for _ in range(_TRIES):
        row, profile, state, contact = table.get_many(
            [key, keys.profile(key.lead), keys.state(key.lead), keys.contact(key.lead)]
        )
        if row is None or row.due is None or profile is None:
            return
        pinned, live = playbook.bundle(row.value.bundle), playbook.live().bundle
        scene = Scene(
            profile=profile.value,
            journey=pinned.journeys[row.value.journey],
            live=live.journeys.get(row.value.journey),
            emails=pinned.emails | live.emails,
            brand=live.brand,
            calendar=live.calendar,
            state=state.value if state else None,
            contact=contact.value if contact else None,
            live_bundle=live.hash,
        )
        moved = advance(row.value, scene, clock.now())
        try:
            table.write(*_changes(row, moved))
        except Conflict:
            sleep(uniform(0, 0.05))  # noqa: S311 (jitter, no secret)
            continue
        for queue, lane in ((hot, Lane.HOT), (bulk, Lane.BULK)):
            queue.wake(*(keys.send(send.lead, send.id).ref for send in moved.sends if _LANES[send.mail_class] is lane))
        logger.info("advanced", extra={"lead": key.lead, "journey": row.value.journey, "step": moved.enrollment.step})
        return
    raise Contended(key.ref)


def _changes(row: Row[Enrollment], moved: Moved) -> list[Change]:
    changes: list[Change] = [Replace(row.key, moved.enrollment, row.version, due=moved.due, lane=Lane.BULK)]
    for send in moved.sends:
        changes += _planned(send)
    for decision in moved.decisions:
        changes.append(Create(keys.decision(decision.lead, decision.at, decision.id), decision))
    return changes


def _planned(send: Send) -> list[Change]:
    return [
        Create(keys.send(send.lead, send.id), send, due=send.planned, lane=_LANES[send.mail_class]),
        Create(keys.send_pointer(send.id), SendPointer(lead=send.lead, email=send.email)),
    ]
