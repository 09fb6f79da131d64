"""The journey engine: where one lead goes next in one journey, and which mails that plans. It decides; nurture.advance
applies."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from ripen.bundle import Email, Journey, SendStep, Step, WaitStep
from ripen.contact import Contact
from ripen.decision import Decision
from ripen.ids import digest, send_id
from ripen.journey import Enrollment, EnrollmentState
from ripen.ledger import MailClass, Send
from ripen.rank import reached
from ripen.state import State

_MOST_STEPS = 20
"""In one run; what is left is due at once again, so that one transaction stays small."""
_VALID = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Moved:
    """`due` is when the enrollment is to be looked at again; None once it is over."""

    enrollment: Enrollment
    sends: tuple[Send, ...]
    due: datetime | None
    decisions: tuple[Decision, ...]


def advance(
    enrollment: Enrollment,
    journey: Journey,
    emails: Mapping[str, Email],
    state: State | None,
    contact: Contact | None,
    now: datetime,
) -> Moved:
    """Steps from where the enrollment stands to the next wait, or out of the journey.

    It leaves at once, even inside a wait, when the lead refused mail after entering, or reached the goal; only what the
    lead asked for (transactional mail) goes out before the goal is looked at.
    """
    sends: list[Send] = []
    for _ in range(_MOST_STEPS):
        if enrollment.state is not EnrollmentState.ACTIVE:
            return _over(enrollment, sends, ())
        here = _standing(enrollment, journey, now)
        if reason := _refused(enrollment, contact) or _goal(here, journey, emails, state):
            gone = replace(enrollment, state=EnrollmentState.EXITED, reason=reason, left=now, until=None)
            return _over(gone, sends, (_left(gone, "exited", reason, now),))
        match here:
            case None:
                done = replace(enrollment, state=EnrollmentState.FINISHED, left=now, until=None)
                return _over(done, sends, (_left(done, "finished", "", now),))
            case WaitStep():
                if enrollment.step != here.id:
                    enrollment = replace(_entered(enrollment, here), until=now + timedelta(seconds=here.seconds))
                if enrollment.until is not None and now < enrollment.until:
                    return Moved(enrollment=enrollment, sends=tuple(sends), due=enrollment.until, decisions=())
            case SendStep():
                enrollment = _entered(enrollment, here)
                sends.append(_send(enrollment, here, emails[here.email], now))
            case _:
                assert_never(here)
    return Moved(enrollment=enrollment, sends=tuple(sends), due=now, decisions=())


def _standing(enrollment: Enrollment, journey: Journey, now: datetime) -> Step | None:
    """The wait that is not over yet, else the next step; None at the end."""
    if not enrollment.step:
        return journey.steps[0] if journey.steps else None
    at = next(n for n, step in enumerate(journey.steps) if step.id == enrollment.step)
    if enrollment.until is not None and now < enrollment.until:
        return journey.steps[at]
    return journey.steps[at + 1] if at + 1 < len(journey.steps) else None


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


def _goal(here: Step | None, journey: Journey, emails: Mapping[str, Email], state: State | None) -> str:
    if not journey.goal_rank or state is None or not reached(state.rank, journey.goal_rank):
        return ""
    if isinstance(here, SendStep) and emails[here.email].mail_class == "transactional":
        return ""
    return "goal reached"


def _send(enrollment: Enrollment, step: SendStep, email: Email, now: datetime) -> Send:
    return Send(
        id=send_id(enrollment.journey, enrollment.key, step.id, enrollment.visits[step.id], enrollment.lead),
        lead=enrollment.lead,
        email=step.email,
        mail_class=MailClass(email.mail_class),
        origin=enrollment.journey,
        step=step.id,
        planned=now,
        valid_until=now + _VALID,
    )


def _over(enrollment: Enrollment, sends: list[Send], decisions: tuple[Decision, ...]) -> Moved:
    return Moved(enrollment=enrollment, sends=tuple(sends), due=None, decisions=decisions)


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
