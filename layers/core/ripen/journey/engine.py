"""The journey engine: decides where one lead goes next in one journey; nurture.advance writes it down.

The engine may be woken early, late or twice. A step starts when the previous one was over, however late that is
noticed; after a delay of more than LATENESS_TOLERANCE it starts now.
"""

from copy import replace
from datetime import datetime

from msgspec import Struct

from ripen.decision import Decision, Outcome, Reason
from ripen.journey import waiting
from ripen.journey.clause_facts import did_clauses, facts_at, window_ends
from ripen.journey.context import JourneyContext
from ripen.journey.effects import Effect, UpdateProfile, effect_of
from ripen.journey.enrollment import Enrollment, EnrollmentState, finish, leave, step_decision
from ripen.journey.goal_check import was_met
from ripen.journey.history_needed import LATENESS_TOLERANCE, history_start, history_start_of
from ripen.journey.routing import is_requested, next_step, steps_by_id, waiting_step
from ripen.journey.split import choose_path
from ripen.journey.step_changes import apply_step_change
from ripen.lead.contact import Contact
from ripen.lead.conversion import conversion_cutoff
from ripen.mail.ledger import MailClass, Send
from ripen.playbook.condition import holds
from ripen.playbook.graph import BranchStep, ExitStep, SplitStep, Step, WaitForStep, WaitStep
from ripen.playbook.paths import ELSE, OTHERWISE, unique_path_names
from ripen.playbook.template_limits import TemplateError

_MAX_STEPS = 20
"""Steps of one run. The rest is due again at once, so that one transaction stays small."""
_MAX_VISITS = 5_000
"""Visits of one enrollment to all steps together, so that no lead goes in circles for ever."""


class Advanced(Struct, frozen=True, kw_only=True):
    """The result of one run; `due` is when the enrollment must be advanced again, None once it is over."""

    enrollment: Enrollment
    effects: tuple[Effect, ...]
    due: datetime | None
    decisions: tuple[Decision, ...]

    @property
    def sends(self) -> tuple[Send, ...]:
        """The planned mails among the effects."""
        return tuple(effect for effect in self.effects if isinstance(effect, Send))


def advance(enrollment: Enrollment, context: JourneyContext, now: datetime) -> Advanced:
    """Advance the enrollment to its next wait, or out of the journey.

    1. A lead that refused mail after entering leaves, even from a wait.
    2. A lead on a changed step moves as the live journey says.
    3. Before each step, a lead that reached the goal or meets the exit condition leaves, even from a wait. Only
       transactional mail, which the lead asked for, is planned first. A lead that only asked again gets that mail.
    4. Then the step is done, and the next one follows, up to the next wait.
    """
    if enrollment.state is not EnrollmentState.ACTIVE:
        return Advanced(enrollment=enrollment, effects=(), due=None, decisions=())
    return _Run(enrollment, context, now).run()


