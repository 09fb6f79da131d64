"""The row of the gate in front of Salesforce: read before each call, written after it if something has changed."""

from collections.abc import Callable
from datetime import datetime, timedelta

from ripen.adapters.table import Conflict, Replace, Row, Table, keys
from ripen.crm import call_gate
from ripen.crm.api_usage import ApiUsage
from ripen.crm.call_gate import CrmGate
from ripen.errors import Undeliverable
from ripen.ports import Clock

_MAX_AGE = timedelta(seconds=2)
_SOON = 10
"""Seconds after which to ask again when another worker probes at this moment."""


class CallGate:
    """The gate for the calls of one function. With `can_wait`, they leave the last calls of the day to others."""

    def __init__(self, table: Table, clock: Clock, can_wait: bool = False) -> None:
        self._table, self._clock, self._can_wait = table, clock, can_wait
        self._row = Row(keys.CRM_GATE, CrmGate(), 0)
        self._read: datetime | None = None

    def enter(self) -> None:
        """Raise Undeliverable if no call is to be made now. The first call after a pause is the one that probes."""
        now = self._clock.now()
        if self._read is None or not self._read <= now < self._read + _MAX_AGE:
            self._reread(now)
        if refused := call_gate.refusal(self._row.value, self._can_wait, now):
            raise refused
        probing = call_gate.probing(self._row.value, now)
        if probing != self._row.value and not self._write(probing):
            self._reread(now)
            raise Undeliverable(self._row.value.breaker.reason or probing.breaker.reason, permanent=False, after=_SOON)

    def answered(self, usage: ApiUsage | None) -> None:
        """Note that Salesforce has answered."""
        self._change(lambda gate: call_gate.answered(gate, usage, self._clock.now()))

    def failed(self, failure: Undeliverable, usage: ApiUsage | None) -> None:
        """Note that a whole call has failed."""
        self._change(lambda gate: call_gate.failed(gate, failure, usage, self._clock.now()))

    def _change(self, change: Callable[[CrmGate], CrmGate]) -> None:
        """Write what changes. After a conflict another worker has noted the same, and is left alone."""
        after = change(self._row.value)
        if after != self._row.value and not self._write(after):
            self._reread(self._clock.now())

    def _reread(self, now: datetime) -> None:
        self._row = self._table.get(keys.CRM_GATE) or Row(keys.CRM_GATE, CrmGate(), 0)
        self._read = now

    def _write(self, gate: CrmGate) -> bool:
        row = self._row
        try:
            self._table.write(Replace(row.key, gate, row.version))
        except Conflict:
            return False
        self._row = Row(row.key, gate, row.version + 1)
        return True
