"""nurture.reply: records replies to our mails (SES → S3, SNS → SQS).

A person's reply ends the lead's journeys and reaches sales. A reply that only names the lead in From, without our
signed address and without DMARC, reaches sales as unproven and changes nothing: anybody can write it. So does one that
may be a machine's, or in which a machine says that a person has left. Any other reply of a machine is only recorded.
The mail itself stays in S3. A repeated reply, by its Message-ID, changes nothing.
"""

import os
from collections.abc import Callable
from copy import replace
from datetime import datetime, timedelta
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
from ripen.adapters.rows.sends import linked_send
from ripen.adapters.secrets import Secrets
from ripen.adapters.ses import inbox
from ripen.adapters.ses.inbox import Inbox, Received
from ripen.adapters.table import Create, Replace, Row, Table, keys
from ripen.decision import Decision, DecisionKind, Outcome
from ripen.errors import Rejected
from ripen.ids import digest
from ripen.key_ring import KeyRing, Rotated
from ripen.lead.activity import Activity, Kind
from ripen.lead.address import address_hash, normalise
from ripen.lead.contact import Contact
from ripen.mail.incoming.parsed_mail import LARGEST
from ripen.mail.incoming.reply import Reply, read
from ripen.mail.incoming.reply_author import Author
from ripen.pointers import Seen
from ripen.slack import card_cap
from ripen.slack.alert import DOUBTFUL_REPLY, REPLY, UNPROVEN_REPLY, Alert
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
    """The ports that a reply needs."""

    table: Table
    clock: ports.Clock
    mail: Callable[[str, int], bytes]
    react: ports.Wake
    alert: ports.Wake
    link_keys: KeyRing
    address_key: bytes


class ReplyMatch(Struct, frozen=True):
    """The lead that wrote a reply, and the mail that it answers: "" if only the sender's address is known."""

    lead: str
    send: str = ""
    email: str = ""
    """The name of that mail; a clause in the playbook names it."""


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
        link_keys=secrets.ring(Rotated.LINK),
        address_key=secrets.key("address"),
    )
    logger.info("reply", outcome=receive_reply(record.body, dependencies))


def receive_reply(body: str, dependencies: Dependencies) -> str:
    """Record a reply.

    Return "answered", "unproven", "doubtful", "left out", "automatic", "repeated", "test", "unknown" or "unwanted".

    1. Read the mail that SES stored; spam and viruses are not read.
    2. Find the lead that wrote it, and the mail that it answers.
    3. Record a machine's reply as a decision.
    4. Record an unproven or doubtful reply as an alert to sales, and nothing else.
    5. Record a person's reply as an activity, which ends the journeys, and as an alert to sales.

    Beyond three alerts of a kind on a day, the last alert counts the replies.
    """
    received = inbox.parse_notification(body)
    if received is None:
        return "test"
    if not received.harmless:
        return "unwanted"
    reply = read(dependencies.mail(received.key, LARGEST), received.sender)
    match = _match(received, reply, dependencies)
    if match is None:
        return "unknown"
    return dependencies.table.retrying(lambda _: _record(received, reply, match, dependencies))


def _match(received: Received, reply: Reply, dependencies: Dependencies) -> ReplyMatch | None:
    """Find the lead by the signed reply address of our mail, else by the sender's address."""
    for address in (*received.recipients, *reply.to):
        signed = address.rpartition("@")[0].partition("+")[2]
        try:
            link = link_token.read_token(dependencies.link_keys, link_token.Purpose.REPLY, signed)
        except link_token.BadToken:
            continue
        if send := linked_send(dependencies.table, link):
            return ReplyMatch(send.lead, send.id, send.email)
    try:
        found = dependencies.table.get(keys.address(address_hash(dependencies.address_key, normalise(reply.sender))))
    except Rejected:
        return None
    return ReplyMatch(found.value.lead) if found else None


def _record(received: Received, reply: Reply, match: ReplyMatch, dependencies: Dependencies) -> str:
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
    if reply.author is Author.MACHINE:
        dependencies.table.write(once, _decision(id, match, received, Outcome.AUTOMATIC, now))
        return Outcome.AUTOMATIC
    if not (match.send or (received.authenticated and reply.single_sender)):
        decision = _decision(id, match, received, Outcome.UNPROVEN, now)
        return _record_marked(once, _alert(UNPROVEN_REPLY, match, reply, now), decision, dependencies)
    if reply.author is Author.DOUBTFUL:
        decision = _decision(id, match, received, Outcome.DOUBTFUL, now)
        return _record_marked(once, _alert(DOUBTFUL_REPLY, match, reply, now), decision, dependencies)
    before = contact.value if contact else Contact(lead=match.lead)
    activity, card = _activity(id, match, received, now), _card(_alert(REPLY, match, reply, now), dependencies)
    dependencies.table.write(
        once,
        Replace(keys.contact(match.lead), replace(before, replied=now), contact.version if contact else 0),
        activity,
        card,
        _decision(id, match, received, Outcome.ANSWERED, now),
    )
    dependencies.react.wake(activity.key.ref)
    if isinstance(card, Create):
        dependencies.alert.wake(card.key.ref)
    return Outcome.ANSWERED


def _record_marked(once: Create[Seen], wanted: Alert, decision: Create[Decision], dependencies: Dependencies) -> str:
    """Write a reply that only reaches sales. One that gets no card of its own has no decision, either."""
    card = _card(wanted, dependencies)
    if isinstance(card, Replace):
        dependencies.table.write(once, card)
        return Outcome.LEFT_OUT
    dependencies.table.write(once, card, decision)
    dependencies.alert.wake(card.key.ref)
    return decision.value.outcome


def _card(wanted: Alert, dependencies: Dependencies) -> Create[Alert] | Replace[Alert]:
    """Return the alert as one of the lead's cards of today. If it has them all, count the reply on the last one."""
    cards = card_cap.card_ids(wanted.lead, wanted.kind, wanted.planned.date().isoformat())
    rows: list[Row[Alert] | None] = dependencies.table.get_many([keys.alert(wanted.lead, card) for card in cards])
    last = rows[-1]
    if last is not None:
        due = last.due or wanted.planned + card_cap.SHOWN_AFTER
        return Replace(last.key, card_cap.with_one_left_out(last.value), last.version, due=due)
    free = next(card for card, row in zip(cards, rows, strict=True) if row is None)
    return Create(keys.alert(wanted.lead, free), replace(wanted, id=free), due=wanted.planned)


def _activity(id: str, match: ReplyMatch, received: Received, now: datetime) -> Create[Activity]:
    activity = Activity(
        id=id,
        lead=match.lead,
        kind=Kind.REPLIED,
        at=received.at,
        received=now,
        subject=match.email,
        facts={"send": match.send, "message": received.key},
    )
    return Create(keys.activity(match.lead, activity.at, id), activity, due=now)


def _alert(kind: str, match: ReplyMatch, reply: Reply, now: datetime) -> Alert:
    """Return the alert without the id that `_card` gives it."""
    return Alert(id="", lead=match.lead, kind=kind, planned=now, text=f"{reply.subject}\n{reply.text}")


def _decision(id: str, match: ReplyMatch, received: Received, outcome: Outcome, now: datetime) -> Create[Decision]:
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
