"""What SES tells about a mail after it took it, and what each kind means for the send, the lead and the address.

The same events in any order, late or repeated, give the same rows. Source of the shapes: AWS, Amazon SES Developer Guide,
"Contents of event data that Amazon SES publishes"; tag values are lists, `headers` may be missing, and our ids are read
from the tags alone.
"""

from copy import replace
from datetime import UTC, datetime
from enum import StrEnum

import msgspec
from msgspec import Struct

from ripen.ids import digest
from ripen.lead.contact import Contact, Permission, Suppression
from ripen.mail.ledger import Moved, Send, SendState, accept

_INVALID_DOMAIN = "5.4.4"
_POLICY = "5.7."
"""Status of a refusal for security or policy (RFC 3463 §3.8): our authentication or standing, not the person's address."""


class Event(StrEnum):
    SENT = "Send"
    DELIVERED = "Delivery"
    BOUNCED = "Bounce"
    COMPLAINED = "Complaint"
    REJECTED = "Reject"
    RENDERING_FAILED = "Rendering Failure"
    DELAYED = "DeliveryDelay"


_ALSO = {"RenderingFailure": Event.RENDERING_FAILED}


class Feedback(Struct, frozen=True, kw_only=True):
    """One event about one send of ours."""

    event: Event
    send: str
    lead: str
    message_id: str
    recipient: str
    """The address as we handed it over (a complaint's own list may be redacted)."""
    mailed: datetime
    at: datetime
    id: str
    """The same for a repetition of the same event."""
    final: bool = False
    """A bounce or complaint after which nobody may write to the address."""
    detail: str = ""
    """"Permanent/General", "abuse", …: no personal data."""


class _Mail(msgspec.Struct, rename="camel"):
    timestamp: datetime
    message_id: str
    destination: list[str] = []
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


class Ignored(Exception):
    """Well formed, but nothing for us: an event of another kind, or a mail that is not one of ours."""


def read(record: bytes | str) -> Feedback:
    """The event in a record of SES's. Raises Ignored, and msgspec.DecodeError where it is none."""
    found = msgspec.json.decode(record, type=_Record)
    name = found.event_type or found.notification_type
    if name not in [*Event, *_ALSO]:
        raise Ignored(f"an event of another kind: {name[:40]}")
    event = _ALSO.get(name) or Event(name)
    send, lead = (found.mail.tags.get(tag, [""])[0] for tag in ("send_id", "lead"))
    if not send or not lead:
        raise Ignored("a mail without our tags")
    recipient = found.mail.destination[0] if found.mail.destination else ""
    own_id, at, final, detail = _particulars(event, found)
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
        detail=detail,
    )


def _particulars(event: Event, found: _Record) -> tuple[str, datetime, bool, str]:
    """(id of its own, when, final, detail) of an event."""
    mailed = found.mail.timestamp
    match event:
        case Event.BOUNCED if found.bounce:
            bounce = found.bounce
            detail = f"{bounce.bounce_type}/{bounce.bounce_sub_type}"[:60]
            return bounce.feedback_id, bounce.timestamp, _hard(bounce), detail
        case Event.COMPLAINED if found.complaint:
            complaint = found.complaint
            kind = complaint.complaint_feedback_type or ""
            return complaint.feedback_id, complaint.timestamp, kind != "not-spam", kind[:60]
        case Event.DELIVERED if found.delivery:
            return "", found.delivery.timestamp, False, ""
        case Event.DELAYED if found.delivery_delay:
            return found.delivery_delay.timestamp.isoformat(), found.delivery_delay.timestamp, False, ""
        case Event.SENT | Event.REJECTED | Event.RENDERING_FAILED:
            return "", mailed, False, ""
        case _:
            raise msgspec.ValidationError(f"a {event} event without its block")


def _hard(bounce: _Bounce) -> bool:
    statuses = [recipient.status or "" for recipient in bounce.bounced_recipients]
    if _INVALID_DOMAIN in statuses:
        return True
    ours = bounce.bounce_sub_type == "General" and any(status.startswith(_POLICY) for status in statuses)
    return bounce.bounce_type == "Permanent" and not ours


def settle(send: Send, feedback: Feedback) -> Moved | None:
    """What the event makes of the send; None if it was taken in before. An event wins over every state of ours."""
    if feedback.id in send.events:
        return None
    if feedback.event in (Event.REJECTED, Event.RENDERING_FAILED):
        reason = "rejected by SES" if feedback.event is Event.REJECTED else "rendering failed"
        settled = replace(
            accept(send, feedback.message_id, feedback.mailed).send, state=SendState.FAILED, reason=reason
        )
    else:
        settled = accept(send, feedback.message_id, feedback.mailed).send
    match feedback.event:
        case Event.DELIVERED:
            settled = replace(settled, delivered=_earlier(send.delivered, feedback.at))
        case Event.BOUNCED if feedback.final:
            settled = replace(settled, bounced=_earlier(send.bounced, feedback.at))
        case Event.COMPLAINED if feedback.final:
            settled = replace(settled, complained=_earlier(send.complained, feedback.at))
        case _:
            pass
    return Moved(replace(settled, events=tuple(sorted((*send.events, feedback.id)))))


def refused(contact: Contact, feedback: Feedback, record: str) -> Contact:
    """The contact after a final bounce or complaint; a complaint takes the consent back (`record` is its proof)."""
    if feedback.event is Event.BOUNCED:
        return replace(contact, bounced=_earlier(contact.bounced, feedback.at))
    withdrawn = {name: Permission(granted=False, at=feedback.at, record=record) for name in contact.consent}
    return replace(contact, complained=_earlier(contact.complained, feedback.at), consent=withdrawn)


def suppressed(before: Suppression | None, feedback: Feedback) -> Suppression:
    """Why nobody may write to the address: a complaint weighs more than a bounce, and the earliest of a kind counts."""
    reason = "complaint" if feedback.event is Event.COMPLAINED else "bounce"
    now = Suppression(reason=reason, at=feedback.at, detail=feedback.detail)
    if before is None:
        return now
    return min(before, now, key=lambda kept: (kept.reason != "complaint", kept.at, kept.detail))


def _earlier(before: datetime | None, at: datetime) -> datetime:
    return min(before or at, at)
