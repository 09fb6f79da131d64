"""The fold: what activities change about a lead, and what follows from it.

Activities in any order, repeated or not, give the same sums; the rank is judged only as of now.
"""

from collections.abc import Iterable, Sequence
from copy import replace
from datetime import datetime

from msgspec import Struct

from ripen.decision import Decision, Reason, embed
from ripen.fold import fold_decisions
from ripen.fold.consequences import (
    Consequence,
    CrmOutdated,
    Enrolled,
    journeys_affected,
    lead_turned_hot,
)
from ripen.fold.contact_requests import Requests, contact_requests
from ripen.fold.date_triggers import next_trigger_date
from ripen.fold.entry import Entered, enter_journeys
from ripen.fold.lead_history import LeadHistory, StateChange
from ripen.fold.model_alerts import model_alerts
from ripen.lead.activity import OPPORTUNITY_KINDS, OWN_KINDS, RECORD_KINDS, Activity, Kind, Verdict
from ripen.lead.history import HistoryEntry, HistoryPage, history_entry
from ripen.lead.lead import Profile
from ripen.lead.state import Rank, State
from ripen.playbook.bundle import Bundle
from ripen.playbook.condition import LeadFacts
from ripen.scoring.activity_counts import lead_facts, with_activity
from ripen.scoring.models import next_standing_change, with_engagement, with_fit, with_model_ranks
from ripen.scoring.rank import judged, next_threshold_crossing
from ripen.scoring.rules_version import rules_version
from ripen.scoring.score import Score, score
from ripen.scoring.segment import next_segment_change, segment_thresholds, segments
from ripen.tracking.click_evidence import Evidence
from ripen.tracking.click_verdict import can_change, classify, is_ready, reclassify

_NO_NEWS_FOR_CRM = (Kind.ENTRY_ASKED, Kind.CAMPAIGN_JOINED, *RECORD_KINDS, *OPPORTUNITY_KINDS)
"""Requests to enter a journey, and activities that the CRM reported."""


class Folded(Struct, frozen=True, kw_only=True):
    """The result of a fold."""

    state: State
    score: Score
    activities: tuple[Activity, ...]
    """The activities that were folded now, or whose verdict was revised."""
    consequences: tuple[Consequence, ...]
    decisions: tuple[Decision, ...]
    due: datetime | None
    """When the state is due next, because time alone may change something; at once if verdicts are outdated."""
    pages: tuple[HistoryPage, ...] = ()
    """The history pages with revised verdicts, as many as were read; only after a refold."""


def with_embedded_decisions(folded: Folded) -> Folded:
    """Return the fold with its decisions inside its activities, where they cost no rows.

    Each is in the last of the activities that caused it, else in the last of all. Without an activity, time alone or a
    new playbook led to it, and it keeps a row of its own.
    """
    if not folded.activities:
        return folded
    ids = [activity.id for activity in folded.activities]
    inside: dict[str, list[Decision]] = {id: [] for id in ids}
    for decision in folded.decisions:
        inside[next((id for id in reversed(decision.activities) if id in inside), ids[-1])].append(decision)
    activities = tuple(
        replace(a, decisions=(*a.decisions, *(embed(decision, a.id) for decision in inside[a.id])))
        for a in folded.activities
    )
    return replace(folded, activities=activities, decisions=())


def fold(lead: LeadHistory, activities: Iterable[Activity], bundle: Bundle, now: datetime) -> Folded:
    """Fold the activities into the lead's state, judged as of now. Without activities, only time has passed.

    1. Judge the activities that are ready; leave out those that are folded already, repeated or not ready.
    2. Add their points and times, then judge rank and segments.
    3. Enrol the lead in journeys.
    4. List what follows, and why.
    """
    given = tuple(activities)
    evidence = Evidence((*lead.nearby, *given), lead.deliveries)
    ready = _ready(given, evidence, now)
    before = lead.state or State(lead=lead.profile.id, rank_since=now, rules_version=rules_version(bundle))
    entries = tuple(map(history_entry, ready))
    added = replace(add_activities(before, lead.profile, entries, bundle), history=(*before.history, *entries))
    after, points = with_rank(added, bundle, now)
    after = _alert_late(before, after, ready, now)
    after, facts = with_segments(after, lead, points, bundle, now)
    entered = enter_journeys(lead, StateChange(before=before, after=after, facts=facts, activities=ready), bundle, now)
    requests = contact_requests(before, lead.profile, ready, bundle, now)
    state = replace(
        entered.state,
        verdicts_outdated=entered.state.verdicts_outdated or _revises(lead, ready, evidence),
        contact_requests=requests.counted,
    )
    return Folded(
        state=state,
        score=points,
        activities=ready,
        consequences=(
            *_consequences(lead, before, entered, ready, requests, now),
            *model_alerts(before, state, bundle, now),
        ),
        decisions=(
            *entered.decisions,
            *fold_decisions.uncounted_clicks(ready, evidence, bundle, now),
            *_rank_decisions(before, state, points, ready, bundle, now),
        ),
        due=_due(lead.due if given else None, state, next_check(state, lead.profile, facts, bundle), now),
    )


def _ready(activities: tuple[Activity, ...], evidence: Evidence, now: datetime) -> tuple[Activity, ...]:
    """Return the activities to fold now, each once and with its verdict, in the order in which we received them."""
    new = {a.id: a for a in activities if a.folded is None and is_ready(a, evidence, now)}
    ordered = sorted(new.values(), key=lambda a: (a.received, a.id))
    return tuple(replace(classify(a, evidence), folded=now) for a in ordered)


