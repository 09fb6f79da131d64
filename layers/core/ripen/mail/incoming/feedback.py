"""The events that SES publishes about a mail, and what each event changes: the send, the contact and the suppression.

The same events give the same rows in any order, late or repeated. Source of the shapes: AWS, Amazon SES Developer
Guide, "Contents of event data that Amazon SES publishes". Tag values are lists, and `headers` may be missing. Our ids
are read only from the tags.
"""

from copy import replace
from datetime import UTC, datetime
from enum import StrEnum

import msgspec
from msgspec import Struct

from ripen.decision import Reason
from ripen.ids import digest
from ripen.lead.contact import Contact, Permission, Suppression
from ripen.mail.incoming.bounce import BounceCause, bounce_cause
from ripen.mail.ledger import MovedSend, Send, SendState, accept


class Event(StrEnum):
    """The kinds of events that are recorded, by the names that SES gives them."""

    SENT = "Send"
    DELIVERED = "Delivery"
    BOUNCED = "Bounce"
    COMPLAINED = "Complaint"
    REJECTED = "Reject"
    RENDERING_FAILED = "Rendering Failure"
    DELAYED = "DeliveryDelay"


_OTHER_NAMES = {"RenderingFailure": Event.RENDERING_FAILED}


class Feedback(Struct, frozen=True, kw_only=True):
    """One event about one of our sends."""

    event: Event
    send: str
    lead: str
    message_id: str
    recipient: str
    """The address that we gave SES; "" if the event names none. A mail has one recipient, so a complaint is about this
    address, whatever its own list says: that may be empty or redacted."""
    mailed: datetime
    at: datetime
    id: str
    """A repetition of the event has the same id."""
    final: bool = False
    """True for a bounce or complaint after which nobody may write to the address."""
    soft: bool = False
    """True for a bounce that may pass: one on each of several days is final (`given_up`)."""
    detail: str = ""
    """For example "Permanent/General" or "abuse"; never personal data."""


class _Mail(msgspec.Struct, rename="camel"):
    timestamp: datetime
    message_id: str
    destination: list[str] | None = None
    tags: dict[str, list[str]] = {}


class _Recipient(msgspec.Struct, rename="camel"):
    status: str | None = None


class _Bounce(msgspec.Struct, rename="camel"):
    bounce_type: str
    timestamp: datetime
    bounce_sub_type: str = ""
    feedback_id: str = ""
    bounced_recipients: list[_Recipient] = []


class _Complaint(msgspec.Struct, rename="camel"):
    timestamp: datetime
    feedback_id: str = ""
    complaint_feedback_type: str | None = None


class _Timed(msgspec.Struct):
    timestamp: datetime


class _Record(msgspec.Struct, rename="camel"):
    mail: _Mail
    event_type: str = ""
    notification_type: str = ""
    bounce: _Bounce | None = None
    complaint: _Complaint | None = None
    delivery: _Timed | None = None
    delivery_delay: _Timed | None = None


class IgnoredEvent(Exception):
    """The record is well formed, but its kind of event is not used, or its mail is not ours."""


def read(record: bytes | str) -> Feedback:
    """Return the event in an SES record. Raises IgnoredEvent, or msgspec.DecodeError for a malformed record."""
    found = msgspec.json.decode(record, type=_Record)
    name = found.event_type or found.notification_type
    if name not in [*Event, *_OTHER_NAMES]:
        raise IgnoredEvent(f"this kind of event is not used: {name[:40]}")
    event = _OTHER_NAMES.get(name) or Event(name)
    send, lead = (next(iter(found.mail.tags.get(tag, ())), "") for tag in ("send_id", "lead"))
    if not send or not lead:
        raise IgnoredEvent("the mail has no tags of ours")
    recipient = found.mail.destination[0] if found.mail.destination else ""
    own_id, at, final, detail = _details(event, found)
    return Feedback(
        event=event,
        send=send,
        lead=lead,
        message_id=found.mail.message_id,
        recipient=recipient,
        mailed=found.mail.timestamp.astimezone(UTC),
        at=at.astimezone(UTC),
        id=digest("feedback", event, own_id or found.mail.message_id, recipient),
        final=final,
        soft=event is Event.BOUNCED and found.bounce is not None and _cause(found.bounce) is BounceCause.MAILBOX,
        detail=detail,
    )


