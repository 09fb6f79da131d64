"""The journey engine: where one lead goes next in one journey, and which mails that plans. It decides; nurture.advance
applies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ripen.activity import Activity
from ripen.bundle import Brand, Calendar, Email, Scoring
from ripen.condition import Facts, holds, traits
from ripen.contact import Contact
from ripen.decision import Decision
from ripen.effect import Effect, PlanSend
from ripen.graph import Journey, SendStep, Step, WaitStep
from ripen.ids import digest, send_id
from ripen.journey import Enrollment, EnrollmentState
from ripen.lead import Profile
from ripen.ledger import MailClass, Send
from ripen.state import State

_MOST_STEPS = 20
"""In one run; what is left is due at once again, so that one transaction stays small."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """All that the next step may depend on."""

    profile: Profile
    journey: Journey
    """As the enrollment is pinned to it."""
    live: Journey | None
    """As it is now; None where the playbook has dropped it. Its `moves` say what becomes of who stands on changed steps."""
    emails: Mapping[str, Email]
    brand: Brand
    calendar: Calendar
    state: State | None = None
    contact: Contact | None = None
    activities: Sequence[Activity] = ()
    """What the lead did, at least since `looks_back`."""
    live_bundle: str = ""
    scoring: Scoring | None = None
    """For clauses about fit, engagement and total."""


@dataclass(frozen=True, kw_only=True)
class Moved:
    """`due` is when the enrollment is to be looked at again; None once it is over."""

    enrollment: Enrollment
    effects: tuple[Effect, ...]
    due: datetime | None
    decisions: tuple[Decision, ...]

    @property
    def sends(self) -> tuple[Send, ...]:
        return tuple(effect.send for effect in self.effects if isinstance(effect, PlanSend))


def looks_back(enrollment: Enrollment, journey: Journey, now: datetime) -> datetime | None:
    """From when on the activities are needed to move it now; None: not at all."""
    return None


def advance(enrollment: Enrollment, scene: Scene, now: datetime) -> Moved:
    """Steps from where the enrollment stands to the next wait, or out of the journey.

    It leaves at once, even inside a wait, when the lead refused mail after entering, or reached the goal; only what the
    lead asked for (transactional mail) goes out before the goal is looked at.
    """
    effects: list[Effect] = []
    journey = scene.journey
    for _ in range(_MOST_STEPS):
        if enrollment.state is not EnrollmentState.ACTIVE:
            return _over(enrollment, effects, ())
        here = _standing(enrollment, journey, now)
        if reason := _refused(enrollment, scene.contact) or _goal(here, scene, now):
            gone = replace(enrollment, state=EnrollmentState.EXITED, reason=reason, left=now, until=None)
            return _over(gone, effects, (_left(gone, "exited", reason, now),))
        match here:
            case None:
                done = replace(enrollment, state=EnrollmentState.FINISHED, left=now, until=None)
                return _over(done, effects, (_left(done, "finished", "", now),))
            case WaitStep():
                if enrollment.step != here.id:
                    until = now + timedelta(seconds=here.until.seconds, days=here.until.days)
                    enrollment = replace(_entered(enrollment, here), until=until)
                if enrollment.until is not None and now < enrollment.until:
                    return Moved(enrollment=enrollment, effects=tuple(effects), due=enrollment.until, decisions=())
            case SendStep():
                enrollment = _entered(enrollment, here)
                effects.append(PlanSend(send=_send(enrollment, here, scene.emails[here.email], now)))
            case _:
                raise NotImplementedError(here)
    return Moved(enrollment=enrollment, effects=tuple(effects), due=now, decisions=())


def _standing(enrollment: Enrollment, journey: Journey, now: datetime) -> Step | None:
    """The wait that is not over yet, else the next step; None at the end."""
    steps = {step.id: step for step in journey.steps}
    if not enrollment.step:
        return steps.get(journey.first)
    at = steps[enrollment.step]
    if enrollment.until is not None and now < enrollment.until:
        return at
    return steps.get(getattr(at, "next", ""))


def _entered(enrollment: Enrollment, step: Step) -> Enrollment:
    visits = enrollment.visits | {step.id: enrollment.visits.get(step.id, 0) + 1}
    return replace(enrollment, step=step.id, visits=visits, until=None)


def _refused(enrollment: Enrollment, contact: Contact | None) -> str:
    """The refusal that came after entering: who says no and then fills in a form still gets what was asked for."""
    if contact is None:
        return ""
    refusals = {
        "complained": contact.complained,
        "bounced": contact.bounced,
        "unsubscribed": contact.unsubscribed,
    }
    return next((reason for reason, at in refusals.items() if at and at > enrollment.entered), "")


def _goal(here: Step | None, scene: Scene, now: datetime) -> str:
    goal = scene.journey.goal
    if goal is None or not holds(goal, _facts(scene, now)):
        return ""
    if isinstance(here, SendStep) and scene.emails[here.email].mail_class == "transactional":
        return ""
    return "goal reached"


def _facts(scene: Scene, now: datetime) -> Facts:
    state = scene.state
    return Facts(traits=traits(scene.profile, rank=state.rank.value if state else "cold"), now=now)


def _send(enrollment: Enrollment, step: SendStep, email: Email, now: datetime) -> Send:
    return Send(
        entry=enrollment.key,
        priority=step.priority,
        capped=step.capped,
        id=send_id(enrollment.journey, enrollment.key, step.id, enrollment.visits[step.id], enrollment.lead),
        lead=enrollment.lead,
        email=step.email,
        mail_class=MailClass(email.mail_class),
        origin=enrollment.journey,
        step=step.id,
        planned=now,
        valid_until=now + timedelta(seconds=step.expires_seconds),
    )


def _over(enrollment: Enrollment, effects: list[Effect], decisions: tuple[Decision, ...]) -> Moved:
    return Moved(enrollment=enrollment, effects=tuple(effects), due=None, decisions=decisions)


def _left(enrollment: Enrollment, outcome: str, reason: str, now: datetime) -> Decision:
    return Decision(
        id=digest("left", enrollment.lead, enrollment.journey, enrollment.key),
        lead=enrollment.lead,
        at=now,
        what="enrollment",
        subject=enrollment.journey,
        outcome=outcome,
        reason=reason,
        bundle=enrollment.bundle,
        activities=(enrollment.activity,) if enrollment.activity else (),
    )
