"""An enrollment: one run of one lead through one journey."""

from copy import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

from ripen.decision import Decision, DecisionKind, KeptDecision, Outcome
from ripen.ids import digest


class EnrollmentState(StrEnum):
    """Whether the lead is still in the journey, and how it ended."""

    ACTIVE = "active"
    FINISHED = "finished"
    """The lead reached the end of the journey."""
    EXITED = "exited"
    """The lead left the journey before its end."""


class Enrollment(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `enrollment#<journey>#<entry key>` row: where one lead is in one journey."""

    lead: str
    journey: str
    key: str
    """There is one enrollment for each key: "once", an activity's id, an order's number, …"""
    entered: datetime
    bundle: str
    """Hash of the playbook whose graph this enrollment follows."""
    state: EnrollmentState = EnrollmentState.ACTIVE
    requested_only: bool = False
    """The lead asked again while `again` allows no entry: only the requested mails at the journey's start are sent."""
    step: str = ""
    """Id of the current step; "" before the first."""
    visits: dict[str, int] = {}
    """Number of visits by step; a send's id contains it."""
    until: datetime | None = None
    """When the current wait ends."""
    step_started: datetime | None = None
    """When the current step started; a wait_for counts from then."""
    mail: str = ""
    """Id of the latest marketing mail that a step planned; a wait after it counts from the time the mail is sent."""
    latest_mail: str = ""
    """Id of the latest mail of either class that a step planned; the next one refers to it."""
    paths_taken: dict[str, str] = {}
    """The path taken at the latest visit, by step. Under "" is the step to start from, if a move has set one."""
    facts: dict[str, str] = {}
    """Facts of the activity that enrolled the lead: {{ entry.order }} in mails."""
    answers: dict[str, Any] = {}
    """The JSON answer by webhook step; {"failed": reason} if the call failed."""
    unanswered: tuple[str, ...] = ()
    """The webhook steps whose call failed. (An answer may contain a key `failed` of the receiver's own.)"""
    error: str = ""
    """Why the enrollment cannot be advanced; it is retried every hour."""
    reason: str = ""
    """Why the lead left the journey."""
    left: datetime | None = None
    """When the lead finished or left the journey."""
    activity: str = ""
    """Id of the activity that enrolled the lead."""
    decisions: tuple[KeptDecision, ...] = ()
    """The latest few (enrollment_decisions.py)."""


def leave(enrollment: Enrollment, reason: str, now: datetime) -> tuple[Enrollment, Decision]:
    """Return the enrollment as left before the end of the journey, and the decision that says why."""
    left = replace(enrollment, state=EnrollmentState.EXITED, reason=reason, left=now, until=None)
    return left, _end_decision(left, Outcome.EXITED, now)


def finish(enrollment: Enrollment, now: datetime) -> tuple[Enrollment, Decision]:
    """Return the enrollment as finished, and the decision that says so."""
    finished = replace(enrollment, state=EnrollmentState.FINISHED, left=now, until=None)
    return finished, _end_decision(finished, Outcome.FINISHED, now)


def step_decision(enrollment: Enrollment, step: str, outcome: Outcome, reason: str, now: datetime) -> Decision:
    """Return the decision about the latest visit to a step.

    The outcome is "took" (the reason is the path), "failed", or "moved" (the reason is the step of the new graph).
    """
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


def _end_decision(enrollment: Enrollment, outcome: Outcome, now: datetime) -> Decision:
    return Decision(
        id=digest("left", enrollment.lead, enrollment.journey, enrollment.key),
        lead=enrollment.lead,
        at=now,
        what=DecisionKind.ENROLLMENT,
        subject=enrollment.journey,
        outcome=outcome,
        reason=enrollment.reason,
        bundle=enrollment.bundle,
        activities=(enrollment.activity,) if enrollment.activity else (),
        facts={"entry": enrollment.key, "step": enrollment.step},
    )
