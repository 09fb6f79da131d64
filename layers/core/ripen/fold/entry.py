"""Enrol a lead in journeys: a trigger fires (triggers.py), then the journey's `again` and its `who` are checked.

Every refusal is a decision. A lead that sends the form again always gets the mail that it asks for: `again` governs
only the steps after it.
"""

import re
from collections.abc import Iterable, Mapping
from copy import replace
from datetime import datetime, timedelta

from msgspec import Struct

from ripen.decision import Decision, Reason
from ripen.fold import fold_decisions
from ripen.fold.date_triggers import MAX_LATENESS
from ripen.fold.lead_history import LeadHistory, StateChange
from ripen.fold.triggers import (
    FiredTrigger,
    fired_by_activities,
    fired_by_changes,
    fired_by_dates,
    with_trigger_fields,
)
from ripen.ids import digest
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.journey.routing import starts_with_requested_mail
from ripen.lead.activity import Activity
from ripen.lead.lead import Profile
from ripen.lead.state import LatestEntry, State
from ripen.playbook.bundle import Bundle
from ripen.playbook.condition import LeadFacts, holds
from ripen.playbook.graph import Again, Journey
from ripen.playbook.wake_events import JOURNEY_ENDING_KINDS, wake_events
from ripen.scoring.rules_version import rules_version

_KEY = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_ONCE = "once"
_AGAIN = (Reason.ENTERED_ONCE, Reason.ENTERED_LATELY, Reason.STILL_IN_IT, Reason.ENTERED_FOR_THIS)
"""The refusals of a lead that entered before."""


class Entered(Struct, frozen=True, kw_only=True):
    """The result of all triggers that fired."""

    state: State
    enrollments: tuple[Enrollment, ...]
    """The new ones."""
    decisions: tuple[Decision, ...]


def journeys_to_read(
    state: State | None, profile: Profile, activities: Iterable[Activity], bundle: Bundle, now: datetime
) -> frozenset[str]:
    """Return the journeys whose enrollments enter_journeys needs before these activities are folded: usually none."""
    if state is None or not state.journeys:
        return frozenset()
    fired = (*fired_by_activities(activities, bundle), *fired_by_dates(state, profile, bundle, now))
    by_key = {trigger.journey for trigger in fired if trigger.key}
    after_exit = {name for name, journey in bundle.journeys.items() if journey.again.how == "after exit"}
    return frozenset(
        name for name, entry in state.journeys.items() if name in by_key or (name in after_exit and entry.active)
    )


def enter_journeys(
    lead: LeadHistory, change: StateChange, bundle: Bundle, now: datetime, previous: Bundle | None = None
) -> Entered:
    """Enrol the lead in every journey whose trigger fired and that allows the entry.

    Refusals for one reason, such as 40 visits at once, are one decision. `previous` is the playbook before this one.
    """
    lead_id = change.after.lead
    enrollments, new = list(lead.enrollments), list[Enrollment]()
    entries = _with_known_ends(change.after.journeys, enrollments, bundle)
    decisions = dict[tuple[str, ...], Decision]()
    for trigger in _fired_triggers(lead, change, bundle, now, previous):
        journey = bundle.journeys.get(trigger.journey)
        key = _key(journey, trigger, now) if journey else ""
        reason = _refusal(journey, entries.get(trigger.journey), enrollments, trigger, key, change.facts)
        is_new = trigger.journey not in {each.journey for each in new}
        if journey and is_new and reason in _AGAIN and _asks_again(journey, trigger, bundle, change.facts):
            key, reason = _request_key(trigger), Reason.ASKED_AGAIN
            new.append(replace(_enrollment(journey, trigger, key, lead_id, bundle), requested_only=True))
        elif journey and not reason:
            enrollment = _enrollment(journey, trigger, key, lead_id, bundle)
            new.append(enrollment)
            enrollments.append(enrollment)
            entries[journey.name] = _latest_entry(entries.get(journey.name), journey, enrollment)
        alike = (trigger.journey, trigger.why, trigger.key, reason) if reason else (trigger.journey, key)
        decision = fold_decisions.entry(trigger, key, lead_id, reason, bundle, now)
        decisions[alike] = fold_decisions.merge(decisions.get(alike), decision)
    state = replace(change.after, journeys=entries)
    return Entered(
        state=with_trigger_fields(state, change.facts.traits, lead.profile, bundle, now),
        enrollments=tuple(new),
        decisions=tuple(decisions.values()),
    )


