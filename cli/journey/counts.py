"""Who is where in a journey, and what became of its mails: counted by a walk over the roster."""

from collections import Counter
from dataclasses import dataclass, field

from cli.roster import walk_those
from cli.stack import Stack
from ripen.journey import Enrollment, EnrollmentState
from ripen.ledger import Send, SendState
from ripen.state import State


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

    def was_in_it(state: State) -> bool:
        return journey in state.journeys

    runs = walk_those(stack.table, "People in the journey", was_in_it, lambda lead: _of(lead, journey, stack))
    for enrollments, sends in runs:
        for enrollment in enrollments:
            _enrolled(total, enrollment)
        for send in sends:
            total.mails[send.step, _outcome(send)] += 1
    return total


def _of(lead: str, journey: str, stack: Stack) -> tuple[list[Enrollment], list[Send]] | None:
    enrollments = [row.value for row in stack.table.under(lead, f"enrollment#{journey}#")]
    if not enrollments:
        return None
    sends = [row.value for row in stack.table.under(lead, "send#") if row.value.origin == journey]
    return enrollments, [send for send in sends if not send.campaign]


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
