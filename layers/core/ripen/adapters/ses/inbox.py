"""Mails that SES has received: SES stores each mail in S3 and notifies through SNS.

Source: Amazon SES Developer Guide, "Notifications for Amazon SES email receiving" (mail, receipt, S3 action).
"""

import json
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from ripen.adapters import aws
from ripen.errors import Rejected


class Received(Struct, frozen=True, kw_only=True):
    """SES's notification of one received mail. `sender` is the envelope's; "" for bounces and automatic mails."""

    id: str
    at: datetime
    sender: str
    recipients: tuple[str, ...]
    key: str
    """The object's key in the bucket."""
    harmless: bool
    """Whether SES found neither spam nor a virus."""
    authenticated: bool
    """Whether the domain in From sent it, as DMARC shows. A domain without DMARC proves nothing (GRAY)."""


_TOPIC_TEST = "Successfully validated SNS topic"
"""The start of the text that SES posts to the topic of a new rule."""
_RULE_TEST = "AMAZON_SES_SETUP_NOTIFICATION"
"""The name of the mail that SES stores when a rule with an S3 action is created."""


def parse_notification(body: str) -> Received | None:
    """Return the notification in the body of an SQS message, or None for SES's test of a new receipt rule.

    Raises Rejected for any other text.
    """
    try:
        message = str(json.loads(body)["Message"])
        if message.startswith(_TOPIC_TEST):
            return None
        notification = json.loads(message)
        mail, receipt = notification["mail"], notification["receipt"]
        if _RULE_TEST in (mail["messageId"], receipt["action"]["objectKey"].rpartition("/")[2]):
            return None
        verdicts = [receipt.get(name, {}).get("status") for name in ("spamVerdict", "virusVerdict")]
        return Received(
            id=str(mail["messageId"]),
            at=datetime.fromisoformat(mail["timestamp"]).astimezone(UTC),
            sender=str(mail.get("source") or "").strip("<>"),
            recipients=tuple(map(str, receipt["recipients"])),
            key=str(receipt["action"]["objectKey"]),
            harmless="FAIL" not in verdicts,
            authenticated=receipt.get("dmarcVerdict", {}).get("status") == "PASS",
        )
    except (ValueError, OverflowError, KeyError, TypeError, AttributeError) as error:
        raise Rejected("not a notification of a received mail") from error


class Inbox:
    """The bucket of received mails."""

    def __init__(self, bucket: str, client: Any = None) -> None:
        self._bucket = bucket
        self._client = client

    def read(self, key: str, most: int) -> bytes:
        """Return the first `most` bytes of a mail (RFC 5322)."""
        self._client = self._client or aws.client("s3", read_timeout=10)
        answer = self._client.get_object(Bucket=self._bucket, Key=key)
        return bytes(answer["Body"].read(most))
