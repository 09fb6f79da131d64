"""The fold: what activities change about a lead, and what follows from it.

Any order and any repetition of activities leads to the same sums; the rank is judged at `now` only (DESIGN rule 3).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ripen.activity import Activity, Kind, Verdict
from ripen.alert import Alert
from ripen.bundle import Bundle, Journey
from ripen.condition import traits
from ripen.decision import Decision
from ripen.ids import alert_id, digest
from ripen.journey import Enrollment
from ripen.lead import Profile
from ripen.rank import ORDER, next_crossing, rank
from ripen.score import Score, fit, happened, score, tally
from ripen.segment import segments
from ripen.state import Entry, Rank, State
from ripen.verdict import is_ripe, judge

_DONE_BY_THE_LEAD = (
    Kind.FORM_SUBMITTED,
    Kind.PAGE_VIEWED,
    Kind.PAGE_READ,
    Kind.FILE_DOWNLOADED,
    Kind.LINK_FOLLOWED,
    Kind.LINK_CLICKED,
)
_REFUSALS = (Kind.UNSUBSCRIBED, Kind.BOUNCED, Kind.COMPLAINED)
_CALM = timedelta(seconds=60)
_RARELY = timedelta(minutes=15)


@dataclass(frozen=True)
class LeadTurnedHot:
    """Sales hears of it by this alert, once for each time of being hot."""

    alert: Alert


@dataclass(frozen=True)
class Enrolled:
    enrollment: Enrollment


@dataclass(frozen=True)
class CrmFellBehind:
    """What the CRM knows is no longer all. `urgent`: a new lead, a new rank, or a form of a lead it does not have."""

    urgent: bool


@dataclass(frozen=True)
class JourneysShaken:
    """Something happened that may end the journeys the lead is in: a refusal, or a rank that may be their goal."""


Consequence = LeadTurnedHot | Enrolled | CrmFellBehind | JourneysShaken


@dataclass(frozen=True, kw_only=True)
class Folded:
    """`activities` went in just now, each with its verdict; `decay` is when time alone may change the rank."""

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
) -> Folded:
    """The lead's state with these activities in it, judged at `now`, and all that follows. What is folded already, given
    twice or not ripe yet stays out; no activity at all means that only time has passed. `siblings` are those that
    happened about the same time: they tell a scanner from a person."""
    given = tuple(activities)
    taken = _taken(given, (*given, *siblings), now)
    before = state or State(lead=profile.id, rank_since=now)
    after, entered, decisions = _enrol(_summed(before, profile, taken, bundle), taken, bundle, now)
    judged, sum = _judged(after, profile, bundle, now)
    consequences: list[Consequence] = [Enrolled(enrollment) for enrollment in entered]
    if judged.rank is not before.rank:
        decisions += (_ranked(before.rank, judged, sum, taken, bundle, now),)
    if judged.episode > before.episode:
        id = alert_id(profile.id, "hot", judged.episode)
        consequences.append(LeadTurnedHot(Alert(id=id, lead=profile.id, kind="hot", planned=now)))
    if _shakes(before, judged, taken):
        consequences.append(JourneysShaken())
    if taken or state is None or judged.rank is not before.rank:
        consequences.append(CrmFellBehind(_is_urgent(state, judged, profile, taken)))
    return Folded(
        state=judged,
        score=sum,
        activities=taken,
        consequences=tuple(consequences),
        decisions=decisions,
        decay=next_crossing(judged, bundle.scoring, now),
    )


def crm_due(urgent: bool, written: datetime | None, due: datetime | None, now: datetime) -> datetime:
    """When the CRM is written to: at once if urgent, else after a minute and at most every 15 minutes per lead; never
    later than it already was to be."""
    wanted = now if urgent else max(now + _CALM, written + _RARELY if written else now)
    return min(wanted, due) if due else wanted


def _taken(activities: tuple[Activity, ...], siblings: tuple[Activity, ...], now: datetime) -> tuple[Activity, ...]:
    new = {a.id: a for a in activities if a.folded is None and is_ripe(a, now)}
    ordered = sorted(new.values(), key=lambda a: (a.received, a.id))
    return tuple(replace(judge(a, siblings), folded=now) for a in ordered)


def _summed(state: State, profile: Profile, taken: tuple[Activity, ...], bundle: Bundle) -> State:
    tallies = state.tallies
    for activity in taken:
        tallies = tally(tallies, activity, bundle.scoring)
    points, reasons = fit(profile, bundle.scoring)
    own = [happened(a) for a in taken if a.kind in _DONE_BY_THE_LEAD and a.verdict is Verdict.HUMAN]
    return replace(
        state,
        tallies=tallies,
        fit=points,
        fit_reasons=reasons,
        last_activity=max([*own, *filter(None, [state.last_activity])], default=None),
        folded=state.folded + len(taken),
    )


def _judged(state: State, profile: Profile, bundle: Bundle, now: datetime) -> tuple[State, Score]:
    sum = score(state, bundle.scoring, now)
    new = rank(sum.total, state.rank, bundle.scoring)
    known = traits(profile, fit=sum.fit, engagement=sum.engagement, total=sum.total, rank=new.value)
    judged = replace(state, segments=segments(bundle.segments, known))
    if new is not state.rank:
        judged = replace(judged, rank=new, rank_since=now, episode=state.episode + (new is Rank.HOT))
    return judged, sum


def _enrol(
    state: State, taken: tuple[Activity, ...], bundle: Bundle, now: datetime
) -> tuple[State, tuple[Enrollment, ...], tuple[Decision, ...]]:
    entries, entered, decisions = dict(state.journeys), [], []
    for activity in taken:
        for journey in bundle.journeys.values():
            if activity.kind is not Kind.FORM_SUBMITTED or activity.subject != journey.enrol.form:
                continue
            refusal = _refusal(journey, entries.get(journey.name), activity)
            if not refusal:
                enrollment = _enrollment(journey, activity, bundle)
                entered.append(enrollment)
                entries[journey.name] = Entry(key=enrollment.key, at=enrollment.entered)
            decisions.append(_enrolled(journey, activity, refusal, bundle, now))
    return replace(state, journeys=entries), tuple(entered), tuple(decisions)


def _refusal(journey: Journey, entry: Entry | None, activity: Activity) -> str:
    """Why the activity does not let the lead in; "" if it does."""
    again = journey.enrol.again_seconds
    if entry is None:
        return ""
    if again is None:
        return "entered once already"
    return "entered lately" if activity.received - entry.at < timedelta(seconds=again) else ""


def _enrollment(journey: Journey, activity: Activity, bundle: Bundle) -> Enrollment:
    return Enrollment(
        lead=activity.lead,
        journey=journey.name,
        key="once" if journey.enrol.again_seconds is None else activity.id,
        entered=activity.received,
        bundle=bundle.hash,
        activity=activity.id,
    )


def _shakes(before: State, after: State, taken: tuple[Activity, ...]) -> bool:
    rose = ORDER.index(after.rank) > ORDER.index(before.rank)
    return bool(after.journeys) and (rose or any(a.kind in _REFUSALS for a in taken))


def _is_urgent(state: State | None, after: State, profile: Profile, taken: tuple[Activity, ...]) -> bool:
    return (
        state is None
        or state.rank is not after.rank
        or (profile.crm is None and any(a.kind is Kind.FORM_SUBMITTED for a in taken))
    )


def _enrolled(journey: Journey, activity: Activity, refusal: str, bundle: Bundle, now: datetime) -> Decision:
    return Decision(
        id=digest("enrolled", activity.lead, journey.name, activity.id),
        lead=activity.lead,
        at=now,
        what="enrollment",
        subject=journey.name,
        outcome="refused" if refusal else "entered",
        reason=refusal,
        bundle=bundle.hash,
        activities=(activity.id,),
    )


def _ranked(
    before: Rank, state: State, score: Score, taken: tuple[Activity, ...], bundle: Bundle, now: datetime
) -> Decision:
    return Decision(
        id=digest("ranked", state.lead, before, state.rank, now.isoformat()),
        lead=state.lead,
        at=now,
        what="rank",
        subject=state.rank.value,
        outcome="rose" if ORDER.index(state.rank) > ORDER.index(before) else "fell",
        reason="activity" if taken else "decay",
        bundle=bundle.hash,
        activities=tuple(activity.id for activity in taken),
        facts={"from": before.value, "total": f"{score.total:.1f}"},
    )
