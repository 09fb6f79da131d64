"""How far back the journey engine must know the lead's activities: nothing is read that no clause asks about."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ripen.journey.clause_facts import CLOCK_TOLERANCE, did_clauses
from ripen.journey.enrollment import Enrollment
from ripen.journey.routing import next_step, steps_by_id, waiting_step
from ripen.playbook.clause import Did
from ripen.playbook.graph import BranchStep, Journey, Step, WaitForStep, WaitStep

WHOLE_HISTORY = datetime(1970, 1, 1, tzinfo=UTC)
LATENESS_TOLERANCE = timedelta(minutes=15)
"""A wake-up that is at most this late changes nothing: the next step starts when it was due to start. After a longer
delay it starts now, so that mails keep their distance."""


def history_start(enrollment: Enrollment, journey: Journey, now: datetime) -> datetime | None:
    """Return from when on activities are needed to advance the enrollment now; None if none are."""
    return min(_starts(enrollment, journey, now), default=None)


def awaited_mail(enrollment: Enrollment, journey: Journey) -> str:
    """Return the id of the mail from whose sending the current wait may count; "" if no mail is needed."""
    return enrollment.mail if isinstance(waiting_step(enrollment, journey), WaitStep | WaitForStep) else ""


def history_start_of(step: Step | None, now: datetime) -> datetime | None:
    """Return from when on a step that starts about now needs activities; None if it needs none."""
    match step:
        case BranchStep():
            dids = did_clauses(*(path.when for path in step.paths))
            return min((_window_start(did, now - LATENESS_TOLERANCE) for did in dids), default=None)
        case WaitForStep() if did_clauses(*(path.when for path in step.paths)):
            return now - LATENESS_TOLERANCE - CLOCK_TOLERANCE
    return None


def _starts(enrollment: Enrollment, journey: Journey, now: datetime) -> Iterator[datetime]:
    """Yield the need of the goal and the exit, of the current wait_for, and of the steps up to the next wait."""
    for did in did_clauses(journey.goal, journey.exit):
        yield max(enrollment.entered - CLOCK_TOLERANCE, _window_start(did, now - LATENESS_TOLERANCE))
    current = waiting_step(enrollment, journey)
    if isinstance(current, WaitForStep) and did_clauses(*(path.when for path in current.paths)):
        yield (enrollment.step_started or enrollment.entered) - CLOCK_TOLERANCE
    ahead = current.successors if current else (next_step(enrollment, journey),)
    yield from filter(None, (history_start_of(step, now) for step in _until_a_wait(ahead, journey)))


def _window_start(did: Did, now: datetime) -> datetime:
    return WHOLE_HISTORY if did.within_seconds is None else now - timedelta(seconds=did.within_seconds)


def _until_a_wait(first: tuple[str, ...], journey: Journey) -> Iterator[Step]:
    """Yield every step that may be reached before the next wait, and that wait."""
    steps, seen, ahead = steps_by_id(journey), set[str](), list(first)
    while ahead:
        id = ahead.pop()
        step = steps.get(id)
        if step is None or id in seen:
            continue
        seen.add(id)
        yield step
        if not step.waits:
            ahead += step.successors
