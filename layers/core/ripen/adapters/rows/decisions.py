"""The decisions about a lead: rows of their own, and those that are kept in the row that they are about."""

from collections.abc import Iterable, Iterator

from ripen.adapters.table import Create, Table, keys
from ripen.decision import Decision
from ripen.mail.ledger import Send
from ripen.mail.send_decisions import decisions

_KINDS = ("decision#", "send#")
"""The kinds of rows that hold decisions."""


def create_decision(decision: Decision) -> Create[Decision]:
    """Return the change that stores the decision under its lead, in order of time."""
    return Create(keys.decision(decision.lead, decision.at, decision.id), decision)


def read_decisions(table: Table, lead: str) -> list[Decision]:
    """Return the decisions about the lead, in order of time."""
    values = (row.value for kind in _KINDS for row in table.under(lead, kind))
    return sorted(decisions_in(values), key=lambda decision: decision.at)


def decisions_in(values: Iterable[object]) -> Iterator[Decision]:
    """Yield the decisions in these values of rows."""
    for value in values:
        match value:
            case Decision():
                yield value
            case Send():
                yield from decisions(value)
