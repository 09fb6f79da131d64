"""The fold: what activities change about a lead, and what follows from it.

Any order and any repetition of activities leads to the same sums; the rank is judged at `now` only (DESIGN rule 3).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ripen import told
from ripen.activity import Activity, Kind, Verdict
from ripen.alert import Alert
from ripen.bundle import Bundle
from ripen.condition import traits
from ripen.decision import Decision
from ripen.graph import Journey, OnActivity, Trigger
from ripen.ids import alert_id
from ripen.journey import Enrollment
from ripen.lead import Profile
from ripen.rank import ORDER, next_crossing, rank
from ripen.score import Score, fit, happened, score, tally
from ripen.segment import segments
from ripen.state import Entry, Rank, State
from ripen.verdict import Evidence, can_change, is_ripe, judge, rejudge

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


@dataclass(frozen=True)
class VerdictsAged:
    """Clicks that were folded before look otherwise now: the lead is to be folded anew (refold.py)."""


Consequence = LeadTurnedHot | Enrolled | CrmFellBehind | JourneysShaken | VerdictsAged


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
    delivered: Mapping[str, datetime] | None = None,
) -> Folded:
    """The lead's state with these activities in it, judged at `now`, and all that follows. What is folded already, given
    twice or not ripe yet stays out; no activity at all means that only time has passed. `siblings` are those that
    happened about the same time, `delivered` is when the mails were, by send id: they tell a scanner from a person."""
    given, around = tuple(activities), tuple(siblings)
    evidence = Evidence((*around, *given), delivered)
    taken = _taken(given, evidence, now)
    before = state or State(lead=profile.id, rank_since=now)
    after, entered, decisions = _enrol(summed(before, profile, taken, bundle), taken, bundle, now)
    judged, sum = ranked(after, profile, bundle, now)
    decisions += told.machines(taken, evidence, bundle, now)
    consequences: list[Consequence] = [Enrolled(enrollment) for enrollment in entered]
    if judged.rank is not before.rank:
        reason = "activity" if _matters(taken) else "decay"
        decisions += (told.ranked(before.rank, judged, sum, taken, reason, bundle, now),)
    if judged.episode > before.episode:
        consequences.append(turned_hot(judged, now))
    if _shakes(before, judged, taken):
        consequences.append(JourneysShaken())
    if _matters(taken) or state is None or judged.rank is not before.rank:
        consequences.append(CrmFellBehind(_is_urgent(state, judged, profile, taken)))
    if taken and any(a.folded and rejudge(a, evidence).verdict is not a.verdict for a in around if can_change(a)):
        consequences.append(VerdictsAged())
    return Folded(
        state=judged,
        score=sum,
        activities=taken,
        consequences=tuple(consequences),
        decisions=decisions,
        decay=next_crossing(judged, bundle.scoring, now),
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
    new = {a.id: a for a in activities if a.folded is None and is_ripe(a, evidence, now)}
    ordered = sorted(new.values(), key=lambda a: (a.received, a.id))
    return tuple(replace(judge(a, evidence), folded=now) for a in ordered)


def _matters(taken: tuple[Activity, ...]) -> bool:
    """Whether anything but machines' hits is among them."""
    return any(a.verdict is not Verdict.MACHINE for a in taken)


def summed(state: State, profile: Profile, taken: tuple[Activity, ...], bundle: Bundle) -> State:
    """The state with the points of these activities, and with the fit as the profile is now."""
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


def ranked(state: State, profile: Profile, bundle: Bundle, now: datetime) -> tuple[State, Score]:
    """The state with its rank and segments judged at `now`, and the score behind them."""
    sum = score(state, bundle.scoring, now)
    new = rank(sum.total, state.rank, bundle.scoring)
    known = traits(profile, fit=sum.fit, engagement=sum.engagement, total=sum.total, rank=new.value)
    judged = replace(state, segments=segments(bundle.segments, known))
    if new is not state.rank:
        judged = replace(judged, rank=new, rank_since=now, episode=state.episode + (new is Rank.HOT))
        judged = replace(judged, alerted=now if new is Rank.HOT else state.alerted)
    return judged, sum


def _enrol(
    state: State, taken: tuple[Activity, ...], bundle: Bundle, now: datetime
) -> tuple[State, tuple[Enrollment, ...], tuple[Decision, ...]]:
    entries, entered, decisions = dict(state.journeys), [], []
    for activity in taken:
        for journey in bundle.journeys.values():
            if not any(_lets_in(trigger, activity) for trigger in journey.enrol):
                continue
            refusal = _refusal(journey, entries.get(journey.name), activity)
            if not refusal:
                enrollment = _enrollment(journey, activity, bundle)
                entered.append(enrollment)
                entries[journey.name] = Entry(key=enrollment.key, at=enrollment.entered)
            decisions.append(told.enrolled(journey, activity, refusal, bundle, now))
    return replace(state, journeys=entries), tuple(entered), tuple(decisions)


def _lets_in(trigger: Trigger, activity: Activity) -> bool:
    match trigger:
        case OnActivity(kind=kind, subject=subject):
            return activity.kind == kind and subject in ("", activity.subject)
    return False


def _refusal(journey: Journey, entry: Entry | None, activity: Activity) -> str:
    """Why the activity does not let the lead in; "" if it does."""
    again = journey.again
    if entry is None:
        return ""
    if again.how == "never":
        return "entered once already"
    return "entered lately" if activity.received - entry.at < timedelta(seconds=again.seconds) else ""


def _enrollment(journey: Journey, activity: Activity, bundle: Bundle) -> Enrollment:
    return Enrollment(
        lead=activity.lead,
        journey=journey.name,
        key="once" if journey.again.how == "never" else activity.id,
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
