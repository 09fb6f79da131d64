"""The decisions about a lead: rows of their own, and those that are kept in the row that they are about."""

from collections.abc import Iterable, Iterator

from ripen.adapters.table import Create, Table, keys
from ripen.decision import Decision
from ripen.journey import enrollment_decisions
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity, decisions_inside
from ripen.mail import send_decisions
from ripen.mail.ledger import Send
from ripen.playbook.retention import DECISIONS_KEPT

_KINDS = ("decision#", "activity#", "send#", "enrollment#")
"""The kinds of rows that hold decisions."""


def create_decision(decision: Decision) -> Create[Decision]:
    """Return the change that stores the decision under its lead, in order of time."""
    key = keys.decision(decision.lead, decision.at, decision.id)
    return Create(key, decision, expires=decision.at + DECISIONS_KEPT)


def read_decisions(table: Table, lead: str) -> list[Decision]:
    """Return the decisions about the lead, in order of time."""
    return in_order_of_time(decisions_in(row.value for kind in _KINDS for row in table.under(lead, kind)))


def in_order_of_time(decisions: Iterable[Decision]) -> list[Decision]:
    return sorted(decisions, key=lambda decision: decision.at)


def decisions_in(values: Iterable[object]) -> Iterator[Decision]:
    """Yield the decisions in these values of rows."""
    for value in values:
        match value:
            case Decision():
                yield value
            case Activity():
                yield from decisions_inside(value)
            case Send():
                yield from send_decisions.decisions_about(value)
            case Enrollment():
                yield from enrollment_decisions.decisions_about(value)
