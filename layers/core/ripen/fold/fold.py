"""The fold: what activities change about a lead, and what follows from it.

Any order and any repetition of activities leads to the same sums; the rank is judged at `now` only (DESIGN rule 3).
"""

from collections.abc import Iterable, Mapping
from copy import replace
from datetime import datetime, timedelta

from msgspec import Struct

from ripen.decision import Decision, Reason
from ripen.fold import fold_decisions
from ripen.fold.date_triggers import next_occasion
from ripen.fold.entry import enter
from ripen.ids import alert_id
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity, Kind, Verdict, happened_at
from ripen.lead.contact import Contact
from ripen.lead.lead import Profile
from ripen.lead.state import Rank, State
from ripen.playbook.bundle import Bundle
from ripen.playbook.condition import LeadFacts
from ripen.playbook.wake_events import JOURNEY_ENDING_KINDS, event_names
from ripen.scoring.activity_counts import lead_facts, with_activity
from ripen.scoring.rank import next_rank_change, next_threshold_crossing, rank
from ripen.scoring.rules_version import rules_version
from ripen.scoring.score import Score, add_points, fit, score
from ripen.scoring.segment import next_segment_change, segment_thresholds, segments
from ripen.slack.alert import Alert
from ripen.tracking.click_evidence import Evidence
from ripen.tracking.click_verdict import can_change, classify, is_ready, reclassify

_DONE_BY_THE_LEAD = (
    Kind.FORM_SUBMITTED,
    Kind.PAGE_VIEWED,
    Kind.PAGE_READ,
    Kind.FILE_DOWNLOADED,
    Kind.LINK_FOLLOWED,
    Kind.LINK_CLICKED,
)
_TELLS: dict[Kind, tuple[str, ...]] = {
    Kind.FORM_SUBMITTED: ("field", "tag", "consent"),
    Kind.UPDATED: ("field", "tag", "consent"),
    Kind.POINTS_GIVEN: ("field", "tag"),
    Kind.UNSUBSCRIBED: ("consent",),
    Kind.COMPLAINED: ("consent",),
}
"""What else may be another because of them (wake_events.py)."""
_NO_NEWS = (Kind.ENTRY_ASKED, Kind.CAMPAIGN_JOINED, Kind.CONVERTED)
_CALM = timedelta(seconds=60)
_RARELY = timedelta(minutes=15)


class LeadTurnedHot(Struct, frozen=True):
    """Sales hears of it by this alert, once for each time of being hot."""

    alert: Alert


class Enrolled(Struct, frozen=True):
    enrollment: Enrollment


class CrmFellBehind(Struct, frozen=True):
    """What the CRM knows is no longer all. `urgent`: a new lead, a new rank, or a form of a lead it does not have."""

    urgent: bool


class JourneysShaken(Struct, frozen=True):
    """Something happened that these journeys, which the lead has entered, listen to: they are looked at now."""

    journeys: tuple[str, ...]


class VerdictsAged(Struct, frozen=True):
    """Clicks that were folded before look otherwise now: the lead is to be folded anew (refold.py)."""


Consequence = LeadTurnedHot | Enrolled | CrmFellBehind | JourneysShaken | VerdictsAged


class Folded(Struct, frozen=True, kw_only=True):
    """`activities` went in just now, each with its verdict; `decay` is when time alone may change something."""

    state: State
    score: Score
    activities: tuple[Activity, ...]
    consequences: tuple[Consequence, ...]
    decisions: tuple[Decision, ...]
    decay: datetime | None


def fold(
    profile: Profile,
    state: State | None,
    activities: Iterable[Activity],
    bundle: Bundle,
    now: datetime,
    siblings: Iterable[Activity] = (),
    delivered: Mapping[str, datetime] | None = None,
    *,
    contact: Contact | None = None,
    enrollments: Iterable[Enrollment] = (),
) -> Folded:
    """The lead's state with these activities in it, judged at `now`, and all that follows. What is folded already, given
    twice or not ripe yet stays out; no activity at all means that only time has passed. `siblings` are those that
    happened about the same time, `delivered` is when the mails were, by send id: they tell a scanner from a person. `contact` says for what
    a consent stands; `enrollments` are those in the journeys that entry.consulted names."""
    given, around = tuple(activities), tuple(siblings)
    evidence = Evidence((*around, *given), delivered)
    taken = _taken(given, evidence, now)
    before = state or State(lead=profile.id, rank_since=now, rules_version=rules_version(bundle))
    after, sum = ranked(summed(before, profile, taken, bundle), profile, bundle, now)
    after = _told_late(before, after, taken, now)
    after, known = settled(after, profile, sum, contact, bundle, now)
    judged, entered, decisions = enter(before, after, known, taken, profile, enrollments, bundle, now, is_new=not state)
    decisions += fold_decisions.machines(taken, evidence, bundle, now)
    consequences: list[Consequence] = [Enrolled(enrollment) for enrollment in entered]
    if judged.rank is not before.rank:
        reason = Reason.ACTIVITY if _matters(taken) else Reason.DECAY
        decisions += (fold_decisions.ranked(before.rank, judged, sum, taken, reason, bundle, now),)
    if judged.episode > before.episode:
        consequences.append(turned_hot(judged, now))
        if judged.rank is before.rank:
            decisions += (fold_decisions.late(judged, taken, bundle, now),)
    if shock := shaken(before, judged, taken):
        consequences.append(shock)
    if _matters(taken) or state is None or judged.rank is not before.rank:
        consequences.append(CrmFellBehind(_is_urgent(state, judged, profile, taken)))
    if taken and any(a.folded and reclassify(a, evidence).verdict is not a.verdict for a in around if can_change(a)):
        consequences.append(VerdictsAged())
    return Folded(
        state=judged,
        score=sum,
        activities=taken,
        consequences=tuple(consequences),
        decisions=decisions,
        decay=next_look(judged, profile, known, bundle),
    )


