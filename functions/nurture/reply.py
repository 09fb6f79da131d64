"""nurture.reply: takes in answers to our mails (SES → S3, SNS → SQS): a person's ends the lead's journeys and is shown to
sales, a machine's is a decision, and an address that nobody reads any more is written to no longer.

The mail itself stays in S3. A repetition, by its Message-ID, changes nothing.
"""

import os
from collections.abc import Callable
from copy import replace
from datetime import timedelta
from typing import Any

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
from ripen.adapters.secrets import Secrets
from ripen.adapters.ses import inbox
from ripen.adapters.ses.inbox import Inbox, Received
from ripen.adapters.table import Change, Create, Replace, Table, keys
from ripen.decision import Decision, DecisionKind, Outcome
from ripen.errors import Rejected
from ripen.ids import digest
from ripen.lead.activity import Activity, Kind
from ripen.lead.address import address_hash, normalise
from ripen.lead.contact import Contact, Suppression
from ripen.mail.reply import LARGEST, Reply, read
from ripen.pointers import Seen
from ripen.slack.alert import Alert
from ripen.tracking import link_token

logger = Logger()
batch = batch_processor()
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
secrets = Secrets(os.environ["SECRET"])
mails = Inbox(os.environ["BUCKET"])
react, alert = Queue(os.environ["REACT_QUEUE"]), Queue(os.environ["ALERT_QUEUE"])

_REMEMBERED = timedelta(days=60)


class Dependencies(Struct, frozen=True, kw_only=True):
    """What taking a reply in needs."""

    table: Table
    clock: ports.Clock
    mail: Callable[[str, int], bytes]
    react: ports.Wake
    alert: ports.Wake
    link_key: bytes
    address_key: bytes


class ReplyMatch(Struct, frozen=True):
    """The lead who wrote, and the mail of ours that was answered; "" where only the sender's address tells."""

    lead: str
    send: str = ""
    email: str = ""
    """The name of that mail: clauses ask for answers by it."""


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event, record_handler, batch, context)


def record_handler(record: SQSRecord) -> None:
    dependencies = Dependencies(
        table=table,
        clock=clock,
        mail=mails.read,
        react=react,
        alert=alert,
        link_key=secrets.key("link"),
        address_key=secrets.key("address"),
    )
    logger.info("reply", outcome=receive_reply(record.body, dependencies))


def receive_reply(body: str, dependencies: Dependencies) -> str:
    """What became of it: "answered", "automatic", "gone", "repeated", "unknown" or "unwanted"."""
    received = inbox.told(body)
    if not received.harmless:
        return "unwanted"
    reply = read(dependencies.mail(received.key, LARGEST), received.sender)
    match = _match(received, reply, dependencies)
    if match is None:
        return "unknown"
    return dependencies.table.retrying(lambda _: _written(received, reply, match, dependencies))


def _match(received: Received, reply: Reply, dependencies: Dependencies) -> ReplyMatch | None:
    """By the signed address that our mail asked to be answered at, else by the sender's own."""
    for address in (*received.recipients, *reply.to):
        signed = address.rpartition("@")[0].partition("+")[2]
        try:
            send = link_token.read_token(dependencies.link_key, link_token.Purpose.REPLY, signed).send
        except link_token.BadToken:
            continue
        if pointer := dependencies.table.get(keys.send_pointer(send)):
            return ReplyMatch(pointer.value.lead, send, pointer.value.email)
    try:
        found = dependencies.table.get(keys.address(address_hash(dependencies.address_key, normalise(reply.sender))))
    except Rejected:
        return None
    return ReplyMatch(found.value.lead) if found else None


def _written(received: Received, reply: Reply, match: ReplyMatch, dependencies: Dependencies) -> str:
    id, now = digest("reply", match.lead, reply.id or received.id), dependencies.clock.now()
    seen, profile, contact = dependencies.table.get_many(
        [keys.seen("reply", id), keys.profile(match.lead), keys.contact(match.lead)]
    )
    if seen:
        return "repeated"
    if profile is None:
        return "unknown"
    expires = now + _REMEMBERED
    once = Create(keys.seen("reply", id), Seen(lead=match.lead, activity=id, expires=expires), expires=expires)
    if reply.automatic:
        # Anybody may write any sender's name: only who holds our signed address can tell us that it is dead.
        gone = reply.gone and match.send != ""
        outcome = Outcome.GONE if gone else Outcome.AUTOMATIC
        away = _suppression(profile.value.email, received, dependencies) if gone else []
        dependencies.table.write(once, _decision_change(id, match, received, outcome, dependencies), *away)
        return outcome
    known = contact.value if contact else Contact(lead=match.lead)
    activity = Activity(
        id=id,
        lead=match.lead,
        kind=Kind.REPLIED,
        at=received.at,
        received=now,
        subject=match.email,
        facts={"send": match.send, "message": received.key},
    )
    note = Alert(id=id, lead=match.lead, kind="reply", planned=now, text=f"{reply.subject}\n{reply.text}")
    key, card = keys.activity(match.lead, received.at, id), keys.alert(match.lead, id)
    dependencies.table.write(
        once,
        Replace(keys.contact(match.lead), replace(known, replied=now), contact.version if contact else 0),
        Create(key, activity, due=now),
        Create(card, note, due=now),
        _decision_change(id, match, received, Outcome.ANSWERED, dependencies),
    )
    dependencies.react.wake(key.ref)
    dependencies.alert.wake(card.ref)
    return "answered"


def _suppression(email: str, received: Received, dependencies: Dependencies) -> list[Change]:
    """Nobody writes there again; a bounce or a complaint from before says more, and stays."""
    key = keys.suppression(address_hash(dependencies.address_key, email))
    return [] if dependencies.table.get(key) else [Create(key, Suppression(reason="gone", at=received.at))]


def _decision_change(
    id: str, match: ReplyMatch, received: Received, outcome: Outcome, dependencies: Dependencies
) -> Change:
    now = dependencies.clock.now()
    decision = Decision(
        id=digest("decision", id),
        lead=match.lead,
        at=now,
        what=DecisionKind.REPLY,
        subject="reply",
        outcome=outcome,
        facts={"send": match.send, "message": received.key},
    )
    return create_decision(decision)
