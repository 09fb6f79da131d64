"""What SES lets the account do: GetAccount, at most once a minute.

Source: the SES v2 API reference, "GetAccount" (SendQuota; a Max24HourSend of -1 is no limit).
"""

from time import monotonic
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from ripen.adapters import aws
from ripen.mail.send_rate import Quota

_FRESH_SECONDS = 55.0
_CAUTIOUS = Quota(per_second=1, per_day=-1, sent=0)
"""Where SES does not say: what every account may do."""
logger = Logger(child=True)


class SesQuota:
    """The client is made at the first question."""

    def __init__(self, client: Any = None) -> None:
        self._client = client
        self._known = _CAUTIOUS
        self._read = -1e9

    def read(self) -> Quota:
        """As it was at most a minute ago; the latest known where SES does not answer."""
        if monotonic() - self._read > _FRESH_SECONDS:
            self._client = self._client or aws.client("sesv2", attempts=2)
            try:
                self._known = _quota(self._client.get_account())
            except (BotoCoreError, ClientError) as error:
                logger.warning("SES does not tell its quota", error=type(error).__name__)
            self._read = monotonic()
        return self._known


def _quota(answer: dict[str, Any]) -> Quota:
    quota = answer.get("SendQuota", {})
    return Quota(
        per_second=float(quota.get("MaxSendRate", _CAUTIOUS.per_second)),
        per_day=float(quota.get("Max24HourSend", _CAUTIOUS.per_day)),
        sent=float(quota.get("SentLast24Hours", 0)),
    )
