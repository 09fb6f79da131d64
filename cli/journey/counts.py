"""Who is where in a journey, and what became of its mails: counted row by row."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from cli.stack.roster import rows_of_those
from cli.stack.stack import Stack
from ripen.adapters.table import Row
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.state import State
from ripen.mail.ledger import Send, SendState


@dataclass
class Counts:
    """`here`: people by the step they stand on. `mails`: by step and by "sent", "held", "planned" … or the reason why not."""

    here: Counter[str] = field(default_factory=Counter)
    mails: Counter[tuple[str, str]] = field(default_factory=Counter)
    entered: int = 0
    finished: int = 0
    left: Counter[str] = field(default_factory=Counter)
    """By reason."""

    def of(self, step: str) -> list[tuple[str, int]]:
        """What became of the mails of one step, the most first."""
        found = [(outcome, count) for (at, outcome), count in self.mails.items() if at == step]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def counts(stack: Stack, journey: str) -> Counts:
    """All runs of the journey so far."""
    total = Counts()
    for row in _rows(stack, journey):
        match row.value:
            case Enrollment() as enrollment:
                _enrolled(total, enrollment)
            case Send() as send if send.origin == journey and not send.campaign:
                total.mails[send.step, _outcome(send)] += 1
    return total


def _rows(stack: Stack, journey: str) -> Iterator[Row[object]]:
    """Its enrollments, and mails, among them of other origins."""
    enrollments = f"enrollment#{journey}#"

    def was_in_it(state: State) -> bool:
        return journey in state.journeys

    def of(lead: str) -> Iterator[Row[object]]:
        yield from stack.table.under(lead, enrollments)
        yield from stack.table.under(lead, "send#")

    named = f'"origin":{msgspec.json.encode(journey).decode()}'
    return rows_of_those(stack.table, "People in the journey", was_in_it, of, {enrollments: "", "send#": named})


def _enrolled(total: Counts, enrollment: Enrollment) -> None:
    total.entered += 1
    match enrollment.state:
        case EnrollmentState.ACTIVE:
            total.here[enrollment.step] += 1
        case EnrollmentState.FINISHED:
            total.finished += 1
        case EnrollmentState.EXITED:
            total.left[enrollment.reason] += 1


def _outcome(send: Send) -> str:
    match send.state:
        case SendState.ACCEPTED:
            return "sent"
        case SendState.SKIPPED | SendState.FAILED:
            return send.reason
        case _:
            return str(send.state)