class _Run:
    """One run of the engine with what has been decided so far."""

    def __init__(self, enrollment: Enrollment, context: JourneyContext, now: datetime) -> None:
        self._enrollment, self._context, self._now = enrollment, context, now
        self._history_start = history_start(enrollment, context.journey, now)
        self._next_start = now
        """When the next step starts."""
        self._effects: list[Effect] = []
        self._decisions: list[Decision] = []

    def run(self) -> Advanced:
        if reason := _refusal(self._enrollment, self._context):
            return self._leave(reason)
        self._enrollment, self._context, decisions = apply_step_change(self._enrollment, self._context, self._now)
        self._decisions += decisions
        self._next_start = _start_time(self._enrollment.step_started or self._enrollment.entered, self._now)
        if self._enrollment.state is not EnrollmentState.ACTIVE:
            return self._result(None)
        for _ in range(_MAX_STEPS):
            if result := self._go_on():
                return result
        return self._result(self._now)

    def _go_on(self) -> Advanced | None:
        """End the current wait if it is over, and do the next step; return the result if the run ends here."""
        before, decided = self._enrollment, len(self._decisions)
        next_check = self._evaluate_wait()
        step = self._current_or_next()
        if reason := self._exit_reason(step):
            return self._leave(reason)
        if next_check:
            return self._wait(next_check)
        if step is None:
            return self._end(finish(self._enrollment, self._now))
        if isinstance(step, ExitStep):
            self._visit(step)
            return self._leave(step.reason)
        if sum(self._enrollment.visits.values()) >= _MAX_VISITS:
            return self._leave(Reason.WENT_IN_CIRCLES)
        if self._needs_more_history(step):
            self._enrollment = before
            del self._decisions[decided:]
            return self._result(self._now)
        self._visit(step)
        self._do(step)
        return None

    # --- the current wait, and the next step

    def _evaluate_wait(self) -> datetime | None:
        """Return when to evaluate the current wait again; None if it is over, or between two steps."""
        step = waiting_step(self._enrollment, self._context.journey)
        if step is None:
            return None
        found = waiting.evaluate(step, self._enrollment, self._context, self._now)
        if isinstance(found, waiting.StillWaiting):
            self._enrollment = replace(self._enrollment, until=found.until)
            return found.next_check
        self._next_start = _start_time(found.at, self._now)
        if found.path:
            self._take(step, found.path)
        else:
            self._enrollment = replace(self._enrollment, until=None)
        return None

    def _current_or_next(self) -> Step | None:
        """Return the step on which the enrollment waits, else the next step; None at the end."""
        journey = self._context.journey
        return waiting_step(self._enrollment, journey) or steps_by_id(journey).get(next_step(self._enrollment, journey))

    def _exit_reason(self, step: Step | None) -> str:
        """Return why the lead leaves before this step; "" if it does not."""
        goal, exit = self._context.journey.goal, self._context.journey.exit
        if is_requested(step, self._context.emails):
            return ""
        if self._enrollment.requested_only and step is not None:
            return Reason.ASKED_AGAIN
        if goal is not None and was_met(goal, self._enrollment, self._context, self._now):
            return Reason.GOAL_REACHED
        if exit is not None and was_met(exit, self._enrollment, self._context, self._now):
            return Reason.EXIT_CONDITION
        return ""

    def _needs_more_history(self, step: Step) -> bool:
        """Return whether the step asks about earlier activities than this run has read; the next run reads them."""
        start = history_start_of(step, self._now)
        return start is not None and (self._history_start is None or start < self._history_start)

    # --- steps

    def _visit(self, step: Step) -> None:
        known = self._enrollment
        self._enrollment = replace(
            known,
            step=step.id,
            visits=known.visits | {step.id: known.visits.get(step.id, 0) + 1},
            paths_taken={id: path for id, path in known.paths_taken.items() if id not in ("", step.id)},
            answers={id: answer for id, answer in known.answers.items() if id != step.id},
            unanswered=tuple(id for id in known.unanswered if id != step.id),
            step_started=self._next_start,
            until=None,
        )

    def _do(self, step: Step) -> None:
        match step:
            case WaitStep():
                if until := waiting.first_end(step, self._enrollment, self._context, self._next_start):
                    self._enrollment = replace(self._enrollment, until=until)
                else:
                    self._take(step, OTHERWISE)
            case WaitForStep():
                pass  # evaluated next
            case BranchStep():
                facts = facts_at(self._enrollment, self._context, self._next_start, None)
                paths = zip(step.paths, unique_path_names(step.paths), strict=True)
                self._take(step, next((name for path, name in paths if holds(path.when, facts)), ELSE))
            case SplitStep():
                number = choose_path(step.by, self._enrollment.lead, step.paths)
                self._take(step, unique_path_names(step.paths)[number])
            case _:
                self._act(step)

    def _act(self, step: Step) -> None:
        """Add the effect of the step; a step whose text cannot be rendered for this lead is a decision."""
        try:
            effect = effect_of(step, self._enrollment, self._context, self._now)
        except TemplateError as error:
            self._decisions.append(step_decision(self._enrollment, step.id, Outcome.FAILED, str(error), self._now))
            if step.waits:
                self._take(step, OTHERWISE)
            return
        if effect:
            self._effects.append(effect)
        if isinstance(effect, Send):
            self._enrollment = replace(self._enrollment, latest_mail=effect.id)
        if isinstance(effect, Send) and effect.mail_class is MailClass.MARKETING:
            self._enrollment = replace(self._enrollment, mail=effect.id)
            self._context = replace(self._context, mail_leaves=None)
        if isinstance(effect, UpdateProfile):
            self._context = replace(self._context, profile=effect.profile)
        if step.waits:
            self._enrollment = replace(self._enrollment, until=self._now + waiting.ANSWER_PATIENCE)

    def _take(self, step: Step, path: str) -> None:
        paths = self._enrollment.paths_taken | {step.id: path}
        self._enrollment = replace(self._enrollment, paths_taken=paths, until=None)
        self._decisions.append(step_decision(self._enrollment, step.id, Outcome.TOOK, path, self._now))

    # --- ends of a run

    def _wait(self, next_check: datetime) -> Advanced:
        """End the run in a wait; the goal or the exit may be met earlier, when an activity leaves its window."""
        journey = self._context.journey
        ends = window_ends(did_clauses(journey.goal, journey.exit), self._context.activities)
        return self._result(min([next_check, *(at for at in ends if at > self._now)]))

    def _leave(self, reason: str) -> Advanced:
        return self._end(leave(self._enrollment, reason, self._now))

    def _end(self, ended: tuple[Enrollment, Decision]) -> Advanced:
        self._enrollment, decision = ended
        self._decisions.append(decision)
        return self._result(None)

    def _result(self, due: datetime | None) -> Advanced:
        effects, decisions = tuple(self._effects), tuple(self._decisions)
        return Advanced(enrollment=self._enrollment, effects=effects, due=due, decisions=decisions)


def _start_time(nominal: datetime, now: datetime) -> datetime:
    return nominal if nominal <= now <= nominal + LATENESS_TOLERANCE else now


def _refusal(enrollment: Enrollment, context: JourneyContext) -> str:
    """Return how the lead refused mail since it entered; "" if it did not.

    A lead that refused mail earlier and then filled in a form still gets what it asked for. A lead that answered a
    mail, or that sales converted, is in the hands of people.
    """
    contact = context.contact or Contact(lead=enrollment.lead)
    refusals = {
        Reason.COMPLAINED: contact.complained,
        Reason.BOUNCED: contact.bounced,
        Reason.UNSUBSCRIBED: contact.unsubscribed,
        Reason.REPLIED: contact.replied,
        Reason.CONVERTED: conversion_cutoff(context.profile),
    }
    return next((reason for reason, at in refusals.items() if at and at > enrollment.entered), "")
