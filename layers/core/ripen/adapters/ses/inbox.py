"""Mails that SES has received for us: kept in S3, told of by SNS.

Source: Amazon SES, "Notifications for Amazon SES email receiving" (mail, receipt, the S3 action).
"""

import json
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from ripen.adapters import aws
from ripen.errors import Rejected


class Received(Struct, frozen=True, kw_only=True):
    """What SES says of one mail. `sender` is the envelope's; "" for what no person sends."""

    id: str
    at: datetime
    sender: str
    recipients: tuple[str, ...]
    key: str
    """Where it lies in the bucket."""
    harmless: bool
    """Neither spam nor a virus."""


def told(body: str) -> Received:
    """Out of the message that SNS puts into the queue. Raises Rejected for anything else."""
    try:
        found = json.loads(json.loads(body)["Message"])
        mail, receipt = found["mail"], found["receipt"]
        verdicts = [receipt.get(name, {}).get("status") for name in ("spamVerdict", "virusVerdict")]
        return Received(
            id=str(mail["messageId"]),
            at=datetime.fromisoformat(mail["timestamp"]).astimezone(UTC),
            sender=str(mail.get("source") or "").strip("<>"),
            recipients=tuple(map(str, receipt["recipients"])),
            key=str(receipt["action"]["objectKey"]),
            harmless="FAIL" not in verdicts,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Rejected("no mail") from error


class Inbox:
    """The mails in their bucket."""

    def __init__(self, bucket: str, client: Any = None) -> None:
        self._bucket = bucket
        self._client = client

    def read(self, key: str, most: int) -> bytes:
        """The first `most` bytes of a mail."""
        self._client = self._client or aws.client("s3", read_timeout=10)
        found = self._client.get_object(Bucket=self._bucket, Key=key)
        return bytes(found["Body"].read(most))
