"""How often the CRM is polled."""

from datetime import timedelta

from ripen.backoff import backoff
from ripen.errors import Undeliverable

POLL_INTERVAL = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(hours=1)


def poll_wait(attempts: int, failure: Undeliverable) -> timedelta:
    """Return how long a poll waits after a failure: as long as the CRM asks for, else longer with each attempt."""
    return backoff(attempts, POLL_INTERVAL, _LONGEST_WAIT, failure.after)
