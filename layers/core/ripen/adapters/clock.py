"""The application clock: the wall clock, and on the local cloud an offset that `ripen clock +3d` writes to a row."""

from datetime import UTC, datetime, timedelta
from time import monotonic

from ripen.adapters.table import Table, keys

_FRESH_SECONDS = 0.2


class ApplicationClock:
    """`moves` is False on AWS: then this is the wall clock and nothing is read."""

    def __init__(self, table: Table, moves: bool) -> None:
        self._table = table
        self._moves = moves
        self._offset = timedelta()
        self._read = -1e9

    def now(self) -> datetime:
        """Aware UTC."""
        if self._moves and monotonic() - self._read > _FRESH_SECONDS:
            row = self._table.get(keys.CLOCK)
            self._offset = timedelta(seconds=row.value.seconds if row else 0)
            self._read = monotonic()
        return datetime.now(UTC) + self._offset
