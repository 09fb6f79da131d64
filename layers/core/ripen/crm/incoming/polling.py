"""The polls of the CRM: how often each is made, and how far it has come.

A round reads all changes, the oldest first, from a little before the previous round began. It may take several runs:
each goes on after the last record of the one before, by time and id, because many records may change at one moment.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from ripen.backoff import backoff
from ripen.errors import Undeliverable

POLL_INTERVAL = timedelta(minutes=5)
SLOW_INTERVAL = timedelta(minutes=30)
"""While few of the day's API calls are left. Opt-outs are read as often as ever."""
_LONGEST_WAIT = timedelta(hours=1)


class Position(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The last record that was read, in the order of the CRM's changes."""

    changed: datetime
    id: str


class Poll(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The part that the rows of all polls have in common."""

    since: datetime | None = None
    """All changes up to this time are read; None until the first round has ended."""
    began: datetime | None = None
    """When the current round began; None between rounds."""
    position: Position | None = None
    """How far the current round has come."""
    attempts: int = 0
    """Failed polls since the CRM last answered."""
    failing_since: datetime | None = None
    """When the first of them was made."""
    error: str = ""
    """The CRM's answer to the last of them."""


def poll_wait(attempts: int, failure: Undeliverable) -> timedelta:
    """Return how long a poll waits after a failure: as long as the CRM asks for, else longer with each attempt."""
    return backoff(attempts, POLL_INTERVAL, _LONGEST_WAIT, failure.after)
