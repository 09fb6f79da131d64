"""nurture.feedback: records what SES reports about our mails (SES → SNS → SQS).

An event moves the send in the ledger. After a final bounce or complaint, nobody writes to the address any more;
soft bounces that go on for several days are final too. If too many of all mails bounce, all sending stops until a
person resumes it.
"""

import json
import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import Struct

from nurture._deliveries import record_deliveries
from ripen.adapters.batch import batch_processor
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.queue import Queue
from ripen.adapters.rows.sends import move_send
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Change, Conflict, Create, Key, Replace, Row, Table, keys
from ripen.ids import digest
from ripen.lead.activity import Activity, Kind
from ripen.lead.address import address_hash
from ripen.lead.contact import ConsentRecord, Contact, Suppression
from ripen.mail.incoming import feedback
from ripen.mail.incoming.bounce import gives_up_after
from ripen.mail.incoming.feedback import Event, Feedback, IgnoredEvent
from ripen.mail.ledger import Send
from ripen.mail.limits.bounce_rate import STOPPED_BY, BounceRate
from ripen.ports import Clock, Wake
from ripen.settings import Stop

logger = Logger()
metrics = Metrics()
batch = batch_processor()
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
secrets = Secrets(os.environ["SECRET"])
bounces = BounceRate()
react, walk = Queue(os.environ["REACT_QUEUE"]), Queue(os.environ["WALK_QUEUE"])

_TEST_TEXT = "Successfully validated SNS topic"
"""The start of the text that SES posts when the event destination is created."""


class Dependencies(Struct, frozen=True, kw_only=True):
    """The ports that an event needs."""

    table: Table
    clock: Clock
    react: Wake
    walk: Wake
    address_key: bytes


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Record the deliveries of campaigns' mails together, then every other event alone."""
    recorded = record_deliveries(_readable(event["Records"]), table, clock.now())
    return process_partial_response(event, partial(record_handler, recorded=recorded), batch, context)


def _readable(records: list[dict[str, Any]]) -> Iterator[Feedback]:
    """Yield the events of these records. A record that cannot be read fails later, alone."""
    for record in records:
        with suppress(msgspec.DecodeError, ValueError, LookupError, TypeError, ArithmeticError, IgnoredEvent):
            yield feedback.read(str(json.loads(record["body"])["Message"]))


def record_handler(record: SQSRecord, recorded: Collection[str]) -> None:
    message = str(json.loads(record.body)["Message"])
    if message.startswith(_TEST_TEXT):
        logger.info("feedback ignored", reason="SES tests the topic")
        return
    try:
        received = feedback.read(message)
    except IgnoredEvent as ignored:
        logger.info("feedback ignored", reason=str(ignored))
        metrics.add_metric(name="FeedbackIgnored", unit=MetricUnit.Count, value=1)
        return
    dependencies = Dependencies(table=table, clock=clock, react=react, walk=walk, address_key=secrets.key("address"))
    outcome = "settled" if received.id in recorded else record_feedback(received, dependencies)
    if outcome == "settled":
        watch_bounces(received, bounces, dependencies)
    logger.info(
        "feedback",
        send=received.send,
        lead=received.lead,
        feedback=received.event,
        detail=received.detail,
        outcome=outcome,
    )
    metrics.add_metric(name=f"Feedback{_metric(received)}", unit=MetricUnit.Count, value=1)


def watch_bounces(received: Feedback, rate: BounceRate, dependencies: Dependencies) -> None:
    """Stop all sending if this bounce makes their share of all mail too high."""
    bounced = received.event is Event.BOUNCED and received.final
    if not bounced and received.event is not Event.DELIVERED:
        return
    now = dependencies.clock.now()
    if not rate.is_too_high_after(bounced, now):
        return
    row = dependencies.table.get(keys.STOP)
    if row is None or not row.value.on:
        stop = Stop(on=True, at=now, by=STOPPED_BY)
        with suppress(Conflict):  # somebody stops or resumes at this moment, and knows
            dependencies.table.write(Replace(keys.STOP, stop, row.version if row else 0))
    logger.error("sending stopped", reason=STOPPED_BY)
    metrics.add_metric(name="SendingStopped", unit=MetricUnit.Count, value=1)


