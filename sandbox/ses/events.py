"""The events that SES publishes about a mail, in its words and shapes, and the mailbox simulator's addresses.

Source: AWS, Amazon SES Developer Guide, "Contents of event data that Amazon SES publishes" and "Mailbox simulator".
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
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


def records(kept: Kept, at: datetime) -> list[Record]:
    """Return all events of a mail with this outcome, in order."""
    told = [record(kept, "Send", at)]
    match kept.outcome:
        case "delivered":
            told.append(record(kept, "Delivery", at))
        case "complained":
            told += [record(kept, "Delivery", at), record(kept, "Complaint", at)]
        case "bounced":
            told.append(record(kept, "Bounce", at))
        case "deferred":
            told.append(record(kept, "Bounce", at, "Transient", "MailboxFull", "4.2.2"))
        case "suppressed":
            told.append(record(kept, "Bounce", at, "Permanent", "OnAccountSuppressionList"))
    return told


def record(
    kept: Kept,
    event: str,
    at: datetime,
    bounce_type: str = "Permanent",
    sub_type: str = "General",
    status: str = "5.1.1",
) -> Record:
    """Return one event that happened `at` this time."""
    moment = stamp(at)
    addresses = [{"emailAddress": address} for address in kept.recipients]
    blocks: dict[str, Record] = {
        "Send": {"send": {}},
        "Delivery": {
            "delivery": {
                "timestamp": moment,
                "processingTimeMillis": 420,
                "recipients": kept.recipients,
                "smtpResponse": "250 2.0.0 OK",
                "reportingMTA": "a10-1.smtp-out.amazonses.com",
            }
        },
        "Bounce": {
            "bounce": {
                "bounceType": bounce_type,
                "bounceSubType": sub_type,
                "bouncedRecipients": [
                    each | {"action": "failed", "status": status, "diagnosticCode": f"smtp; 550 {status} refused"}
                    for each in addresses
                ],
                "timestamp": moment,
                "feedbackId": f"0106{uuid4().hex}-000000",
                "reportingMTA": "dsn; a10-1.smtp-out.amazonses.com",
            }
        },
        "Complaint": {
            "complaint": {
                "complainedRecipients": addresses,
                "timestamp": moment,
                "feedbackId": f"0106{uuid4().hex}-000000",
                "complaintSubType": None,
                "userAgent": "Amazon SES Mailbox Simulator",
                "complaintFeedbackType": "abuse",
                "arrivalDate": moment,
            }
        },
        "Reject": {"reject": {"reason": "Bad content"}},
    }
    return {"eventType": event, "mail": _mail(kept), **blocks[event]}


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
    """Publishes events in the background, one after another; loses, delays or doubles them as the faults say."""

    def __init__(self, publish: Callable[[Record], None], faults: Faults) -> None:
        self._publish = publish
        self._faults = faults
        self._thread = ThreadPoolExecutor(1, "ses-events")
        self._held: list[Record] = []

    def tell(self, records: Iterable[Record]) -> None:
        told = list(records)
        if self._faults.take("lose_events"):
            return
        if self._faults.take("delay_events"):
            self._held += told
            return
        if self._faults.take("duplicate_events"):
            told = [*reversed(told), *told]
        for each in told:
            self._thread.submit(self._publish, each).add_done_callback(_noted)

    def release(self) -> int:
        """Publish the delayed events and return how many there were."""
        held, self._held = self._held, []
        for each in held:
            self._thread.submit(self._publish, each).add_done_callback(_noted)
        return len(held)

    def drain(self) -> None:
        """Return when all events so far are published."""
        self._thread.submit(lambda: None).result()


def _noted(done: "Future[None]") -> None:
    if error := done.exception():
        logger.error("an event was not published: %s", error)