def _fired_triggers(
    lead: LeadHistory, change: StateChange, bundle: Bundle, now: datetime, previous: Bundle | None
) -> list[FiredTrigger]:
    """Return every trigger that fired.

    If the state was computed with other definitions, a change of the definitions enrols no lead: a lead that is in a
    new segment has not joined it. Two kinds of triggers fire all the same, because they would never fire again: dates,
    and triggers that mean the same in the `previous` playbook with which the state was computed.
    """
    before = change.before
    fired = list(fired_by_activities(change.activities, bundle))
    if before.rules_version == rules_version(bundle):
        if lead.state is None:
            traits, created = change.facts.traits, lead.profile.created
            dates = with_trigger_fields(before, traits, lead.profile, bundle, created)
        else:
            dates = before
        fired += fired_by_changes(change, bundle, now)
    else:
        checked = before.dates_checked_until
        dates = replace(before, dates_checked_until=max(checked, now - MAX_LATENESS) if checked else None)
        if previous is not None and before.rules_version == rules_version(previous):
            fired += fired_by_changes(change, bundle, now, previous)
    return [*fired, *fired_by_dates(dates, lead.profile, bundle, now)]


def _refusal(
    journey: Journey | None,
    entry: LatestEntry | None,
    enrollments: Iterable[Enrollment],
    trigger: FiredTrigger,
    key: str,
    facts: LeadFacts,
) -> str:
    """Return why the lead does not enter; "" if it does. The first reason counts.

    1. The journey does not exist.
    2. A date trigger fired too late.
    3. The journey's `again` forbids another entry now.
    4. The lead has an enrollment with this key.
    5. The lead does not match the journey's `who`.
    """
    if journey is None:
        return Reason.NO_JOURNEY
    here = [enrollment for enrollment in enrollments if enrollment.journey == journey.name]
    if trigger.is_late:
        return Reason.TOO_LATE
    if entry and (reason := again_refusal(journey.again, entry, trigger.at)):
        return reason
    if key in {*(enrollment.key for enrollment in here), entry.key if entry else ""}:
        return Reason.ENTERED_FOR_THIS
    if journey.who is not None and not holds(journey.who, facts):
        return Reason.NOT_FOR_IT
    return ""


def again_refusal(again: Again, entry: LatestEntry, at: datetime) -> str:
    """Return why a lead that entered before may not enter again at that moment; "" if it may."""
    match again.how:
        case "never":
            return Reason.ENTERED_ONCE
        case "after" if at - entry.at < timedelta(seconds=again.seconds):
            return Reason.ENTERED_LATELY
        case "after exit" if entry.active:
            return Reason.STILL_IN_IT
    return ""


def _asks_again(journey: Journey, trigger: FiredTrigger, bundle: Bundle, facts: LeadFacts) -> bool:
    """Return whether the lead sent a form for a mail with which the journey starts, and the journey is for it."""
    is_for_it = journey.who is None or holds(journey.who, facts)
    return trigger.is_form and is_for_it and starts_with_requested_mail(journey, bundle.emails)


def _request_key(trigger: FiredTrigger) -> str:
    return trigger.activity if _KEY.fullmatch(trigger.activity) else digest(trigger.activity)


def _key(journey: Journey, trigger: FiredTrigger, now: datetime) -> str:
    if journey.again.how == "never":
        return _ONCE
    key = trigger.key or trigger.activity or digest(trigger.why, now.isoformat())
    return key if _KEY.fullmatch(key) else digest(key)


def _enrollment(journey: Journey, trigger: FiredTrigger, key: str, lead: str, bundle: Bundle) -> Enrollment:
    return Enrollment(
        lead=lead,
        journey=journey.name,
        key=key,
        entered=trigger.at,
        bundle=bundle.hash,
        facts=dict(trigger.facts),
        activity=trigger.activity,
    )


def _latest_entry(before: LatestEntry | None, journey: Journey, enrollment: Enrollment) -> LatestEntry:
    """Return the new latest entry; earlier enrollments that may still be active are woken by their events too."""
    earlier = before.wake_events if before and before.active else ()
    return LatestEntry(key=enrollment.key, at=enrollment.entered, wake_events=_events(journey, earlier))


def _with_known_ends(
    entries: Mapping[str, LatestEntry], enrollments: list[Enrollment], bundle: Bundle
) -> dict[str, LatestEntry]:
    """Return the entries with `active` false for the journeys that are known to be over.

    The others get the events of their journey's live graph too, because the lead may be moved into it.
    """
    over = {each.journey for each in enrollments} - {each.journey for each in enrollments if _is_active(each)}
    return {
        name: replace(entry, active=False) if name in over else _with_events(entry, bundle.journeys.get(name))
        for name, entry in entries.items()
    }


def _with_events(entry: LatestEntry, journey: Journey | None) -> LatestEntry:
    if (
        journey is None
        or not entry.active
        or wake_events(journey).issubset((*entry.wake_events, *JOURNEY_ENDING_KINDS))
    ):
        return entry
    return replace(entry, wake_events=_events(journey, entry.wake_events))


def _events(journey: Journey, earlier: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the events that an entry keeps, without those that wake every enrollment."""
    return tuple(sorted({str(name) for name in wake_events(journey)}.difference(JOURNEY_ENDING_KINDS).union(earlier)))


def _is_active(enrollment: Enrollment) -> bool:
    return enrollment.state is EnrollmentState.ACTIVE
