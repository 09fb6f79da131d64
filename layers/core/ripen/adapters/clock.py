"""The application clock: the wall clock plus, on the local cloud, an offset that `ripen clock +3d` writes to a row."""

from datetime import UTC, datetime, timedelta
from time import monotonic

from ripen.adapters.table import Table, keys

_MAX_AGE_SECONDS = 0.05


class ApplicationClock:
    """Implements ports.Clock. With `moves` False, as on AWS, it is the wall clock and reads no row."""

    def __init__(self, table: Table, moves: bool) -> None:
        self._table = table
        self._moves = moves
        self._offset = timedelta()
        self._read_at = -1e9

    def now(self) -> datetime:
        """Return the current time in aware UTC."""
        if self._moves and monotonic() - self._read_at > _MAX_AGE_SECONDS:
            row = self._table.get(keys.CLOCK)
            self._offset = timedelta(seconds=row.value.seconds if row else 0)
            self._read_at = monotonic()
        return datetime.now(UTC) + self._offset

    @property
    def ahead(self) -> timedelta:
        """By how much it was ahead of the wall clock when it was last asked."""
        return self._offset
