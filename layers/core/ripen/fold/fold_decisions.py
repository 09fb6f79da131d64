"""The decisions of a fold, by which people see why something happened."""

from collections.abc import Iterable
from copy import replace
from datetime import datetime

from ripen.decision import Decision, DecisionKind, Outcome, Reason
from ripen.fold.triggers import FiredTrigger
from ripen.ids import digest
from ripen.lead.activity import Activity, Verdict
from ripen.lead.state import Rank, State
from ripen.playbook.bundle import Bundle
from ripen.scoring.rank import ORDER, lacks_proof
from ripen.scoring.score import Score
from ripen.tracking.click_evidence import Evidence, is_click
from ripen.tracking.click_verdict import RULES_VERSION, starts_burst


def entry(trigger: FiredTrigger, key: str, lead: str, reason: str, bundle: Bundle, now: datetime) -> Decision:
    """Return the decision that the lead entered the journey, perhaps only for its first mail, or why it did not."""
    return Decision(
        id=digest("enrolled", lead, trigger.journey, trigger.activity, trigger.why, trigger.key, key, reason),
        lead=lead,
        at=now,
        what=DecisionKind.ENROLLMENT,
        subject=trigger.journey,
        outcome=Outcome.REFUSED if reason not in ("", Reason.ASKED_AGAIN) else Outcome.ENTERED,
        reason=reason,
        bundle=bundle.hash,
        activities=(trigger.activity,) if trigger.activity else (),
        facts={"by": trigger.why} | ({"key": key} if key else {}),
    )


def merge(earlier: Decision | None, decision: Decision) -> Decision:
    """Return one decision for both: the earlier one, if any, with the activities of this one too."""
    if earlier is None:
        return decision
    return replace(earlier, activities=(*earlier.activities, *decision.activities))


def rank_changed(
    before: Rank,
    state: State,
    score: Score,
    activities: tuple[Activity, ...],
    reason: str,
    bundle: Bundle,
    now: datetime,
) -> Decision:
    """Return the decision that the rank changed, because of activity, decay, revised verdicts or a new playbook."""
    return Decision(
        id=digest("ranked", state.lead, before, state.rank, now.isoformat()),
        lead=state.lead,
        at=now,
        what=DecisionKind.RANK,
        subject=state.rank.value,
        outcome=Outcome.ROSE if ORDER.index(state.rank) > ORDER.index(before) else Outcome.FELL,
        reason=reason,
        bundle=bundle.hash,
        activities=tuple(activity.id for activity in activities),
        facts={"from": before.value, "total": f"{score.total:.1f}"},
    )


def kept_below_hot(
    before: State, after: State, score: Score, activities: tuple[Activity, ...], bundle: Bundle, now: datetime
) -> tuple[Decision, ...]:
    """Return the decision that only a proof is missing now; none if that was so before."""
    if not lacks_proof(after, bundle.scoring, now) or lacks_proof(before, bundle.scoring, now):
        return ()
    decision = Decision(
        id=digest("kept below hot", after.lead, now.isoformat()),
        lead=after.lead,
        at=now,
        what=DecisionKind.RANK,
        subject=Rank.HOT.value,
        outcome=Outcome.WAITS,
        reason=Reason.NO_PROOF,
        bundle=bundle.hash,
        activities=tuple(activity.id for activity in activities),
        facts={"total": f"{score.total:.1f}"},
    )
    return (decision,)


def disqualified(
    before: State, after: State, activities: tuple[Activity, ...], bundle: Bundle, now: datetime
) -> tuple[Decision, ...]:
    """Return the decision that the lead stays cold because of a disqualifier; none if that was so before."""
    if after.disqualified in ("", before.disqualified):
        return ()
    decision = Decision(
        id=digest("disqualified", after.lead, after.disqualified, now.isoformat()),
        lead=after.lead,
        at=now,
        what=DecisionKind.RANK,
        subject=Rank.COLD.value,
        outcome=Outcome.REFUSED,
        reason=f"{Reason.DISQUALIFIED}: {after.disqualified}",
        bundle=bundle.hash,
        activities=tuple(activity.id for activity in activities),
    )
    return (decision,)


def alerted_late(state: State, activities: tuple[Activity, ...], bundle: Bundle, now: datetime) -> Decision:
    """Return the decision that sales is alerted now about a lead that a new playbook had made hot."""
    return Decision(
        id=digest("alerted late", state.lead, state.episode),
        lead=state.lead,
        at=now,
        what=DecisionKind.RANK,
        subject=state.rank.value,
        outcome=Outcome.ANNOUNCED,
        reason=Reason.PLAYBOOK_CHANGED,
        bundle=bundle.hash,
        activities=tuple(activity.id for activity in activities),
    )


def uncounted_clicks(
    activities: Iterable[Activity], evidence: Evidence, bundle: Bundle, now: datetime
) -> tuple[Decision, ...]:
    """Return the decisions about clicks of machines, one for each burst, and about repeated clicks."""
    uncounted = [
        a
        for a in activities
        if is_click(a)
        and (a.verdict is Verdict.REPEATED or (a.verdict is Verdict.MACHINE and starts_burst(a, evidence)))
    ]
    return tuple(_verdict(a.subject, (a,), bundle, now) for a in uncounted)


def revised_verdicts(
    changes: Iterable[tuple[Activity, Activity]], bundle: Bundle, now: datetime
) -> tuple[Decision, ...]:
    """Return the decisions about revised verdicts, given as (before, after): one for each mail and verdict."""
    groups: dict[tuple[str, str, Verdict], list[Activity]] = {}
    for before, after in changes:
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
