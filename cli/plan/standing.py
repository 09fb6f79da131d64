"""Who stands where: everybody in a journey, by the step they stand on and what a new playbook makes of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from cli.stack.roster import rows_of_those
from cli.stack.stack import Stack
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.journey.routing import steps_of
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Move


@dataclass(frozen=True, order=True)
class Place:
    """A step on which people stand that is another one, or gone, in the new playbook. `move` is what the journey's file
    says about it: None where it says nothing."""

    journey: str
    step: str
    how: str
    """changed, removed, or journey removed."""
    people: int
    move: Move | None = None

    @property
    def is_open(self) -> bool:
        """Somebody has to say what becomes of them. A journey without a file says nothing: who is in it goes on."""
        return self.move is None and self.how != "journey removed"


def everyone(stack: Stack) -> list[Enrollment]:
    """All enrollments that are not over."""
    rows = rows_of_those(
        stack.table,
        "People in journeys",
        lambda state: bool(state.journeys),
        lambda lead: stack.table.under(lead, "enrollment#"),
        {"enrollment#": f'"state":"{EnrollmentState.ACTIVE}"'},
    )
    return [
        row.value for row in rows if isinstance(row.value, Enrollment) and row.value.state is EnrollmentState.ACTIVE
    ]


def places(stack: Stack, enrollments: Iterable[Enrollment], new: Bundle) -> list[Place]:
    """Where people stand on steps that are others than in the graph they are pinned to."""
    count = Counter(place for enrollment in enrollments if (place := _place(stack, enrollment, new)))
    return sorted(
        Place(journey, step, how, people, _move(new, journey, step)) for (journey, step, how), people in count.items()
    )


def _place(stack: Stack, enrollment: Enrollment, new: Bundle) -> tuple[str, str, str] | None:
    pinned = stack.playbook.bundle(enrollment.bundle).journeys[enrollment.journey]
    here = steps_of(pinned).get(enrollment.step)
    if here is None:
        return None
    journey = new.journeys.get(enrollment.journey)
    if journey is None:
        return enrollment.journey, here.id, "journey removed"
    there = steps_of(journey).get(here.id)
    if there == here:
        return None
    return enrollment.journey, here.id, "changed" if there else "removed"


def _move(new: Bundle, journey: str, step: str) -> Move | None:
    return new.journeys[journey].moves.get(step) if journey in new.journeys else None
