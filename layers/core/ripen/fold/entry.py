"""Who enters which journey, and why not: the triggers are in triggers.py; then the journey's `again` is asked, then its `who`.
Every refusal is a decision.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import replace
from datetime import datetime, timedelta

from ripen.decision import Decision, Reason
from ripen.fold import fold_decisions
from ripen.fold.date_triggers import LATEST
from ripen.fold.triggers import Cause, acted, changed, dated, noticed
from ripen.ids import digest
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.activity import Activity
from ripen.lead.lead import Profile
from ripen.lead.state import LatestEntry, State
from ripen.playbook.bundle import Bundle
from ripen.playbook.condition import LeadFacts, holds
from ripen.playbook.graph import Journey
from ripen.playbook.wake_events import JOURNEY_ENDING_KINDS, wake_events
from ripen.scoring.rules_version import rules_version

_KEY = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_ONCE = "once"


def consulted(
    state: State | None, profile: Profile, activities: Iterable[Activity], bundle: Bundle, now: datetime
) -> frozenset[str]:
    """The journeys whose enrollments `enter` has to know before
    these activities go in: none, for most leads."""
    if state is None or not state.journeys:
        return frozenset()
    asked = {cause.journey for cause in (*acted(activities, bundle), *dated(state, profile, bundle, now)) if cause.key}
    exits = {name for name, journey in bundle.journeys.items() if journey.again.how == "after exit"}
    return frozenset(
        name for name, entry in state.journeys.items() if name in asked or (name in exits and entry.active)
    )


def enter(
    before: State,
    after: State,
    known: LeadFacts,
    taken: Sequence[Activity],
    profile: Profile,
    enrollments: Iterable[Enrollment],
    bundle: Bundle,
    now: datetime,
    is_new: bool = False,
    old: Bundle | None = None,
) -> tuple[State, tuple[Enrollment, ...], tuple[Decision, ...]]:
    """The state with those entries that the journeys allow, these entries, and a decision about each; what was refused for
    one reason, such as forty visits at once, is one decision. `before` is how the lead stood until now, `taken` what it did, `known` how it stands; `enrollments` are those in the `consulted` journeys.

    Where the definitions are others than those `before` was made with, nobody joins by a change of them: who is in a new
    segment has not joined it. What has just come about lets in all the same, for it would come to nobody's notice again: a
    date, and what means the same in the `old` playbook that `before` was made with."""
    causes, since = list(acted(taken, bundle)), before
    if before.rules_version != rules_version(bundle):
        since = replace(
            before,
            dates_checked_until=max(before.dates_checked_until, now - LATEST) if before.dates_checked_until else None,
        )
        if old is not None and before.rules_version == rules_version(old):
            causes += changed(before, after, known.traits, taken, bundle, now, old)
    else:
        since = noticed(before, known.traits, profile, bundle, profile.created) if is_new else before
        causes += changed(before, after, known.traits, taken, bundle, now)
    causes += dated(since, profile, bundle, now)
    runs = list(enrollments)
    entries, entered = _remembered(after.journeys, runs, bundle), list[Enrollment]()
    decisions = dict[tuple[str, ...], Decision]()
    for cause in causes:
        journey = bundle.journeys.get(cause.journey)
        key = _key(journey, cause, now) if journey else ""
        reason = (
            _refusal(journey, entries.get(cause.journey), runs, cause, key, known) if journey else "no such journey"
        )
        if journey and not reason:
            run = _enrollment(journey, cause, key, after.lead, bundle)
            entered.append(run)
            runs.append(run)
            entries[journey.name] = _entry(entries.get(journey.name), journey, run)
        alike = (cause.journey, cause.why, cause.key, reason) if reason else (cause.journey, key)
        decision = fold_decisions.enrolled(cause, key, after.lead, reason, bundle, now)
        decisions[alike] = fold_decisions.together(decisions.get(alike), decision)
    state = noticed(replace(after, journeys=entries), known.traits, profile, bundle, now)
    return state, tuple(entered), tuple(decisions.values())


def _refusal(
    journey: Journey, entry: LatestEntry | None, all_runs: list[Enrollment], cause: Cause, key: str, known: LeadFacts
) -> str:
    """Why the lead does not enter; "" if it does."""
    runs = [run for run in all_runs if run.journey == journey.name]
    if cause.is_late:
        return Reason.TOO_LATE
    match journey.again.how:
        case "never" if entry:
            return Reason.ENTERED_ONCE
        case "after" if entry and cause.at - entry.at < timedelta(seconds=journey.again.seconds):
            return Reason.ENTERED_LATELY
        case "after exit" if entry and entry.active and (not runs or any(map(_is_active, runs))):
            return Reason.STILL_IN_IT
    if key in {*(run.key for run in runs), entry.key if entry else ""}:
        return Reason.ENTERED_FOR_THIS
    if journey.who is not None and not holds(journey.who, known):
        return Reason.NOT_FOR_IT
    return ""


def _key(journey: Journey, cause: Cause, now: datetime) -> str:
    if journey.again.how == "never":
        return _ONCE
    key = cause.key or cause.activity or digest(cause.why, now.isoformat())
    return key if _KEY.fullmatch(key) else digest(key)


def _enrollment(journey: Journey, cause: Cause, key: str, lead: str, bundle: Bundle) -> Enrollment:
    return Enrollment(
        lead=lead,
        journey=journey.name,
        key=key,
        entered=cause.at,
        bundle=bundle.hash,
        facts=dict(cause.facts),
        activity=cause.activity,
    )


def _entry(before: LatestEntry | None, journey: Journey, enrollment: Enrollment) -> LatestEntry:
    """What is kept of the latest entry; runs that may still go on under an older playbook are heard as well."""
    heard = before.wake_events if before and before.active else ()
    return LatestEntry(key=enrollment.key, at=enrollment.entered, wake_events=_listens(journey, heard))


def _remembered(entries: Mapping[str, LatestEntry], known: list[Enrollment], bundle: Bundle) -> dict[str, LatestEntry]:
    """The entries; those whose runs are known to be over say so, the others also hear what their journeys listen to by now, for
    the lead may be moved into that graph."""
    over = {run.journey for run in known} - {run.journey for run in known if _is_active(run)}
    return {
        name: replace(entry, active=False) if name in over else _hearing(entry, bundle.journeys.get(name))
        for name, entry in entries.items()
    }


def _hearing(entry: LatestEntry, journey: Journey | None) -> LatestEntry:
    if (
        journey is None
        or not entry.active
        or wake_events(journey).issubset((*entry.wake_events, *JOURNEY_ENDING_KINDS))
    ):
        return entry
    return replace(entry, wake_events=_listens(journey, entry.wake_events))


def _listens(journey: Journey, more: Iterable[str] = ()) -> tuple[str, ...]:
    """What an entry keeps of what its journey hears; refusals are heard by all of them."""
    return tuple(sorted({str(name) for name in wake_events(journey)}.difference(JOURNEY_ENDING_KINDS).union(more)))


def _is_active(enrollment: Enrollment) -> bool:
    return enrollment.state is EnrollmentState.ACTIVE
