"""Is all sending stopped? The stop row, looked at often enough that two seconds after it is written nothing is claimed."""

from time import monotonic

from ripen.adapters.table import Table, keys

_FRESH_SECONDS = 1.0


class StopSign:
    def __init__(self, table: Table) -> None:
        self._table = table
        self._on = False
        self._read = -1e9

    def on(self) -> bool:
        """As it was at most one second ago, by the wall clock."""
        if monotonic() - self._read > _FRESH_SECONDS:
            asked = monotonic()
            row = self._table.get(keys.STOP)
            self._on = row is not None and row.value.on
            self._read = asked
        return self._on