def given_up(feedback: Feedback, count: int) -> Feedback:
    """Return the soft bounce as the final one, on the last of `count` days."""
    return replace(feedback, final=True, detail=f"{feedback.detail}, on {count} days")


def _details(event: Event, found: _Record) -> tuple[str, datetime, bool, str]:
    """Return the event's own id ("" if it has none), its time, whether it is final, and its detail."""
    mailed = found.mail.timestamp
    match event:
        case Event.BOUNCED if found.bounce:
            bounce = found.bounce
            detail = f"{bounce.bounce_type}/{bounce.bounce_sub_type}"[:60]
            return bounce.feedback_id, bounce.timestamp, _cause(bounce) is BounceCause.ADDRESS, detail
        case Event.COMPLAINED if found.complaint:
            complaint = found.complaint
            kind = complaint.complaint_feedback_type or ""
            return complaint.feedback_id, complaint.timestamp, kind.casefold() != "not-spam", kind[:60]
        case Event.DELIVERED if found.delivery:
            return "", found.delivery.timestamp, False, ""
        case Event.DELAYED if found.delivery_delay:
            return found.delivery_delay.timestamp.isoformat(), found.delivery_delay.timestamp, False, ""
        case Event.SENT | Event.REJECTED | Event.RENDERING_FAILED:
            return "", mailed, False, ""
        case _:
            raise msgspec.ValidationError(f"the {event} event has no block of its own")


def _cause(bounce: _Bounce) -> BounceCause:
    status = next((recipient.status for recipient in bounce.bounced_recipients if recipient.status), "")
    return bounce_cause(bounce.bounce_type, bounce.bounce_sub_type, status.strip())


def send_after(send: Send, feedback: Feedback) -> MovedSend | None:
    """Return the send after the event, None if the event says nothing new. An event outweighs each state of ours.

    Of a mail that is accepted, only a delivery, a final or soft bounce, a final complaint and a failure are news, each
    once.
    """
    settled = accept(send, feedback.message_id, feedback.mailed).send
    match feedback.event:
        case Event.REJECTED:
            settled = replace(settled, state=SendState.FAILED, reason=Reason.REJECTED_BY_SES)
        case Event.RENDERING_FAILED:
            settled = replace(settled, state=SendState.FAILED, reason=Reason.RENDERING_FAILED)
        case Event.DELIVERED:
            settled = replace(settled, delivered=_earlier(send.delivered, feedback.at))
        case Event.BOUNCED if feedback.final or feedback.soft:
            soft = _earlier(send.soft_bounced, feedback.at) if feedback.soft else send.soft_bounced
            bounced = _earlier(send.bounced, feedback.at) if feedback.final else send.bounced
            settled = replace(settled, soft_bounced=soft, bounced=bounced)
        case Event.COMPLAINED if feedback.final:
            settled = replace(settled, complained=_earlier(send.complained, feedback.at))
        case _ if send.state is settled.state:
            return None
    return MovedSend(settled) if settled != send else None


def contact_after(contact: Contact, feedback: Feedback, record: str) -> Contact:
    """Return the contact after a final bounce or complaint.

    A complaint withdraws all consents; `record` names the proof.
    """
    if feedback.event is Event.BOUNCED:
        return replace(contact, bounced=_earlier(contact.bounced, feedback.at))
    withdrawn = {name: Permission(granted=False, at=feedback.at, record=record) for name in contact.consent}
    return replace(contact, complained=_earlier(contact.complained, feedback.at), consent=withdrawn)


def suppression_after(before: Suppression | None, feedback: Feedback) -> Suppression:
    """Return the suppression after a final event.

    A complaint outweighs a bounce, and of one kind the earliest counts.
    """
    reason = "complaint" if feedback.event is Event.COMPLAINED else "bounce"
    now = Suppression(reason=reason, at=feedback.at, detail=feedback.detail)
    if before is None:
        return now
    return min(before, now, key=lambda kept: (kept.reason != "complaint", kept.at, kept.detail))


def _earlier(before: datetime | None, at: datetime) -> datetime:
    return min(before or at, at)
