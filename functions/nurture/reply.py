"""nurture.reply: records replies to our mails (SES → S3, SNS → SQS).

A person's reply ends the lead's journeys and reaches sales. A reply that only names the lead in From, without our
signed address and without DMARC, reaches sales as unproven and changes nothing: anybody can write it. So does one that
may be a machine's. A machine's reply is only recorded, but an address that nobody reads any more gets no further mail.
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
from ripen.adapters.table import Change, Create, Replace, Row, Table, keys
from ripen.decision import Decision, DecisionKind, Outcome
from ripen.errors import Rejected
from ripen.ids import digest
from ripen.key_ring import KeyRing, Rotated
from ripen.lead.activity import Activity, Kind
from ripen.lead.address import address_hash, normalise
from ripen.lead.contact import Contact, Suppression
from ripen.mail.incoming.reply import LARGEST, Reply, read
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

    Return "answered", "unproven", "doubtful", "left out", "automatic", "gone", "repeated", "test", "unknown" or
    "unwanted".

    1. Read the mail that SES stored; spam and viruses are not read.
    2. Find the lead that wrote it, and the mail that it answers.
    3. Record a machine's reply as a decision. If it says that the address is gone, suppress the address.
    4. Record an unproven or doubtful reply as an alert to sales, and nothing else; beyond three on a day, count it.
    5. Record a person's reply as an activity, which ends the journeys, and as an alert to sales.
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
        # Any sender can use a lead's name. Only a reply to our signed address proves that the address is gone.
        gone = reply.gone and match.send != ""
        outcome = Outcome.GONE if gone else Outcome.AUTOMATIC
        suppression = _suppression(profile.value.email, received, dependencies) if gone else []
        dependencies.table.write(once, _decision(id, match, received, outcome, now), *suppression)
        return outcome
    if not (match.send or (received.authenticated and reply.single_sender)):
        decision = _decision(id, match, received, Outcome.UNPROVEN, now)
        return _record_marked(once, _alert(id, UNPROVEN_REPLY, match, reply, now), decision, dependencies)
    if reply.author is Author.DOUBTFUL:
        decision = _decision(id, match, received, Outcome.DOUBTFUL, now)
        return _record_marked(once, _alert(id, DOUBTFUL_REPLY, match, reply, now), decision, dependencies)
    before = contact.value if contact else Contact(lead=match.lead)
    activity, alert = _activity(id, match, received, now), _alert(id, REPLY, match, reply, now)
    dependencies.table.write(
        once,
        Replace(keys.contact(match.lead), replace(before, replied=now), contact.version if contact else 0),
        activity,
        alert,
        _decision(id, match, received, Outcome.ANSWERED, now),
    )
    dependencies.react.wake(activity.key.ref)
    dependencies.alert.wake(alert.key.ref)
    return Outcome.ANSWERED


def _record_marked(
    once: Create[Seen], alert: Create[Alert], decision: Create[Decision], dependencies: Dependencies
) -> str:
    """Write the alert as one of the lead's cards of today. If it has them all, count the reply on the last one."""
    wanted, now = alert.value, alert.value.planned
    cards = card_cap.card_ids(wanted.lead, wanted.kind, now.date().isoformat())
    rows: list[Row[Alert] | None] = dependencies.table.get_many([keys.alert(wanted.lead, card) for card in cards])
    last = rows[-1]
    if last is not None:
        counted = card_cap.with_one_left_out(last.value)
        due = last.due or now + card_cap.SHOWN_AFTER
        dependencies.table.write(once, Replace(last.key, counted, last.version, due=due))
        return "left out"
    free = next(card for card, row in zip(cards, rows, strict=True) if row is None)
    card = replace(alert, key=keys.alert(wanted.lead, free), value=replace(wanted, id=free))
    dependencies.table.write(once, card, decision)
    dependencies.alert.wake(card.key.ref)
    return decision.value.outcome


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


def _alert(id: str, kind: str, match: ReplyMatch, reply: Reply, now: datetime) -> Create[Alert]:
    alert = Alert(id=id, lead=match.lead, kind=kind, planned=now, text=f"{reply.subject}\n{reply.text}")
    return Create(keys.alert(match.lead, id), alert, due=now)


def _suppression(email: str, received: Received, dependencies: Dependencies) -> list[Change]:
    """Suppress the address, unless a bounce or a complaint has done so: that reason says more."""
    key = keys.suppression(address_hash(dependencies.address_key, email))
    if dependencies.table.get(key):
        return []
    return [Create(key, Suppression(reason="gone", at=received.at))]


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
