"""The journey engine: where one lead goes next in one journey, and what that wants done. It decides; nurture.advance
applies.

It may be woken early, late or twice. A step begins when the one before it was over, however late that is noticed, unless
that is longer ago than needs.LATE: then it begins now.
"""

from copy import replace
from datetime import datetime, timedelta

from ripen.calendar.wait_end import time_context, wait_end
from ripen.decision import Decision, Outcome, Reason
from ripen.journey import split, waiting
from ripen.journey.clause_facts import dids, facts, fades, fields
from ripen.journey.context import Moved as Moved
from ripen.journey.context import Scene as Scene
from ripen.journey.effects import Effect, PlanSend, Update
from ripen.journey.enrollment import Enrollment, EnrollmentState, at_step, finish, leave
from ripen.journey.goal_check import met
from ripen.journey.history_needed import LATE, needs
from ripen.journey.history_needed import asks_of_mail as asks_of_mail
from ripen.journey.history_needed import looks_back as looks_back
from ripen.journey.routing import ANSWERED, ELSE, OTHERWISE, names, next_steps, standing, steps_of
from ripen.journey.step_changes import moved_over
from ripen.journey.step_effects import deed
from ripen.journey.update import updated
from ripen.lead.contact import Contact
from ripen.lead.conversion import conversion_cutoff
from ripen.mail.ledger import MailClass
from ripen.playbook.condition import holds
from ripen.playbook.graph import BranchStep, ExitStep, SendStep, SplitStep, Step, WaitForStep, WaitStep, WebhookStep
from ripen.playbook.template_limits import TemplateError

_MOST_STEPS = 20
"""In one run; what is left is due at once again, so that one transaction stays small."""
_MOST_VISITS = 5_000
"""Of all steps together, in one enrollment: nobody goes in circles for ever."""
_ANSWER_WITHIN = timedelta(days=1)
"""After so long a webhook is taken not to answer."""


def advance(enrollment: Enrollment, scene: Scene, now: datetime) -> Moved:
    """Steps from where the enrollment stands to the next wait, or out of the journey.

    It leaves at once, even inside a wait, when the lead refused mail after entering, reached the goal or meets the exit;
    only what the lead asked for (transactional mail) goes out before the last two are looked at.
    """
    if enrollment.state is not EnrollmentState.ACTIVE:
        return Moved(enrollment=enrollment, effects=(), due=None, decisions=())
    since = looks_back(enrollment, scene.journey, now)
    return _Run(enrollment, scene, now, since).moved()


