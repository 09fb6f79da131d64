"""When a wait is over, and which path the lead takes then.

In a wait_for, the first moment decides at which one of the paths held, however late the engine runs, and at that moment
the order of the paths. Activities are judged moment by moment; a clause that asks about anything else is judged as of
now.
"""

from copy import replace
from datetime import datetime, timedelta

from msgspec import Struct

from ripen.calendar.wait_end import is_duration, time_context, wait_end
from ripen.journey.clause_facts import (
    activity_counter,
    asks_only_about_activities,
    counts,
    did_clauses,
    facts_at,
    is_since,
    traits_at,
    window_ends,
)
from ripen.journey.context import JourneyContext
from ripen.journey.enrollment import Enrollment
from ripen.journey.history_needed import LATENESS_TOLERANCE
from ripen.lead.activity import Verdict
from ripen.playbook.condition import holds
from ripen.playbook.graph import Step, Until, WaitForStep, WaitStep
from ripen.playbook.paths import ANSWERED, OTHERWISE, path_names
from ripen.tracking.click_signals import VERDICT_DELAY

ANSWER_PATIENCE = timedelta(days=1)
"""After this time a call counts as not answered."""
_VERDICT_PATIENCE = VERDICT_DELAY + timedelta(minutes=3)
"""A path that depends on a click is not taken before the click has had this time to get its verdict."""
_LONGEST_PAUSE = timedelta(days=30)
"""Between two checks of a wait that time alone does not end."""


class PathTaken(Struct, frozen=True):
    """The wait ended at that moment. The path is "" where a wait ended at its time."""

    path: str
    at: datetime


class StillWaiting(Struct, frozen=True):
    """The wait goes on: `until` is when it will end or take a timed path, `next_check` when to evaluate it again."""

    until: datetime | None
    next_check: datetime


def evaluate(step: Step, enrollment: Enrollment, context: JourneyContext, now: datetime) -> PathTaken | StillWaiting:
    """Return whether the wait on this step is over, and how it ended."""
    match step:
        case WaitStep():
            return _evaluate_wait(step, enrollment, context, now)
        case WaitForStep():
            return _evaluate_wait_for(step, enrollment, context, now)
    return _evaluate_call(step, enrollment, now)


def first_end(wait: WaitStep, enrollment: Enrollment, context: JourneyContext, at: datetime) -> datetime | None:
    """Return when a wait that starts at that moment ends; None without a date to wait for."""
    where = time_context(context.profile, context.brand, context.calendar)
    return wait_end(wait.until, at, where, traits_at(enrollment, context, at))


def _evaluate_wait(
    step: WaitStep, enrollment: Enrollment, context: JourneyContext, now: datetime
) -> PathTaken | StillWaiting:
    until = _current_end(step, enrollment, context, now)
    if until is None:
        return PathTaken(OTHERWISE, now)
    return StillWaiting(until, until) if now < until else PathTaken("", until)


def _current_end(step: WaitStep, enrollment: Enrollment, context: JourneyContext, now: datetime) -> datetime | None:
    """Return when the wait ends by the present value of its field, if it has one, and by when the mail was sent."""
    started = enrollment.step_started or now
    since = _counts_from(step.until, started, context)
    if not step.until.field and since == started:
        return enrollment.until
    where = time_context(context.profile, context.brand, context.calendar)
    return wait_end(step.until, since, where, traits_at(enrollment, context, started))


def _counts_from(until: Until, started: datetime, context: JourneyContext) -> datetime:
    """Return when the time starts to count: a duration counts from when the mail before the step was sent, if late."""
    mail = context.mail_leaves
    is_late = mail is not None and mail > started + LATENESS_TOLERANCE
    return mail if mail and is_late and is_duration(until) else started


def _evaluate_call(step: Step, enrollment: Enrollment, now: datetime) -> PathTaken | StillWaiting:
    answer, until = enrollment.answers.get(step.id), enrollment.until
    if answer is None and until and now < until:
        return StillWaiting(until, until)
    is_answered = answer is not None and step.id not in enrollment.unanswered
    return PathTaken(ANSWERED if is_answered else OTHERWISE, now)


class _WaitFor:
    """A wait_for with what is needed to evaluate it at any moment since it started."""

    def __init__(self, step: WaitForStep, enrollment: Enrollment, context: JourneyContext, now: datetime) -> None:
        self.step, self.enrollment, self.context = step, enrollment, context
        self.started = enrollment.step_started or now
        self.ends = self._path_ends()

    def next_end(self, now: datetime) -> datetime | None:
        return min((end for end in self.ends if end and end > now), default=None)

    def path_taken(self, moments: list[datetime], *, unjudged: bool) -> PathTaken | None:
        """Return the path that held at the earliest of the moments, which are sorted."""
        latest = facts_at(self.enrollment, self.context, moments[-1], self.started)
        for at in moments:
            count = activity_counter(self.enrollment, self.context, at, self.started, unjudged=unjudged)
            facts = replace(latest, now=at, count=count)
            for name, path, end in zip(path_names(self.step.paths), self.step.paths, self.ends, strict=True):
                is_over = end is not None and end <= at
                is_known = path.when and (at == moments[-1] or asks_only_about_activities(path.when))
                if is_over or (path.when and is_known and holds(path.when, facts)):
                    return PathTaken(name, at)
        return None

    def _path_ends(self) -> list[datetime | None]:
        """Return when each timed path is taken; None for the other paths."""
        where = time_context(self.context.profile, self.context.brand, self.context.calendar)
        known = traits_at(self.enrollment, self.context, self.started)
        return [
            wait_end(path.after, _counts_from(path.after, self.started, self.context), where, known)
            if path.after
            else None
            for path in self.step.paths
        ]


def _evaluate_wait_for(
    step: WaitForStep, enrollment: Enrollment, context: JourneyContext, now: datetime
) -> PathTaken | StillWaiting:
    """Evaluate the wait at every moment at which its answer may have changed.

    While a click without a verdict would change the answer, no path is taken.
    """
    wait = _WaitFor(step, enrollment, context, now)
    dids = did_clauses(*(path.when for path in step.paths))
    relevant = [a for a in context.activities if is_since(a, wait.started) and any(counts(did, a) for did in dids)]
    received = (a.received for a in relevant)
    moments = {wait.started, now, *received, *filter(None, wait.ends), *window_ends(dids, relevant)}
    past = sorted(at for at in moments if wait.started <= at <= now)
    unjudged = [a for a in relevant if a.verdict is Verdict.UNJUDGED and now < a.received + _VERDICT_PATIENCE]
    taken = wait.path_taken(past, unjudged=False)
    if unjudged and taken != wait.path_taken(past, unjudged=True):
        return StillWaiting(wait.next_end(now), min(a.received for a in unjudged) + _VERDICT_PATIENCE)
    if taken:
        return taken
    next_check = min([at for at in moments if at > now], default=now + _LONGEST_PAUSE)
    return StillWaiting(wait.next_end(now), next_check)
