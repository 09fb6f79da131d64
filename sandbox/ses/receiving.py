"""Receive mail: keep it in S3 and announce it through SNS, as the stack's receipt rules say.

Source: AWS, Amazon SES Developer Guide, "Notification contents for Amazon SES email receiving" and "Creating receipt
rules".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from typing import Any
from uuid import uuid4

from sandbox.ses.checks import Refused, bare
from sandbox.ses.events import stamp

_PASSED = {"status": "PASS"}
_VERDICTS = ("spamVerdict", "virusVerdict", "spfVerdict", "dkimVerdict", "dmarcVerdict")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A receipt rule that keeps the mail in a bucket, the only kind that the stack uses."""

    recipients: tuple[str, ...]
    """Domains or addresses."""
    bucket: str
    prefix: str
    topic: str

    def wants(self, address: str) -> bool:
        return address.lower() in self.recipients or address.lower().rpartition("@")[2] in self.recipients


class Receiving:
    """Receives mail; `put` stores bytes under a bucket and a key, `publish` sends a notification to a topic."""

    def __init__(
        self,
        put: Callable[[str, str, bytes], None],
        publish: Callable[[str, dict[str, Any]], None],
        now: Callable[[], datetime],
    ) -> None:
        self._put = put
        self._publish = publish
        self._now = now
        self.rules: list[Rule] = []

    def take(self, sender: str, recipients: Sequence[str], raw: bytes, dmarc: str = "PASS") -> str:
        """Keep and announce a mail from this envelope sender; return its id. Raises Refused if no rule takes it.

        `dmarc` is SES's verdict: "PASS", "FAIL", "GRAY" (a domain without DMARC) or "PROCESSING_FAILED".
        """
        for rule in self.rules:
            if wanted := [address for each in recipients if rule.wants(address := bare(each))]:
                return self._kept(rule, sender, wanted, raw, dmarc)
        raise Refused("MailboxUnavailable", f"550 5.1.1 No receipt rule takes mail for {', '.join(recipients)}.", 409)

    def _kept(self, rule: Rule, sender: str, recipients: list[str], raw: bytes, dmarc: str) -> str:
        id, at = uuid4().hex, self._now()
        kept = f"Return-Path: <{sender}>\r\nX-SES-Spam-Verdict: PASS\r\nX-SES-Virus-Verdict: PASS\r\n".encode() + raw
        self._put(rule.bucket, rule.prefix + id, kept)
        notification = _notification(rule, id, sender, recipients, raw, at)
        notification["receipt"]["dmarcVerdict"] = {"status": dmarc}
        self._publish(rule.topic, notification)
        return id


def _notification(rule: Rule, id: str, sender: str, recipients: list[str], raw: bytes, at: datetime) -> dict[str, Any]:
    headers = [{"name": name, "value": str(value)} for name, value in message_from_bytes(raw).items()]
    action = {
        "type": "S3",
        "topicArn": rule.topic,
        "bucketName": rule.bucket,
        "objectKeyPrefix": rule.prefix,
        "objectKey": rule.prefix + id,
    }
    return {
        "notificationType": "Received",
        "mail": {
            "timestamp": stamp(at),
            "source": sender,
            "messageId": id,
            "destination": recipients,
            "headersTruncated": False,
            "headers": headers,
        },
        "receipt": {"timestamp": stamp(at), "processingTimeMillis": 300, "recipients": recipients, "action": action}
        | dict.fromkeys(_VERDICTS, _PASSED),
    }
