"""The decisions that a journey leaves behind: which path was taken and why somebody left."""

from datetime import datetime

from ripen.decision import Decision
from ripen.ids import digest
from ripen.journey import Enrollment, EnrollmentState


def left(enrollment: Enrollment, now: datetime) -> Decision:
    """That it is over: finished, or exited for its reason."""
    finished = enrollment.state is EnrollmentState.FINISHED
    return Decision(
        id=digest("left", enrollment.lead, enrollment.journey, enrollment.key),
        lead=enrollment.lead,
        at=now,
        what="enrollment",
        subject=enrollment.journey,
        outcome="finished" if finished else "exited",
        reason=enrollment.reason,
        bundle=enrollment.bundle,
        activities=(enrollment.activity,) if enrollment.activity else (),
        facts={"entry": enrollment.key, "step": enrollment.step},
    )


def at_step(enrollment: Enrollment, step: str, outcome: str, reason: str, now: datetime) -> Decision:
    """What became of its latest visit to this step: it "took" the path that is the reason, "failed" for it, or was
    "moved" to another step."""
    visit = enrollment.visits.get(step, 0)
    return Decision(
        id=digest("step", enrollment.lead, enrollment.journey, enrollment.key, step, visit, outcome, enrollment.bundle),
        lead=enrollment.lead,
        at=now,
        what="step",
        subject=enrollment.journey,
        outcome=outcome,
        reason=reason,
        bundle=enrollment.bundle,
        facts={"entry": enrollment.key, "step": step, "visit": str(visit)},
    )
