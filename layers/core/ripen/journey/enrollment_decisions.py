"""The decisions about an enrollment. The latest are kept in its row, because a row of its own would cost as much."""

from collections.abc import Iterable
from copy import replace

from ripen.decision import Decision, DecisionKind, KeptDecision, Outcome
from ripen.ids import digest
from ripen.journey.enrollment import Enrollment

_KEPT = 8
"""The latest decisions that a row keeps, so that it stays below 1 KB, the unit of its price."""
_OF_THE_WHOLE = frozenset({Outcome.FINISHED, Outcome.EXITED, Outcome.STUCK})
"""Outcomes of the enrollment; all others are outcomes of a step."""


def with_decisions(enrollment: Enrollment, made: Iterable[Decision]) -> tuple[Enrollment, list[Decision]]:
    """Return the enrollment with these decisions about it, and the older ones for which its row has no room."""
    kept = (*enrollment.decisions, *(_kept(decision) for decision in made))
    return replace(enrollment, decisions=kept[-_KEPT:]), [_decision(enrollment, each) for each in kept[:-_KEPT]]


def decisions_about(enrollment: Enrollment) -> list[Decision]:
    """Return the decisions that the row keeps, the earliest first."""
    return [_decision(enrollment, kept) for kept in enrollment.decisions]


def _kept(decision: Decision) -> KeptDecision:
    visit = int(decision.facts.get("visit", "0"))
    return KeptDecision(decision.at, decision.outcome, decision.reason, decision.facts["step"], visit)


def _decision(enrollment: Enrollment, kept: KeptDecision) -> Decision:
    of_step = kept.outcome not in _OF_THE_WHOLE
    is_end = kept.outcome in (Outcome.FINISHED, Outcome.EXITED)
    place = (enrollment.lead, enrollment.journey, enrollment.key, kept.step, kept.visit)
    return Decision(
        id=digest("enrollment decision", *place, kept.outcome, kept.at.isoformat()),
        lead=enrollment.lead,
        at=kept.at,
        what=DecisionKind.STEP if of_step else DecisionKind.ENROLLMENT,
        subject=enrollment.journey,
        outcome=kept.outcome,
        reason=kept.reason,
        bundle=enrollment.bundle,
        activities=(enrollment.activity,) if is_end and enrollment.activity else (),
        facts={"entry": enrollment.key, "step": kept.step} | ({"visit": str(kept.visit)} if of_step else {}),
    )
