"""From when on the journey engine must know what the lead did: nothing is read that no clause asks about."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ripen.journey.clause_facts import CLOCKS, dids
from ripen.journey.enrollment import Enrollment
from ripen.journey.routing import next_steps, standing, steps_of, ways_on
from ripen.playbook.clause import Did
from ripen.playbook.graph import BranchStep, Journey, Step, WaitForStep, WaitStep, WebhookStep

EVER = datetime(1970, 1, 1, tzinfo=UTC)
LATE = timedelta(minutes=15)
"""By how much a wake-up may be late and change nothing: what comes next begins when it was to begin. After a longer delay
it begins now, so that mails keep their distance."""


def looks_back(enrollment: Enrollment, journey: Journey, now: datetime) -> datetime | None:
    """From when on the activities are needed to move it now; None: not at all."""
    return min(_wanted(enrollment, journey, now), default=None)


def asks_of_mail(enrollment: Enrollment, journey: Journey) -> str:
    """The id of the mail after which it waits, so that the time may count from when that went; "" where it needs none."""
    return enrollment.mail if isinstance(standing(enrollment, journey), WaitStep | WaitForStep) else ""


def needs(step: Step | None, now: datetime) -> datetime | None:
    """From when on the step needs them where it is entered about now."""
    match step:
        case BranchStep():
            return min((_window(did, now - LATE) for did in dids(*(p.when for p in step.paths))), default=None)
        case WaitForStep() if dids(*(path.when for path in step.paths)):
            return now - LATE - CLOCKS
    return None


def _wanted(enrollment: Enrollment, journey: Journey, now: datetime) -> Iterator[datetime]:
    for did in dids(journey.goal, journey.exit):
        yield max(enrollment.entered - CLOCKS, _window(did, now - LATE))
    here = standing(enrollment, journey)
    if isinstance(here, WaitForStep) and dids(*(path.when for path in here.paths)):
        yield (enrollment.began or enrollment.entered) - CLOCKS
    ahead = ways_on(here) if here else next_steps(enrollment, journey)
    yield from filter(None, (needs(step, now) for step in _until_it_waits(ahead, journey)))


def _window(did: Did, now: datetime) -> datetime:
    return EVER if did.within_seconds is None else now - timedelta(seconds=did.within_seconds)


def _until_it_waits(first: tuple[str, ...], journey: Journey) -> Iterator[Step]:
    """All steps that may be come to before the next wait, that one included."""
    steps, seen, ahead = steps_of(journey), set[str](), list(first)
    while ahead:
        id = ahead.pop()
        step = steps.get(id)
        if step is None or id in seen:
            continue
        seen.add(id)
        yield step
        if not isinstance(step, WaitStep | WaitForStep | WebhookStep):
            ahead += ways_on(step)