def turned_hot(state: State, now: datetime) -> LeadTurnedHot:
    """Sales hears of this episode."""
    id = alert_id(state.lead, "hot", state.episode)
    return LeadTurnedHot(Alert(id=id, lead=state.lead, kind="hot", planned=now))


def crm_due(urgent: bool, written: datetime | None, due: datetime | None, now: datetime) -> datetime:
    """When the CRM is written to: at once if urgent, else after a minute and at most every 15 minutes per lead; never
    later than it already was to be."""
    wanted = now if urgent else max(now + _CALM, written + _RARELY if written else now)
    return min(wanted, due) if due else wanted


def _taken(activities: tuple[Activity, ...], evidence: Evidence, now: datetime) -> tuple[Activity, ...]:
    new = {a.id: a for a in activities if a.folded is None and is_ready(a, evidence, now)}
    ordered = sorted(new.values(), key=lambda a: (a.received, a.id))
    return tuple(replace(classify(a, evidence), folded=now) for a in ordered)


def _matters(taken: tuple[Activity, ...]) -> bool:
    """Whether anything is among them that the CRM may want to know: not machines' hits, nor wishes about journeys, nor what it
    told us itself."""
    return any(a.verdict is not Verdict.MACHINE and a.kind not in _NO_NEWS for a in taken)


def summed(state: State, profile: Profile, taken: tuple[Activity, ...], bundle: Bundle) -> State:
    """The state with the points and times of these activities, and with the fit as the profile is now."""
    rule_points, times = state.rule_points, state.activity_times
    for activity in taken:
        rule_points = add_points(rule_points, activity, bundle.scoring)
        times = with_activity(times, activity, bundle)
    points, reasons = fit(profile, bundle.scoring)
    own = [happened_at(a) for a in taken if _is_own(a)]
    return replace(
        state,
        rule_points=rule_points,
        activity_times=times,
        fit=points,
        fit_reasons=reasons,
        last_activity=max([*own, *filter(None, [state.last_activity])], default=None),
        activity_count=state.activity_count + len(taken),
    )


def _is_own(activity: Activity) -> bool:
    return activity.kind in _DONE_BY_THE_LEAD and activity.verdict is Verdict.HUMAN


def _told_late(before: State, after: State, taken: tuple[Activity, ...], now: datetime) -> State:
    """Who became hot only because scoring is another one now was told of to nobody; sales hears of it once the lead does
    something and is hot still."""
    was_hot = before.rank is after.rank is Rank.HOT
    told_of = after.alerted is not None and after.alerted >= (after.rank_since or after.alerted)
    if not was_hot or told_of or not any(map(_is_own, taken)):
        return after
    return replace(after, episode=after.episode + 1, alerted=now)


def ranked(state: State, profile: Profile, bundle: Bundle, now: datetime) -> tuple[State, Score]:
    """The state with its rank judged at `now`, and the score behind it."""
    sum = score(state, bundle.scoring, now)
    new = rank(sum.total, state.rank, bundle.scoring)
    judged = state
    if new is not state.rank:
        judged = replace(state, rank=new, rank_since=now, episode=state.episode + (new is Rank.HOT))
        judged = replace(judged, alerted=now if new is Rank.HOT else state.alerted)
    return judged, sum


def settled(
    state: State, profile: Profile, sum: Score, contact: Contact | None, bundle: Bundle, now: datetime
) -> tuple[State, LeadFacts]:
    """The state with its segments judged at `now`, after its rank; and what is known of the lead then."""
    known = lead_facts(profile, state, sum, contact, now)
    found = segments(bundle.segments, known, state.activity_times)
    return replace(state, segments=found), replace(known, segments=frozenset(found))


def next_look(state: State, profile: Profile, known: LeadFacts, bundle: Bundle) -> datetime | None:
    """When time alone may change the rank or a segment, or a date lets into a journey; None if it never will."""
    total, engagement = (segment_thresholds(bundle.segments, field) for field in ("total", "engagement"))
    moments = (
        next_rank_change(state, bundle.scoring, known.now),
        next_threshold_crossing(state, bundle.scoring, known.now, total, engagement),
        next_segment_change(bundle.segments, known, state.activity_times),
        next_occasion(state, profile, bundle, known.now),
    )
    return min(filter(None, moments), default=None)


def shaken(before: State, after: State, taken: Iterable[Activity]) -> JourneysShaken | None:
    """Which of the journeys it has entered hear something of this."""
    names = {
        name for a in taken if a.verdict is not Verdict.MACHINE for name in (*event_names(a), *_TELLS.get(a.kind, ()))
    }
    if names:
        names.add("score")
    if before.rank is not after.rank:
        names |= {"rank", "score"}
    if before.segments != after.segments:
        names.add("segment")
    refused = not names.isdisjoint(JOURNEY_ENDING_KINDS)
    heard = [
        name
        for name, entry in after.journeys.items()
        if name in before.journeys and entry.active and (refused or not names.isdisjoint(entry.wake_events))
    ]
    return JourneysShaken(tuple(sorted(heard))) if heard else None


def _is_urgent(state: State | None, after: State, profile: Profile, taken: tuple[Activity, ...]) -> bool:
    return (
        state is None
        or state.rank is not after.rank
        or state.episode != after.episode
        or (profile.crm is None and any(a.kind is Kind.FORM_SUBMITTED for a in taken))
    )
