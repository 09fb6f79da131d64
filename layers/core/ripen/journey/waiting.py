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
from ripen.lead.activity import Activity, Verdict
from ripen.playbook.condition import LeadFacts, holds
from ripen.playbook.graph import Step, Until, WaitForStep, WaitPath, WaitStep
from ripen.playbook.paths import ANSWERED, OTHERWISE, unique_path_names
from ripen.tracking.click_verdict import VERDICT_DELAY

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
            return _WaitFor(step, enrollment, context, now).evaluate()
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
    """One evaluation of a wait_for, at every moment at which a path may have begun to hold."""

    def __init__(self, step: WaitForStep, enrollment: Enrollment, context: JourneyContext, now: datetime) -> None:
        self._step, self._enrollment, self._context, self._now = step, enrollment, context, now
        self._started = enrollment.step_started or now
        self._ends = self._path_ends()
        self._dids = did_clauses(*(path.when for path in step.paths))
        self._relevant = [activity for activity in context.activities if self._is_relevant(activity)]

    def evaluate(self) -> PathTaken | StillWaiting:
        """Return the path that held first, or when to evaluate the wait again.

        1. Find the earliest moment until now at which a path held.
        2. While a click without a verdict would change that answer, wait for its verdict.
        3. If no path held, wait until the next moment at which one may hold.
        """
        moments = self._moments()
        past = [at for at in moments if at <= self._now]
        taken = self._first_path(past, unjudged=False)
        verdict_due = self._verdict_due()
        if verdict_due and taken != self._first_path(past, unjudged=True):
            return StillWaiting(self._next_end(), verdict_due)
        next_check = next((at for at in moments if at > self._now), self._now + _LONGEST_PAUSE)
        return taken or StillWaiting(self._next_end(), next_check)

    def _moments(self) -> list[datetime]:
        """Return the moments since the start at which the answer may change, sorted."""
        received = (activity.received for activity in self._relevant)
        ends = filter(None, self._ends)
        found = {self._started, self._now, *received, *ends, *window_ends(self._dids, self._relevant)}
        return sorted(at for at in found if at >= self._started)

    def _first_path(self, past: list[datetime], *, unjudged: bool) -> PathTaken | None:
        """Return the path that held at the earliest of these moments; with `unjudged`, all clicks are a person's."""
        latest = facts_at(self._enrollment, self._context, self._now, self._started)
        for at in past:
            count = activity_counter(self._enrollment, self._context, at, self._started, unjudged=unjudged)
            facts = replace(latest, now=at, count=count)
            for name, path, end in zip(unique_path_names(self._step.paths), self._step.paths, self._ends, strict=True):
                if self._path_holds(path, end, facts):
                    return PathTaken(name, at)
        return None

    def _path_holds(self, path: WaitPath, end: datetime | None, facts: LeadFacts) -> bool:
        """Return whether the path's time is over, or its clause holds and can be judged for that moment."""
        if path.when is None:
            return end is not None and end <= facts.now
        return (facts.now == self._now or asks_only_about_activities(path.when)) and holds(path.when, facts)

    def _verdict_due(self) -> datetime | None:
        """Return until when the wait may be held up by a click without a verdict; None if it is by no click."""
        limits = (a.received + _VERDICT_PATIENCE for a in self._relevant if a.verdict is Verdict.UNJUDGED)
        return min((limit for limit in limits if self._now < limit), default=None)

    def _next_end(self) -> datetime | None:
        return min((end for end in self._ends if end and end > self._now), default=None)

    def _path_ends(self) -> list[datetime | None]:
        """Return when each timed path is taken; None for the other paths."""
        where = time_context(self._context.profile, self._context.brand, self._context.calendar)
        known = traits_at(self._enrollment, self._context, self._started)
        return [
            wait_end(path.after, _counts_from(path.after, self._started, self._context), where, known)
            if path.after
            else None
            for path in self._step.paths
        ]

    def _is_relevant(self, activity: Activity) -> bool:
        return is_since(activity, self._started) and any(counts(did, activity) for did in self._dids)
