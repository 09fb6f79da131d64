"""The share of bounces in all mail: above a tenth, all sending stops before SES suspends the account.

Campaigns halt by limits of their own (campaign/halt.py). This is for all mail, such as confirmations that strangers
request for addresses that do not exist.

Source: Amazon SES Developer Guide, "Reputation metrics" (an account is reviewed from 5 %, and may be paused from 10 %).
"""

from datetime import datetime, timedelta

STOPPED_BY = "Ripen: too many bounces"

_HOUR = timedelta(hours=1)
_LIMIT = 0.1
_ENOUGH = 20
"""Fewer bounces are no sign of an attack, whatever their share."""


class BounceRate:
    """Deliveries and final bounces of one hour, as far as one container of nurture.feedback has seen them."""

    def __init__(self) -> None:
        self._began: datetime | None = None
        self._delivered = self._bounced = 0

    def is_too_high_after(self, bounced: bool, now: datetime) -> bool:
        """Count the end of one mail. Return whether the share is too high; then the count begins again."""
        if self._began is None or not self._began <= now < self._began + _HOUR:
            self._reset(now)
        self._bounced += bounced
        self._delivered += not bounced
        if self._bounced < _ENOUGH or self._bounced < _LIMIT * (self._bounced + self._delivered):
            return False
        self._reset(now)
        return True

    def _reset(self, now: datetime) -> None:
        self._began, self._delivered, self._bounced = now, 0, 0
