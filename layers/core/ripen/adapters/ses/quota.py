"""The account's sending quota in SES, read at most once a minute.

Source: Amazon SES API v2 Reference, "GetAccount" (SendQuota; a Max24HourSend of -1 means no limit).
"""

from time import monotonic
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from ripen.adapters import aws
from ripen.mail.limits.send_rate import Quota

_MAX_AGE_SECONDS = 55.0
_LOWEST = Quota(per_second=1, per_day=-1, sent=0)
"""The rate that every account has, used until SES answers."""
logger = Logger(child=True)


class SesQuota:
    """The sending quota. The client is created at the first read."""

    def __init__(self, client: Any = None) -> None:
        self._client = client
        self._quota = _LOWEST
        self._read_at = -1e9

    def read(self) -> Quota:
        """Return the quota as of at most a minute ago; the last known quota if SES does not answer."""
        if monotonic() - self._read_at > _MAX_AGE_SECONDS:
            self._client = self._client or aws.client("sesv2", attempts=2)
            try:
                self._quota = _quota(self._client.get_account())
            except (BotoCoreError, ClientError) as error:
                logger.warning("SES quota not read", error=type(error).__name__)
            self._read_at = monotonic()
        return self._quota


def _quota(answer: dict[str, Any]) -> Quota:
    quota = answer.get("SendQuota", {})
    return Quota(
        per_second=float(quota.get("MaxSendRate", _LOWEST.per_second)),
        per_day=float(quota.get("Max24HourSend", _LOWEST.per_day)),
        sent=float(quota.get("SentLast24Hours", 0)),
    )
