"""The switch that stops all sending.

The stop row is read often enough that no mail is claimed later than two seconds after a stop.
"""

from time import monotonic

from ripen.adapters.table import Table, keys

_MAX_AGE_SECONDS = 1.0


class StopSwitch:
    """The stop row, cached for one second of the wall clock."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._is_on = False
        self._read_at = -1e9

    def is_on(self) -> bool:
        """Return whether all sending is stopped, as of at most one second ago."""
        if monotonic() - self._read_at > _MAX_AGE_SECONDS:
            started = monotonic()
            row = self._table.get(keys.STOP)
            self._is_on = row is not None and row.value.on
            self._read_at = started
        return self._is_on
