"""A brake without a write: how often something happened lately, as far as one container of a function has seen it.

Several containers count apart, so a limit is exceeded at most once for each of them.
"""

from datetime import datetime, timedelta

_MOST_KEYS = 10_000


class RecentCounts:
    """Counts by key, in windows of fixed length. When it holds too many keys, it forgets the oldest."""

    def __init__(self, window: timedelta, most: int) -> None:
        self._window = window
        self._most = most
        self._began: datetime | None = None
        self._counts: dict[str, int] = {}

    def take(self, key: str, now: datetime, wanted: int = 1) -> int:
        """Count up to `wanted` for the key, and return how many of them are within the limit."""
        taken = max(0, min(wanted, self.left(key, now)))
        self._counts[key] = self._counts.pop(key, 0) + taken
        if len(self._counts) > _MOST_KEYS:
            del self._counts[next(iter(self._counts))]
        return taken

    def left(self, key: str, now: datetime) -> int:
        """Return how many more are within the limit."""
        if self._began is None or not self._began <= now < self._began + self._window:
            self._began, self._counts = now, {}
        return self._most - self._counts.get(key, 0)
