"""The ways through a journey's graph: on which step an enrollment stands, and which one comes after."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from ripen.identity import IdentityKey
from ripen.journey.enrollment import Enrollment
from ripen.playbook.graph import (
    END,
    BranchStep,
    ExitStep,
    Journey,
    JumpStep,
    Path,
    Share,
    SplitStep,
    Step,
    WaitForStep,
    WaitPath,
    WaitStep,
    WebhookStep,
)

ELSE = "else"
OTHERWISE = "otherwise"
ANSWERED = "answered"


def steps_of(journey: Journey) -> Mapping[str, Step]:
    """By id."""
    return _steps_of(IdentityKey(journey))


def standing(enrollment: Enrollment, journey: Journey) -> Step | None:
    """The step that it waits in, over or not; None where it is between two steps."""
    step = steps_of(journey).get(enrollment.step)
    match step:
        case WaitStep() if enrollment.until is not None:
            return step
        case WaitForStep() | WebhookStep() if step.id not in enrollment.took:
            return step
    return None


def next_steps(enrollment: Enrollment, journey: Journey) -> tuple[str, ...]:
    """The one step that comes after that on which it stands, by what was decided there; before the first, that."""
    if not enrollment.step:
        return (enrollment.took.get("", journey.first),)
    step = steps_of(journey)[enrollment.step]
    took = enrollment.took.get(step.id, "")
    match step:
        case WaitForStep() | BranchStep() | SplitStep() if took in names(step.paths):
            return (step.paths[names(step.paths).index(took)].next,)
        case BranchStep():
            return (step.otherwise,)
        case WaitStep() | WebhookStep() if took == OTHERWISE:
            return (step.otherwise,)
        case JumpStep() if enrollment.visits.get(step.id, 0) <= step.most:
            return (step.to,)
        case WaitForStep() | SplitStep() | ExitStep():
            return (END,)
    return (step.next,)


def ways_on(step: Step) -> tuple[str, ...]:
    """Every step that may come after it."""
    match step:
        case WaitForStep() | SplitStep():
            return tuple(path.next for path in step.paths)
        case BranchStep():
            return (*(path.next for path in step.paths), step.otherwise)
        case WaitStep() | WebhookStep():
            return (step.next, step.otherwise)
        case JumpStep():
            return (step.to, step.next)
        case ExitStep():
            return ()
    return (step.next,)


def names(paths: Sequence[WaitPath | Path | Share]) -> list[str]:
    """Of the paths, each its own: a second one of the same name has its number."""
    found: list[str] = []
    for number, path in enumerate(paths, 1):
        found.append(f"{path.name} ({number})" if path.name in found else path.name)
    return found


@lru_cache(maxsize=256)
def _steps_of(journey: IdentityKey[Journey]) -> dict[str, Step]:
    return {step.id: step for step in journey.value.steps}