class _Run:
    """One run: what has been decided so far."""

    def __init__(self, enrollment: Enrollment, scene: Scene, now: datetime, since: datetime | None) -> None:
        self._enrollment, self._scene, self._now, self._since = enrollment, scene, now, since
        self._at = now
        """When the next step begins."""
        self._effects: list[Effect] = []
        self._decisions: list[Decision] = []

    def moved(self) -> Moved:
        if reason := _refused(self._enrollment, self._scene):
            return self._out(leave(self._enrollment, reason, self._now))
        self._enrollment, self._scene, told = moved_over(self._enrollment, self._scene, self._now)
        self._decisions += told
        self._at = _on_time(self._enrollment.began or self._enrollment.entered, self._now)
        if self._enrollment.state is not EnrollmentState.ACTIVE:
            return self._moved(None)
        for _ in range(_MOST_STEPS):
            before = self._enrollment, len(self._decisions)
            look = self._look()
            here = self._here()
            if reason := self._reached(here):
                return self._out(leave(self._enrollment, reason, self._now))
            if look:
                return self._stand(look)
            if here is None:
                return self._out(finish(self._enrollment, self._now))
            if isinstance(here, ExitStep):
                self._enter(here)
                return self._out(leave(self._enrollment, here.reason, self._now))
            if sum(self._enrollment.visits.values()) >= _MOST_VISITS:
                return self._out(leave(self._enrollment, Reason.WENT_IN_CIRCLES, self._now))
            if self._knows_too_little(here):
                self._enrollment = before[0]
                del self._decisions[before[1] :]
                return self._moved(self._now)
            self._enter(here)
            self._do(here)
        return self._moved(self._now)

    # --- standing, and going on

    def _look(self) -> datetime | None:
        """When to look again at the step it stands on; None where it is over, or between two steps."""
        here, enrollment, now = standing(self._enrollment, self._scene.journey), self._enrollment, self._now
        match here:
            case WaitStep():
                until = self._until(here)
                self._enrollment = replace(enrollment, until=until)
                if until and now < until:
                    return until
                self._at = _on_time(until or now, now)
                if until:
                    self._enrollment = replace(enrollment, until=None)
                else:
                    self._take(here, OTHERWISE)
            case WaitForStep():
                found = waiting.judge(here, enrollment.began or now, enrollment, self._scene, now)
                if isinstance(found, waiting.Standing):
                    self._enrollment = replace(enrollment, until=found.until)
                    return found.look
                self._at = _on_time(found.at, now)
                self._take(here, names(here.paths)[found.path])
            case WebhookStep():
                answer = enrollment.answers.get(here.id)
                if answer is None and enrollment.until and now < enrollment.until:
                    return enrollment.until
                self._at = now
                failed = answer is None or here.id in enrollment.unanswered
                self._take(here, OTHERWISE if failed else ANSWERED)
        return None

    def _until(self, wait: WaitStep) -> datetime | None:
        """When the wait in which it stands is over: by the date that is in its field by now, where it hangs on one, and by
        when the mail before it went."""
        scene, began = self._scene, self._enrollment.began or self._now
        since = waiting.counted(wait.until, began, scene)
        if not wait.until.field and since == began:
            return self._enrollment.until
        known = fields(self._enrollment, scene, began)
        return wait_end(wait.until, since, time_context(scene.profile, scene.brand, scene.calendar), known)

    def _here(self) -> Step | None:
        """The step it stands on, or else the one it comes to; None at the end."""
        journey = self._scene.journey
        if here := standing(self._enrollment, journey):
            return here
        [id] = next_steps(self._enrollment, journey)
        return steps_of(journey).get(id)

    def _reached(self, here: Step | None) -> str:
        """Why it leaves before this step."""
        goal, exit = self._scene.journey.goal, self._scene.journey.exit
        if goal is None and exit is None:
            return ""
        if isinstance(here, SendStep) and self._scene.emails[here.email].mail_class == "transactional":
            return ""
        if goal is not None and met(goal, self._enrollment, self._scene, self._now):
            return Reason.GOAL_REACHED
        return Reason.EXIT_CONDITION if exit is not None and met(exit, self._enrollment, self._scene, self._now) else ""

    def _knows_too_little(self, here: Step) -> bool:
        """Whether the step asks what the lead did before the time that was looked up for this run: the next run will."""
        wanted = needs(here, self._now)
        return wanted is not None and (self._since is None or wanted < self._since)

    # --- steps

    def _enter(self, step: Step) -> None:
        known = self._enrollment
        self._enrollment = replace(
            known,
            step=step.id,
            visits=known.visits | {step.id: known.visits.get(step.id, 0) + 1},
            took={id: path for id, path in known.took.items() if id not in ("", step.id)},
            answers={id: answer for id, answer in known.answers.items() if id != step.id},
            unanswered=tuple(id for id in known.unanswered if id != step.id),
            began=self._at,
            until=None,
        )

    def _do(self, step: Step) -> None:
        enrollment, scene = self._enrollment, self._scene
        match step:
            case WaitStep():
                known = fields(enrollment, scene, self._at)
                until = wait_end(step.until, self._at, time_context(scene.profile, scene.brand, scene.calendar), known)
                if until is None:
                    self._take(step, OTHERWISE)
                else:
                    self._enrollment = replace(enrollment, until=until)
            case BranchStep():
                asked = facts(enrollment, scene, self._at, None)
                held = (
                    name for path, name in zip(step.paths, names(step.paths), strict=True) if holds(path.when, asked)
                )
                self._take(step, next(held, ELSE))
            case SplitStep():
                self._take(step, names(step.paths)[split.taken(step.by, enrollment.lead, step.paths)])
            case _:
                self._act(step)

    def _act(self, step: Step) -> None:
        try:
            effect = deed(step, self._enrollment, self._scene, self._now)
        except TemplateError as error:
            self._decisions.append(self._told(step, Outcome.FAILED, str(error)))
            if isinstance(step, WebhookStep):
                self._take(step, OTHERWISE)
            return
        if effect:
            self._effects.append(effect)
        if isinstance(effect, PlanSend) and effect.send.mail_class is MailClass.MARKETING:
            self._enrollment = replace(self._enrollment, mail=effect.send.id)
            self._scene = replace(self._scene, mailed=None)
        if isinstance(effect, Update):
            self._scene = replace(self._scene, profile=updated(self._scene.profile, effect, self._scene.stages))
        if isinstance(step, WebhookStep):
            self._enrollment = replace(self._enrollment, until=self._now + _ANSWER_WITHIN)

    def _take(self, step: Step, path: str) -> None:
        took = self._enrollment.took | {step.id: path}
        self._enrollment = replace(self._enrollment, took=took, until=None)
        self._decisions.append(self._told(step, Outcome.TOOK, path))

    def _told(self, step: Step, outcome: Outcome, reason: str) -> Decision:
        return at_step(self._enrollment, step.id, outcome, reason, self._now)

    # --- ends of a run

    def _stand(self, look: datetime) -> Moved:
        journey = self._scene.journey
        ahead = fades(dids(journey.goal, journey.exit), self._scene.activities)
        return self._moved(min([look, *(at for at in ahead if at > self._now)]))

    def _out(self, gone: tuple[Enrollment, Decision]) -> Moved:
        self._enrollment, decision = gone
        self._decisions.append(decision)
        return self._moved(None)

    def _moved(self, due: datetime | None) -> Moved:
        effects, decisions = tuple(self._effects), tuple(self._decisions)
        return Moved(enrollment=self._enrollment, effects=effects, due=due, decisions=decisions)


def _on_time(nominal: datetime, now: datetime) -> datetime:
    return nominal if nominal <= now <= nominal + LATE else now


def _refused(enrollment: Enrollment, scene: Scene) -> str:
    """The refusal that came after entering: who says no and then fills in a form still gets what was asked for. Whom sales has
    converted or who has answered is in their hands."""
    contact = scene.contact or Contact(lead=enrollment.lead)
    refusals = {
        "complained": contact.complained,
        "bounced": contact.bounced,
        "unsubscribed": contact.unsubscribed,
        "replied": contact.replied,
        "converted": conversion_cutoff(scene.profile),
    }
    return next((reason for reason, at in refusals.items() if at and at > enrollment.entered), "")
