"""The fold done over: every verdict judged anew, and the state made again from all that was ever folded. So points that a
machine was given are taken back exactly, those that a person was denied are given, and new scoring and segments reach all.

What was done stays done: journeys entered, alerts made. Only what has not been told yet follows.
"""

from collections.abc import Iterable, Mapping
from copy import replace
from datetime import datetime
from itertools import groupby

from ripen.decision import Reason
from ripen.fold import fold_decisions
from ripen.fold.entry import enter
from ripen.fold.fold import (
    Consequence,
    CrmFellBehind,
    Enrolled,
    Folded,
    next_look,
    ranked,
    settled,
    shaken,
    summed,
    turned_hot,
)
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity
from ripen.lead.contact import Contact
from ripen.lead.lead import Profile
from ripen.lead.state import Rank, State
from ripen.playbook.bundle import Bundle
from ripen.scoring.rank import next_rank_change
from ripen.scoring.rules_version import rules_version
from ripen.scoring.score import score
from ripen.tracking.click_evidence import Evidence
from ripen.tracking.click_verdict import reclassify

_MOST_CROSSINGS = 100


def refold(
    profile: Profile,
    state: State,
    activities: Iterable[Activity],
    bundle: Bundle,
    now: datetime,
    delivered: Mapping[str, datetime] | None = None,
    most: int | None = None,
    *,
    contact: Contact | None = None,
    enrollments: Iterable[Enrollment] = (),
    old: Bundle | None = None,
) -> Folded:
    """The lead as it would stand had the present verdicts and points held all along. `activities` are all of the lead's;
    those not folded yet stay out, but tell of the others. Of those that look otherwise now at most `most` are in the
    answer, for it to fit a transaction; the state is right with any of them. `old` is the playbook before this one."""
    known = tuple(activities)
    evidence = Evidence(known, delivered)
    judged = [(a, reclassify(a, evidence)) for a in known if a.folded]
    changed = [pair for pair in judged if pair[0] != pair[1]][:most]
    lived = _replayed(profile, [after for _, after in judged], bundle, now)
    after, sum = ranked(lived, profile, bundle, now)
    after, facts = settled(_kept(state, after, bundle, now), profile, sum, contact, bundle, now)
    kept, entered, decisions = enter(state, after, facts, (), profile, enrollments, bundle, now, old=old)
    kept = replace(kept, rules_version=rules_version(bundle))
    consequences: list[Consequence] = [Enrolled(enrollment) for enrollment in entered]
    if kept.episode > state.episode:
        consequences.append(turned_hot(kept, now))
    if shock := shaken(state, kept, [a for was, a in changed if was.verdict is not a.verdict]):
        consequences.append(shock)
    if kept.rank is not state.rank or _shows(state, bundle, now) != _shows(kept, bundle, now):
        consequences.append(
            CrmFellBehind(urgent=kept.rank is not state.rank and kept.rules_version == state.rules_version)
        )
    decisions += fold_decisions.revised(changed, bundle, now)
    if kept.rank is not state.rank:
        reason = Reason.VERDICTS_REVISED if state.rules_version == kept.rules_version else Reason.PLAYBOOK_CHANGED
        decisions += (fold_decisions.ranked(state.rank, kept, sum, (), reason, bundle, now),)
    return Folded(
        state=kept,
        score=sum,
        activities=tuple(after for _, after in changed),
        consequences=tuple(consequences),
        decisions=decisions,
        decay=next_look(kept, profile, facts, bundle),
    )


def _replayed(profile: Profile, activities: list[Activity], bundle: Bundle, now: datetime) -> State:
    """From the first fold to now: at each moment the rank rises or falls as it would have done."""
    ordered = sorted(((a.folded or now, a.received, a.id, a) for a in activities), key=lambda known: known[:3])
    first = ordered[0][0] if ordered else now
    state, at = State(lead=profile.id, rank_since=first), first
    for moment, group in groupby(ordered, key=lambda known: known[0]):
        state = _waited(state, profile, at, moment, bundle)
        state = summed(state, profile, tuple(known[3] for known in group), bundle)
        state, _ = ranked(state, profile, bundle, moment)
        at = moment
    if not ordered:
        state = summed(state, profile, (), bundle)
    return _waited(state, profile, at, now, bundle)


def _waited(state: State, profile: Profile, since: datetime, until: datetime, bundle: Bundle) -> State:
    """Time alone has passed: the rank changes when decay brings it to a threshold."""
    at = since
    for _ in range(_MOST_CROSSINGS):
        due = next_rank_change(state, bundle.scoring, at)
        if due is None or due > until:
            break
        state, _sum = ranked(state, profile, bundle, due)
        at = due
    return state


def _kept(state: State, lived: State, bundle: Bundle, now: datetime) -> State:
    """What was lived, with what was done. Sales hears of a lead that is hot after all, unless it heard of it during this
    very time of being hot; not of one that is hot only because scoring is another one now."""
    since = lived.rank_since or now
    news = (
        lived.rank is Rank.HOT
        and state.rank is not Rank.HOT
        and (state.alerted is None or state.alerted < since)
        and state.rules_version == rules_version(bundle)
    )
    return replace(
        lived,
        journeys=state.journeys,
        trigger_fields=state.trigger_fields,
        dates_checked_until=state.dates_checked_until,
        rank_since=state.rank_since if lived.rank is state.rank else since,
        episode=state.episode + news,
        alerted=now if news else state.alerted,
    )


def _shows(state: State, bundle: Bundle, now: datetime) -> tuple[int, datetime | None]:
    """What of it the CRM would notice, but for the rank."""
    return round(score(state, bundle.scoring, now).total), state.last_activity
