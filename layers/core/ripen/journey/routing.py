"""The way through a journey's graph: the step on which an enrollment waits, and the step that comes next."""

from collections.abc import Mapping
from functools import lru_cache

from ripen.identity import IdentityKey
from ripen.journey.enrollment import Enrollment
from ripen.playbook.bundle import Email
from ripen.playbook.graph import BranchStep, Journey, JumpStep, SendStep, Step, WaitStep
from ripen.playbook.paths import END, OneWayStep


def steps_by_id(journey: Journey) -> Mapping[str, Step]:
    """Return the journey's steps by id."""
    return _steps_by_id(IdentityKey(journey))


def waiting_step(enrollment: Enrollment, journey: Journey) -> Step | None:
    """Return the step on which the enrollment waits, even if the wait is over; None between two steps."""
    step = steps_by_id(journey).get(enrollment.step)
    if step is None or not step.waits:
        return None
    waits = enrollment.until is not None if isinstance(step, WaitStep) else step.id not in enrollment.paths_taken
    return step if waits else None


def next_step(enrollment: Enrollment, journey: Journey) -> str:
    """Return the id of the step that comes next, by the path taken at the current step; END without one."""
    if not enrollment.step:
        return enrollment.paths_taken.get("", journey.first)
    match step := steps_by_id(journey)[enrollment.step]:
        case JumpStep() if enrollment.visits.get(step.id, 0) <= step.most:
            return step.to
        case BranchStep():
            default = step.otherwise
        case OneWayStep():
            default = step.next
        case _:
            default = END
    return step.next_by_path.get(enrollment.paths_taken.get(step.id, ""), default)


def is_requested(step: Step | None, emails: Mapping[str, Email]) -> bool:
    """Return whether the step sends a mail that the lead asked for."""
    return isinstance(step, SendStep) and emails[step.email].mail_class == "transactional"


def starts_with_requested_mail(journey: Journey, emails: Mapping[str, Email]) -> bool:
    """Return whether the first step sends a mail that the lead asked for."""
    return is_requested(steps_by_id(journey).get(journey.first), emails)


@lru_cache(maxsize=256)
def _steps_by_id(journey: IdentityKey[Journey]) -> dict[str, Step]:
    return {step.id: step for step in journey.value.steps}