def _metric(received: Feedback) -> str:
    if received.event is Event.BOUNCED and not received.final:
        return "Deferred"
    return received.event.name.title().replace("_", "")


def record_feedback(received: Feedback, dependencies: Dependencies) -> str:
    """Record the event in one transaction. Return "settled", "nothing new" or "unknown".

    1. Move the send in the ledger.
    2. At the first final bounce or complaint, write the activity, the contact, the suppression and a withdrawn consent.
    3. Wake score.react, and nurture.walk if the mail belongs to a campaign, because the campaign may have to halt.
    """
    return dependencies.table.retrying(lambda _: _record(received, dependencies))


def _record(received: Feedback, dependencies: Dependencies) -> str:
    table, now = dependencies.table, dependencies.clock.now()
    send = table.get(keys.send(received.lead, received.send))
    if send is None:
        return "unknown"
    if received.soft and (count := _days_of_soft_bounces(received.at, send.value, table)):
        received = feedback.given_up(received, count)
    moved = feedback.send_after(send.value, received)
    if moved is None:
        return "nothing new"
    activity = _activity(send.value, received, now)
    if activity is None:
        table.write(*move_send(send, moved, now))
        return "settled"
    address = received.recipient or _address_of(received.lead, table)
    suppression = keys.suppression(address_hash(dependencies.address_key, address)) if address else None
    contact, *suppressed = table.get_many([keys.contact(received.lead), *([suppression] if suppression else [])])
    table.write(
        *move_send(send, moved, now),
        _contact_change(contact, received, activity),
        *([_suppression_change(suppression, suppressed[0], received)] if suppression else []),
        Create(keys.activity(received.lead, activity.at, activity.id), activity, due=activity.received),
        *_consent_changes(received, activity),
    )
    dependencies.react.wake(keys.activity(received.lead, activity.at, activity.id).ref)
    if send.value.campaign:
        dependencies.walk.wake(keys.campaign(send.value.origin).ref)
    return "settled"


def _days_of_soft_bounces(at: datetime, send: Send, table: Table) -> int:
    """Return after how many days with a soft bounce the mailbox is given up; 0 if it is not yet."""

    def is_proven() -> bool:
        state = table.get(keys.state(send.lead))
        return bool(state and state.value.proven)

    return gives_up_after(at, send, (row.value for row in table.under(send.lead, "send#")), is_proven)


def _activity(send: Send, received: Feedback, now: datetime) -> Activity | None:
    """Return the activity of a send's first final bounce or complaint, None for other events."""
    match received.event:
        case Event.BOUNCED if received.final and send.bounced is None:
            kind = Kind.BOUNCED
        case Event.COMPLAINED if received.final and send.complained is None:
            kind = Kind.COMPLAINED
        case _:
            return None
    return Activity(
        id=digest(kind, received.send),
        lead=received.lead,
        kind=kind,
        at=received.at,
        received=now,
        subject=send.email,
        facts={"send": received.send, "type": received.detail},
    )


def _contact_change(contact: Row[Contact] | None, received: Feedback, activity: Activity) -> Change:
    before = contact.value if contact else Contact(lead=received.lead)
    after = feedback.contact_after(before, received, record=_consent_id(activity))
    return Replace(keys.contact(received.lead), after, contact.version if contact else 0)


def _address_of(lead: str, table: Table) -> str:
    """Return the lead's address, to which the mail went; "" for a lead that is erased."""
    profile = table.get(keys.profile(lead))
    return profile.value.email if profile else ""


def _suppression_change(key: Key[Suppression], suppression: Row[Suppression] | None, received: Feedback) -> Change:
    after = feedback.suppression_after(suppression.value if suppression else None, received)
    return Replace(key, after, suppression.version if suppression else 0)


def _consent_changes(received: Feedback, activity: Activity) -> list[Change]:
    """Return the proof that a complaint withdrew the consent; a bounce withdraws nothing."""
    if received.event is not Event.COMPLAINED:
        return []
    record = ConsentRecord(
        id=_consent_id(activity),
        lead=received.lead,
        purpose="marketing",
        granted=False,
        at=received.at,
        source="complaint",
    )
    return [Create(keys.consent(received.lead, record.at, record.id), record)]


def _consent_id(activity: Activity) -> str:
    return digest("withdrawn", activity.id)