def add_activities(state: State, profile: Profile, activities: Sequence[HistoryEntry], bundle: Bundle) -> State:
    """Return the state with the points, times and proofs of these activities, and the fit of the present profile."""
    times = state.activity_times
    for done in activities:
        times = with_activity(times, done, bundle)
    own = [done.at for done in activities if _is_own(done.kind, done.details.verdict)]
    proofs = [done.at for done in activities if done.details.proof]
    return replace(
        with_fit(with_engagement(state, activities, bundle.scoring), profile, bundle.scoring),
        activity_times=times,
        last_activity=max([*own, *filter(None, [state.last_activity])], default=None),
        proven=min([*proofs, *filter(None, [state.proven])], default=None),
        activity_count=state.activity_count + len(activities),
    )


def with_rank(state: State, bundle: Bundle, now: datetime) -> tuple[State, Score]:
    """Return the state with its rank, level and further models judged as of now, and the score behind the rank."""
    points = score(state, bundle.scoring, now)
    new = with_model_ranks(judged(state, state, points, bundle.scoring), bundle.scoring, now)
    if new.rank is state.rank:
        return new, points
    turned_hot = new.rank is Rank.HOT
    return replace(
        new,
        rank_since=now,
        episode=state.episode + turned_hot,
        alerted=now if turned_hot else state.alerted,
    ), points


def with_segments(
    state: State, lead: LeadHistory, points: Score, bundle: Bundle, now: datetime
) -> tuple[State, LeadFacts]:
    """Return the state with its segments judged as of now, after its rank, and what clauses can ask then."""
    facts = lead_facts(lead.profile, state, points, lead.contact, now)
    found = segments(bundle.segments, facts, state.activity_times)
    return replace(state, segments=found), replace(facts, segments=frozenset(found))


def next_check(state: State, profile: Profile, facts: LeadFacts, bundle: Bundle) -> datetime | None:
    """Return when time alone may change a rank, the level or a segment, or a date trigger is due; None if never."""
    total, engagement = (segment_thresholds(bundle.segments, field) for field in ("total", "engagement"))
    moments = (
        next_standing_change(state, bundle.scoring, facts.now),
        next_threshold_crossing(state, bundle.scoring, facts.now, total, engagement),
        next_segment_change(bundle.segments, facts, state.activity_times),
        next_trigger_date(state, profile, bundle, facts.now),
    )
    return min(filter(None, moments), default=None)


def _due(known: datetime | None, state: State, next_check: datetime | None, now: datetime) -> datetime | None:
    """Return when the state is due. An earlier due time that was known before and is still to come is kept.

    So most folds leave the agenda as it is, and react folds too early at times, which changes nothing.
    """
    wanted = now if state.verdicts_outdated else next_check
    if known is None or known <= now:
        return wanted
    return min(known, wanted) if wanted else known


def _alert_late(before: State, after: State, activities: tuple[Activity, ...], now: datetime) -> State:
    """Start a new episode for a lead that became hot only because the scoring rules changed.

    Sales was not alerted then. It is alerted once the lead does something and is still hot.
    """
    was_hot = before.rank is after.rank is Rank.HOT
    was_alerted = after.alerted is not None and after.alerted >= (after.rank_since or after.alerted)
    if not was_hot or was_alerted or not any(_is_own(a.kind, a.verdict) for a in activities):
        return after
    return replace(after, episode=after.episode + 1, alerted=now)


def _consequences(
    lead: LeadHistory,
    before: State,
    entered: Entered,
    activities: tuple[Activity, ...],
    requests: Requests,
    now: datetime,
) -> Iterable[Consequence]:
    """Yield what follows. A submission that asks for contact and turns the lead hot is one alert, that it asks."""
    state = entered.state
    yield from map(Enrolled, entered.enrollments)
    yield from requests.cards
    if requests.left_out:
        yield requests.left_out
    if state.episode > before.episode and not requests.cards:
        yield lead_turned_hot(state, now)
    if affected := journeys_affected(before, state, activities):
        yield affected
    if _concern_crm(activities) or lead.state is None or state.rank is not before.rank:
        yield CrmOutdated(_is_urgent(lead, state, activities))


def _revises(lead: LeadHistory, activities: tuple[Activity, ...], evidence: Evidence) -> bool:
    """Return whether the activities are evidence that changes the verdict of clicks folded earlier."""
    return bool(activities) and any(
        activity.folded and reclassify(activity, evidence).verdict is not activity.verdict
        for activity in lead.nearby
        if can_change(activity)
    )


def _rank_decisions(
    before: State, after: State, points: Score, activities: tuple[Activity, ...], bundle: Bundle, now: datetime
) -> Iterable[Decision]:
    if after.rank is not before.rank:
        reason = Reason.ACTIVITY if _concern_crm(activities) else Reason.DECAY
        yield fold_decisions.rank_changed(before.rank, after, points, activities, reason, bundle, now)
    elif after.episode > before.episode:
        yield fold_decisions.alerted_late(after, activities, bundle, now)
    yield from fold_decisions.kept_below_hot(before, after, points, activities, bundle, now)
    yield from fold_decisions.disqualified(before, after, activities, bundle, now)


def _concern_crm(activities: tuple[Activity, ...]) -> bool:
    """Return whether the CRM may want to know of one of them."""
    return any(a.verdict is Verdict.HUMAN and a.kind not in _NO_NEWS_FOR_CRM for a in activities)


def _is_own(kind: Kind, verdict: Verdict) -> bool:
    return kind in OWN_KINDS and verdict is Verdict.HUMAN


def _is_urgent(lead: LeadHistory, after: State, activities: tuple[Activity, ...]) -> bool:
    before = lead.state
    return (
        before is None
        or before.rank is not after.rank
        or before.episode != after.episode
        or (lead.profile.crm is None and any(a.kind is Kind.FORM_SUBMITTED for a in activities))
    )
