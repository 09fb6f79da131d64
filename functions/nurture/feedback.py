"""Take in what SES tells about our mails (SES → SNS → SQS): settle the send, and keep away from addresses that bounced or
complained."""

import json
import os
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from ripen.adapters.batch import messages
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.queue import Queue
from ripen.adapters.rows.sends import send_moved
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Change, Create, Key, Replace, Row, Table, keys
from ripen.ids import digest
from ripen.lead.activity import Activity, Kind
from ripen.lead.address import address_hash
from ripen.lead.contact import ConsentRecord, Contact, Suppression
from ripen.mail import feedback
from ripen.mail.feedback import Event, Feedback, Ignored
from ripen.mail.ledger import Send
from ripen.ports import Clock, Wake

logger = Logger()
metrics = Metrics()
batch = messages()
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
secrets = Secrets(os.environ["SECRET"])
react, walk = Queue(os.environ["REACT_QUEUE"]), Queue(os.environ["WALK_QUEUE"])

_TEST_TEXT = "Successfully validated SNS topic"
"""What SES posts, as plain text, when the event destination is made."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event, record_handler, batch, context)


def record_handler(record: SQSRecord) -> None:
    message = str(json.loads(record.body)["Message"])
    if message.startswith(_TEST_TEXT):
        logger.info("feedback ignored", reason="SES tests the topic")
        return
    try:
        told = feedback.read(message)
    except Ignored as ignored:
        logger.info("feedback ignored", reason=str(ignored))
        metrics.add_metric(name="FeedbackIgnored", unit=MetricUnit.Count, value=1)
        return
    outcome = take_in(told, table, clock, react, secrets.key("address"), walk)
    logger.info("feedback", send=told.send, lead=told.lead, feedback=told.event, detail=told.detail, outcome=outcome)
    kind = "Deferred" if told.event is Event.BOUNCED and not told.final else told.event.name.title().replace("_", "")
    metrics.add_metric(name=f"Feedback{kind}", unit=MetricUnit.Count, value=1)


def take_in(told: Feedback, table: Table, clock: Clock, react: Wake, address_key: bytes, walk: Wake) -> str:
    """Settle the send and whatever the event means for its lead, in one transaction; "settled", "repeated" or "unknown".
    A campaign is looked at, for it may have to halt.

    A repetition changes nothing.
    """
    return table.retrying(lambda _: _take_in(told, table, clock, react, address_key, walk))


def _take_in(told: Feedback, table: Table, clock: Clock, react: Wake, address_key: bytes, walk: Wake) -> str:
    refusal_key = keys.suppression(address_hash(address_key, told.recipient))
    send, contact, refusal = table.get_many([keys.send(told.lead, told.send), keys.contact(told.lead), refusal_key])
    if send is None:
        return "unknown"
    moved = feedback.settle(send.value, told)
    if moved is None:
        return "repeated"
    changes = send_moved(send, moved, clock.now())
    activity = _activity(send.value, told, clock)
    if activity:
        changes += _refused(contact, refusal, refusal_key, activity, told)
    table.write(*changes)
    if activity:
        react.wake(keys.activity(told.lead, activity.at, activity.id).ref)
        if send.value.campaign:
            walk.wake(keys.campaign(send.value.origin).ref)
    return "settled"


def _activity(send: Send, told: Feedback, clock: Clock) -> Activity | None:
    """The first final bounce or complaint of a send is something that happened to its lead."""
    match told.event:
        case Event.BOUNCED if told.final and send.bounced is None:
            kind = Kind.BOUNCED
        case Event.COMPLAINED if told.final and send.complained is None:
            kind = Kind.COMPLAINED
        case _:
            return None
    return Activity(
        id=digest(kind, told.send),
        lead=told.lead,
        kind=kind,
        at=told.at,
        received=clock.now(),
        subject=send.email,
        facts={"send": told.send, "type": told.detail},
    )


def _refused(
    contact: Row[Contact] | None,
    refusal: Row[Suppression] | None,
    refusal_key: Key[Suppression],
    activity: Activity,
    told: Feedback,
) -> list[Change]:
    """Nobody writes to the address again, the lead's contact says why, and score.react hears of it."""
    before = contact.value if contact else Contact(lead=told.lead)
    record = ConsentRecord(
        id=digest("withdrawn", activity.id),
        lead=told.lead,
        purpose="marketing",
        granted=False,
        at=told.at,
        source="complaint",
    )
    changes: list[Change] = [
        Replace(keys.contact(told.lead), feedback.refused(before, told, record.id), contact.version if contact else 0),
        Replace(
            refusal_key,
            feedback.suppressed(refusal.value if refusal else None, told),
            refusal.version if refusal else 0,
        ),
        Create(keys.activity(told.lead, activity.at, activity.id), activity, due=activity.received),
    ]
    if told.event is Event.COMPLAINED:
        changes.append(Create(keys.consent(told.lead, record.at, record.id), record))
    return changes
