"""People in journeys whose step a new playbook changes or removes, and the word of the new playbook about them."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Conflict, Mark, Table, keys
from ripen.agenda import Lane
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.journey.routing import steps_by_id
from ripen.operations.leads.scan import scan_rows
from ripen.operations.progress import Progress, silent
from ripen.operations.publication.difference import difference
from ripen.operations.publication.removed_parts import removes_parts
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Move
from ripen.words import Words


@dataclass(frozen=True, order=True)
class AffectedStep:
    """A step with people on it that the new playbook changes or removes."""

    journey: str
    step: str
    how: str
    """changed, removed, or journey removed."""
    people: int
    move: Move | None = None
    """What the new file of the journey says under `changes`. None: nothing."""

    @property
    def is_undecided(self) -> bool:
        """The new file must say what happens to these people. In a removed journey they go on by the old version."""
        return self.move is None and self.how != "journey removed"

    @property
    def demand(self) -> Words:
        """What to write, and into which file."""
        file, example = f"journeys/{self.journey}.yaml", f"changes: {{{self.step}: stay}}"
        are = f"{self.people} {'people are' if self.people != 1 else 'person is'}"
        how = {"changed": "変更", "removed": "削除"}.get(self.how, self.how)
        return Words(
            f"{are} on {self.step}, which is {self.how}: write into {file} {example} – or: move to <step>, exit",
            f"{self.step} に {self.people} 人がいますが、この手順は{how}されています: {file} に {example} と書いて"
            "ください（または move to <手順>、exit）",
        )


def people_in_journeys(table: Table, progress: Progress = silent) -> list[Enrollment]:
    """Return all active enrollments."""
    rows = scan_rows(
        table,
        lambda state: bool(state.journeys),
        lambda lead: table.under(lead, "enrollment#"),
        {"enrollment#": ""},
        progress,
    )
    return [
        row.value for row in rows if isinstance(row.value, Enrollment) and row.value.state is EnrollmentState.ACTIVE
    ]


def affected_steps(enrollments: Iterable[Enrollment], new: Bundle, playbook: Playbook) -> list[AffectedStep]:
    """Return the steps with people on them that differ from the graph to which these people are pinned."""
    count = Counter(step for enrollment in enrollments if (step := _affected(enrollment, new, playbook)))
    return sorted(
        AffectedStep(journey, step, how, people, _move(new, journey, step))
        for (journey, step, how), people in count.items()
    )


def affected_people(
    live: Bundle | None, new: Bundle, table: Table, playbook: Playbook, progress: Progress = silent
) -> tuple[list[Enrollment], list[AffectedStep]]:
    """Return all active enrollments and the affected steps.

    Read nothing if the new playbook changes no step of the live one and removes no part that a journey may need.
    """
    is_changed = any(step.how != "added" for journey in difference(live, new).journeys for step in journey.steps)
    if not is_changed and not removes_parts(live, new):
        return [], []
    enrollments = people_in_journeys(table, progress)
    return enrollments, affected_steps(enrollments, new, playbook)


def move_on(enrollments: list[Enrollment], steps: list[AffectedStep], table: Table, now: datetime) -> int:
    """Wake the leads that the new file moves to another step, and return their number.

    Call this only when the new playbook is in force: before that, workers would find nothing changed, and look again
    only when the wait is over.
    """
    leaving = {(step.journey, step.step) for step in steps if step.move and step.move.how != "stay"}
    due = [each for each in enrollments if (each.journey, each.step) in leaving]
    for each in due:
        with suppress(Conflict):  # the lead was erased meanwhile
            table.write(Mark(keys.enrollment(each.lead, each.journey, each.key), now, Lane.BULK))
    return len(due)


def _affected(enrollment: Enrollment, new: Bundle, playbook: Playbook) -> tuple[str, str, str] | None:
    pinned = playbook.bundle(enrollment.bundle).journeys[enrollment.journey]
    here = steps_by_id(pinned).get(enrollment.step)
    if here is None:
        return None
    journey = new.journeys.get(enrollment.journey)
    if journey is None:
        return enrollment.journey, here.id, "journey removed"
    there = steps_by_id(journey).get(here.id)
    if there == here:
        return None
    return enrollment.journey, here.id, "changed" if there else "removed"


def _move(new: Bundle, journey: str, step: str) -> Move | None:
    return new.journeys[journey].moves.get(step) if journey in new.journeys else None
