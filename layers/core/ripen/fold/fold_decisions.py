"""The decisions that a fold leaves behind: what people read to see why."""

from collections.abc import Iterable
from copy import replace
from datetime import datetime

from ripen.decision import Decision, DecisionKind, Outcome, Reason
from ripen.fold.triggers import Cause
from ripen.ids import digest
from ripen.lead.activity import Activity, Verdict
from ripen.lead.state import Rank, State
from ripen.playbook.bundle import Bundle
from ripen.scoring.rank import ORDER
from ripen.scoring.score import Score
from ripen.tracking.click_evidence import Evidence, is_click
from ripen.tracking.click_verdict import RULES_VERSION, starts_burst


def enrolled(cause: Cause, key: str, lead: str, refusal: str, bundle: Bundle, now: datetime) -> Decision:
    """That the lead entered the journey, or why it did not."""
    return Decision(
        id=digest("enrolled", lead, cause.journey, cause.activity, cause.why, cause.key, key, refusal),
        lead=lead,
        at=now,
        what=DecisionKind.ENROLLMENT,
        subject=cause.journey,
        outcome=Outcome.REFUSED if refusal else Outcome.ENTERED,
        reason=refusal,
        bundle=bundle.hash,
        activities=(cause.activity,) if cause.activity else (),
        facts={"by": cause.why} | ({"key": key} if key else {}),
    )


def together(earlier: Decision | None, decision: Decision) -> Decision:
    """The earlier decision, if there is one, as taken about what led to this one too."""
    if earlier is None:
        return decision
    return replace(earlier, activities=(*earlier.activities, *decision.activities))


def ranked(
    before: Rank,
    state: State,
    score: Score,
    taken: tuple[Activity, ...],
    reason: str,
    bundle: Bundle,
    now: datetime,
) -> Decision:
    """That the rank is another one; `reason` is activity, decay, verdicts revised or playbook changed."""
    return Decision(
        id=digest("ranked", state.lead, before, state.rank, now.isoformat()),
        lead=state.lead,
        at=now,
        what=DecisionKind.RANK,
        subject=state.rank.value,
        outcome=Outcome.ROSE if ORDER.index(state.rank) > ORDER.index(before) else Outcome.FELL,
        reason=reason,
        bundle=bundle.hash,
        activities=tuple(activity.id for activity in taken),
        facts={"from": before.value, "total": f"{score.total:.1f}"},
    )


def late(state: State, taken: tuple[Activity, ...], bundle: Bundle, now: datetime) -> Decision:
    """That sales hears now of a lead that a new playbook had made hot."""
    return Decision(
        id=digest("told late", state.lead, state.episode),
        lead=state.lead,
        at=now,
        what=DecisionKind.RANK,
        subject=state.rank.value,
        outcome=Outcome.ANNOUNCED,
        reason=Reason.PLAYBOOK_CHANGED,
        bundle=bundle.hash,
        activities=tuple(activity.id for activity in taken),
    )


def machines(taken: Iterable[Activity], evidence: Evidence, bundle: Bundle, now: datetime) -> tuple[Decision, ...]:
    """Which hits were a machine's, and why: one decision for each burst."""
    first = [a for a in taken if a.verdict is Verdict.MACHINE and is_click(a) and starts_burst(a, evidence)]
    return tuple(_verdict(a.subject, (a,), bundle, now) for a in first)


def revised(changed: Iterable[tuple[Activity, Activity]], bundle: Bundle, now: datetime) -> tuple[Decision, ...]:
    """Whose verdicts became others, given as (before, after): one decision for each mail and verdict."""
    groups: dict[tuple[str, str, Verdict], list[Activity]] = {}
    for before, after in changed:
        if before.verdict is not after.verdict:
            groups.setdefault((after.subject, after.facts.get("send", ""), after.verdict), []).append(after)
    return tuple(_verdict(subject, tuple(group), bundle, now) for (subject, _, _), group in groups.items())


def _verdict(subject: str, clicks: tuple[Activity, ...], bundle: Bundle, now: datetime) -> Decision:
    first = clicks[0]
    return Decision(
        id=digest("verdict", first.id, first.verdict, now.isoformat()),
        lead=first.lead,
        at=now,
        what=DecisionKind.VERDICT,
        subject=subject,
        outcome=Outcome(first.verdict.value),
        reason=", ".join(first.classification.why) if first.classification else "",
        bundle=bundle.hash,
        activities=tuple(click.id for click in clicks),
        facts={
            "send": first.facts.get("send", ""),
            "points": str(first.classification.points if first.classification else 0),
            "rules": str(RULES_VERSION),
        },
    )
