"""The events that SES publishes about a mail, in its format, and the addresses of its mailbox simulator.

Source: AWS, Amazon SES Developer Guide, "Contents of event data that Amazon SES publishes" and "Mailbox simulator".
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from logging import getLogger
from typing import Any
from uuid import uuid4

from sandbox.ses.faults import Faults
from sandbox.ses.message import Kept

logger = getLogger(__name__)

Record = dict[str, Any]


def outcome(address: str, suppressed: bool) -> str:
    """Return the outcome of a mail to this address: delivered, bounced, deferred, complained or suppressed."""
    local, _, domain = address.lower().rpartition("@")
    if domain.startswith("simulator."):
        for prefix, result in _SIMULATED.items():
            if local.startswith(prefix):
                return result
    return "suppressed" if suppressed else "delivered"


_SIMULATED = {
    "bounce": "bounced",
    "softbounce": "deferred",
    "complaint": "complained",
    "suppressionlist": "suppressed",
}


@dataclass(frozen=True)
class Bounce:
    """Why a mail came back, with the codes of SES. The default is a hard bounce."""

    type: str = "Permanent"
    sub_type: str = "General"
    status: str = "5.1.1"


_HARD = Bounce()
_MAILBOX_FULL = Bounce("Transient", "MailboxFull", "4.2.2")
_SUPPRESSED = Bounce(sub_type="OnAccountSuppressionList")


def records(kept: Kept, at: datetime) -> list[Record]:
    """Return the records of all events of a mail with this outcome, in order."""
    sent = record(kept, "Send", at)
    match kept.outcome:
        case "delivered":
            return [sent, record(kept, "Delivery", at)]
        case "complained":
            return [sent, record(kept, "Delivery", at), record(kept, "Complaint", at)]
        case "bounced":
            return [sent, record(kept, "Bounce", at)]
        case "deferred":
            return [sent, record(kept, "Bounce", at, _MAILBOX_FULL)]
        case "suppressed":
            return [sent, record(kept, "Bounce", at, _SUPPRESSED)]
        case _:
            return [sent]


def reported(records: Iterable[Record], destinations: Iterable[Record]) -> list[Record]:
    """Return the records whose kinds a destination of the configuration set passes to SNS."""
    kinds = {
        kind
        for destination in destinations
        if destination.get("Enabled") and destination.get("SnsDestination")
        for kind in destination["MatchingEventTypes"]
    }
    return [each for each in records if each["eventType"].upper() in kinds]


def record(kept: Kept, event: str, at: datetime, bounce: Bounce = _HARD) -> Record:
    """Return the record of one event of a mail; only a bounce has a reason."""
    match event:
        case "Delivery":
            details = _delivery(kept, at)
        case "Bounce":
            details = _bounce(kept, at, bounce)
        case "Complaint":
            details = _complaint(kept, at)
        case "Reject":
            details = {"reason": "Bad content"}
        case _:
            details = {}
    return {"eventType": event, "mail": _mail(kept), event.lower(): details}


def _delivery(kept: Kept, at: datetime) -> Record:
    return {
        "timestamp": stamp(at),
        "processingTimeMillis": 420,
        "recipients": kept.recipients,
        "smtpResponse": "250 2.0.0 OK",
        "reportingMTA": "a10-1.smtp-out.amazonses.com",
    }


def _bounce(kept: Kept, at: datetime, bounce: Bounce) -> Record:
    status, reason = bounce.status, f"smtp; 550 {bounce.status} refused"
    return {
        "bounceType": bounce.type,
        "bounceSubType": bounce.sub_type,
        "bouncedRecipients": [
            {"emailAddress": address, "action": "failed", "status": status, "diagnosticCode": reason}
            for address in kept.recipients
        ],
        "timestamp": stamp(at),
        "feedbackId": _feedback_id(),
        "reportingMTA": "dsn; a10-1.smtp-out.amazonses.com",
    }


def _complaint(kept: Kept, at: datetime) -> Record:
    return {
        "complainedRecipients": [{"emailAddress": address} for address in kept.recipients],
        "timestamp": stamp(at),
        "feedbackId": _feedback_id(),
        "complaintSubType": None,
        "userAgent": "Amazon SES Mailbox Simulator",
        "complaintFeedbackType": "abuse",
        "arrivalDate": stamp(at),
    }


def _feedback_id() -> str:
    return f"0106{uuid4().hex}-000000"


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def _mail(kept: Kept) -> Record:
    return {
        "timestamp": kept.at,
        "source": kept.sender,
        "sendingAccountId": "000000000000",
        "messageId": kept.id,
        "destination": kept.recipients,
        "headersTruncated": False,
        "headers": [{"name": "From", "value": kept.sender}, {"name": "Subject", "value": kept.subject}],
        "commonHeaders": {"from": [kept.sender], "to": kept.recipients, "messageId": kept.id, "subject": kept.subject},
        "tags": {"ses:configuration-set": [kept.configuration_set]}
        | {name: [value] for name, value in kept.tags.items()},
    }


class Wire:
    """Publishes events in the background, one after another. A fault loses, delays or duplicates them."""

    def __init__(self, publish: Callable[[Record], None], faults: Faults) -> None:
        self._publish = publish
        self._faults = faults
        self._thread = ThreadPoolExecutor(1, "ses-events")
        self._delayed: list[Record] = []

    def publish(self, records: Iterable[Record]) -> None:
        """Publish the records in the background, as far as the faults let them through."""
        published = list(records)
        if self._faults.take("lose_events"):
            return
        if self._faults.take("delay_events"):
            self._delayed += published
            return
        if self._faults.take("duplicate_events"):
            published = [*reversed(published), *published]
        self._submit(published)

    def release(self) -> int:
        """Publish the delayed events and return how many there were."""
        delayed, self._delayed = self._delayed, []
        self._submit(delayed)
        return len(delayed)

    def drain(self) -> None:
        """Return when all events so far are published."""
        self._thread.submit(lambda: None).result()

    def _submit(self, records: list[Record]) -> None:
        for each in records:
            self._thread.submit(self._publish, each).add_done_callback(_log_failure)


def _log_failure(done: "Future[None]") -> None:
    if error := done.exception():
        logger.error("an event was not published: %s", error)
