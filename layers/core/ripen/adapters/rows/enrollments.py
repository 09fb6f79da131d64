"""The rows that change when something is decided about an enrollment."""

from collections.abc import Iterable
from datetime import datetime

from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.table import Change, Replace, Row
from ripen.agenda import Lane
from ripen.decision import Decision
from ripen.journey.enrollment import Enrollment
from ripen.journey.enrollment_decisions import with_decisions


def move_enrollment(
    row: Row[Enrollment], after: Enrollment, made: Iterable[Decision], due: datetime | None = None
) -> list[Change]:
    """Return the change of the enrollment, with the decisions about it, and a row for each older one that it drops."""
    moved, older = with_decisions(after, made)
    rows = (create_decision(decision) for decision in older)
    return [*rows, Replace(row.key, moved, row.version, due=due, lane=Lane.BULK)]
