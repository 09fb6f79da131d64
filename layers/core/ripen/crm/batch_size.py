"""How many leads one call writes to the CRM: 200, and fewer for a while after a call that took too long.

In a company with triggers and flows, 200 records may take longer than we wait. The CRM goes on writing them, and the
same call would take as long again.
"""

from datetime import datetime, timedelta

from msgspec import Struct

MOST = 200
"""The limit of Salesforce's collections API."""
_LEAST = 25
"""A call with so few leads that takes too long shows an outage, and not a slow trigger."""
_TRUSTED_FOR = timedelta(hours=1)


class BatchSize(Struct, frozen=True):
    """The number of leads in one call, as the latest call that took too long showed it."""

    leads: int = MOST
    timed_out: datetime | None = None

    def at(self, now: datetime) -> int:
        """Return the number of leads for a call now."""
        is_recent = self.timed_out is not None and now < self.timed_out + _TRUSTED_FOR
        return self.leads if is_recent else MOST

    def after_timeout(self, written: int, now: datetime) -> "BatchSize":
        """Return the size after a call with so many leads took too long."""
        return BatchSize(max(_LEAST, min(written, self.at(now)) // 2), now) if written > _LEAST else self
