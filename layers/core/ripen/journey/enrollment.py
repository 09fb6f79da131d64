"""A journey: one scenario for one lead. The engine decides; nurture.advance applies."""

from copy import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

from ripen.decision import Decision, DecisionKind, Outcome
from ripen.ids import digest


class EnrollmentState(StrEnum):
    ACTIVE = "active"
    FINISHED = "finished"
    EXITED = "exited"


class Enrollment(Struct, frozen=True, kw_only=True):
    """The `enrollment#<journey>#<entry key>` row: where one lead stands in one journey."""

    lead: str
    journey: str
    key: str
    """One run per key: "once", an activity's id, an order's number, …"""
    entered: datetime
    bundle: str
    """The playbook whose graph this enrollment is pinned to."""
    state: EnrollmentState = EnrollmentState.ACTIVE
    step: str = ""
    """Id of the step it stands on; "" before the first."""
    visits: dict[str, int] = {}
    """How often each step was visited: the occurrence in a send's id."""
    until: datetime | None = None
    """When the wait it stands in ends."""
    began: datetime | None = None
    """When the step it stands on began: a wait_for counts from there."""
    mail: str = ""
    """Id of the latest marketing mail that a step planned: what waits after it counts from when it goes."""
    took: dict[str, str] = {}
    """By step: the path taken at its latest visit."""
    facts: dict[str, str] = {}
    """Of the activity that let it in: {{ entry.order }} in mails."""
    answers: dict[str, Any] = {}
    """By webhook step: the JSON it answered; {"failed": reason} where it did not."""
    unanswered: tuple[str, ...] = ()
    """The webhook steps that did not: what a receiver calls `failed` is its own affair."""
    stuck: str = ""
    """Why it cannot be moved (its playbook names what is not there, …); it is tried again each hour."""
    reason: str = ""
    left: datetime | None = None
    activity: str = ""
    """The activity that enrolled it."""


def leave(enrollment: Enrollment, reason: str, now: datetime) -> tuple[Enrollment, Decision]:
    """Out of the journey before its end, and the decision that says why."""
    return _over(
        replace(enrollment, state=EnrollmentState.EXITED, reason=reason, left=now, until=None), Outcome.EXITED, now
    )


def finish(enrollment: Enrollment, now: datetime) -> tuple[Enrollment, Decision]:
    """Through to the end, and the decision that says so."""
    return _over(replace(enrollment, state=EnrollmentState.FINISHED, left=now, until=None), Outcome.FINISHED, now)


def at_step(enrollment: Enrollment, step: str, outcome: Outcome, reason: str, now: datetime) -> Decision:
    """What became of its latest visit to this step: it "took" the path that is the reason, "failed" for it, or was
    "moved" to another step."""
    visit = enrollment.visits.get(step, 0)
    return Decision(
        id=digest("step", enrollment.lead, enrollment.journey, enrollment.key, step, visit, outcome, enrollment.bundle),
        lead=enrollment.lead,
        at=now,
        what=DecisionKind.STEP,
        subject=enrollment.journey,
        outcome=outcome,
        reason=reason,
        bundle=enrollment.bundle,
        facts={"entry": enrollment.key, "step": step, "visit": str(visit)},
    )


def _over(gone: Enrollment, outcome: Outcome, now: datetime) -> tuple[Enrollment, Decision]:
    return gone, Decision(
        id=digest("left", gone.lead, gone.journey, gone.key),
        lead=gone.lead,
        at=now,
        what=DecisionKind.ENROLLMENT,
        subject=gone.journey,
        outcome=outcome,
        reason=gone.reason,
        bundle=gone.bundle,
        activities=(gone.activity,) if gone.activity else (),
        facts={"entry": gone.key, "step": gone.step},
    )
