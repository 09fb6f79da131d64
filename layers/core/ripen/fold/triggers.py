"""The triggers of journeys: what may enrol a lead. An activity, a request, a segment, a rank, a field or a date."""

from collections.abc import Iterable, Iterator, Mapping
from copy import replace
from datetime import datetime
from functools import lru_cache

from msgspec import Struct

from ripen.calendar.local_time import lead_zone
from ripen.fold.date_triggers import MAX_LATENESS, due_dates, has_dates
from ripen.fold.lead_history import StateChange
from ripen.identity import IdentityKey
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.history import facts_for_conditions
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.playbook.bundle import Bundle
from ripen.playbook.condition import Traits, all_hold, comparable, condition_holds
from ripen.playbook.graph import Journey
from ripen.playbook.trigger import OnActivity, OnDate, OnField, OnRank, OnSegment, Trigger
from ripen.scoring.rank import has_become
from ripen.scoring.rules_version import is_score, trigger_unchanged


class FiredTrigger(Struct, frozen=True, kw_only=True):
    """A trigger of a journey that fired for a lead."""

    journey: str
    why: str
    """In words: "activity", "asked by …", "segment buyers"."""
    at: datetime
    activity: str = ""
    key: str = ""
    """The enrollment's key, if the journey takes it from a fact."""
    facts: Mapping[str, str]
    is_late: bool = False
    is_form: bool = False
    """Whether the lead sent a form: then it asks for the mail with which the journey starts."""


def fired_by_activities(activities: Iterable[Activity], bundle: Bundle) -> Iterator[FiredTrigger]:
    """Yield the triggers that these activities fire. An activity of a machine fires none, nor does a repeated click."""
    by_activity = _index(IdentityKey(bundle)).by_activity
    for activity in activities:
        if activity.verdict is not Verdict.HUMAN:
            continue
        if activity.kind is Kind.ENTRY_ASKED:
            by = activity.facts.get("by", "")
            yield _fired(activity, activity.subject, f"asked by {by}" if by else "asked", "key")
        key_facts = dict[str, str]()
        for subject in dict.fromkeys(("", activity.subject)):
            for journey, on in by_activity.get((activity.kind.value, subject), ()):
                if all_hold(on.where, facts_for_conditions(activity)):
                    key_facts.setdefault(journey.name, on.key)
        for name in sorted(key_facts):
            yield _fired(activity, name, "activity", key_facts[name])


def fired_by_changes(
    change: StateChange, bundle: Bundle, now: datetime, previous: Bundle | None = None
) -> Iterator[FiredTrigger]:
    """Yield the triggers that a new segment, rank or field value fires.

    If the state before was computed with a `previous` playbook, only triggers that mean the same in both can fire.
    """
    last = next((a for a in reversed(change.activities) if a.verdict is Verdict.HUMAN), None)
    for journey in _index(IdentityKey(bundle)).by_change:
        triggers = (on for on in journey.enrol if previous is None or trigger_unchanged(on, previous, bundle))
        why = next(filter(None, (_became_true(on, change) for on in triggers)), "")
        if why and last:
            yield FiredTrigger(journey=journey.name, why=why, at=last.received, activity=last.id, facts=last.facts)
        elif why:
            yield FiredTrigger(journey=journey.name, why=why, at=now, facts={})


def fired_by_dates(state: State, profile: Profile, bundle: Bundle, now: datetime) -> Iterator[FiredTrigger]:
    """Yield the triggers whose date has come since the dates were last checked."""
    for due in due_dates(state, profile, bundle, now):
        name, day, is_late = due.journey.name, due.day.isoformat(), now - due.at > MAX_LATENESS
        yield FiredTrigger(journey=name, why="date", at=due.at, key=day, facts={"date": day}, is_late=is_late)


def with_trigger_fields(state: State, traits: Traits, profile: Profile, bundle: Bundle, now: datetime) -> State:
    """Return the state with the present values of the fields that triggers watch, and its dates checked until now."""
    values = {name: str(traits.get(name, "")) for name in _index(IdentityKey(bundle)).fields}
    state = replace(state, trigger_fields={name: value for name, value in values.items() if comparable(value)})
    if not has_dates(state, bundle):
        return replace(state, dates_checked_until=None, dates_checked_zone="")
    return replace(state, dates_checked_until=now, dates_checked_zone=lead_zone(profile, bundle.brand).key)


def _fired(activity: Activity, journey: str, why: str, key_fact: str) -> FiredTrigger:
    key = activity.facts.get(key_fact, "") if key_fact else ""
    at, facts = activity.received, activity.facts
    is_form = activity.kind is Kind.FORM_SUBMITTED
    return FiredTrigger(journey=journey, why=why, at=at, activity=activity.id, key=key, facts=facts, is_form=is_form)


def _became_true(on: Trigger, change: StateChange) -> str:
    """Return why the trigger fires; "" if it does not."""
    before, after = change.before, change.after
    match on:
        case OnSegment(segment=name) if name in after.segments and name not in before.segments:
            return f"segment {name}"
        case OnRank(rank=rank) if has_become(before.rank, after.rank, rank):
            return f"rank {rank}"
        case OnField() if _field_became(on, before, change.facts.traits):
            return f"field {on.when.field}"
    return ""


def _field_became(on: OnField, before: State, traits: Traits) -> bool:
    """Return whether the condition holds now and, for a score, did not hold before; any other value must be new."""
    name, old = on.when.field, before.trigger_fields.get(on.when.field, "")
    if not condition_holds(on.when, traits):
        return False
    if is_score(name):
        return not condition_holds(on.when, {name: old})
    return comparable(old) != comparable(str(traits.get(name, "")))


class _TriggerIndex(Struct, frozen=True):
    """The journeys by what can enrol a lead in them."""

    by_activity: Mapping[tuple[str, str], list[tuple[Journey, OnActivity]]]
    """By kind and subject of the activity."""
    by_change: tuple[Journey, ...]
    fields: frozenset[str]


@lru_cache(maxsize=4)
def _index(bundle: IdentityKey[Bundle]) -> _TriggerIndex:
    """Build the index once per playbook: an activity costs the same with a thousand journeys as with ten."""
    by_activity: dict[tuple[str, str], list[tuple[Journey, OnActivity]]] = {}
    by_change, fields = list[Journey](), set[str]()
    for journey in sorted(bundle.value.journeys.values(), key=lambda journey: journey.name):
        for on in journey.enrol:
            match on:
                case OnActivity():
                    by_activity.setdefault((on.kind, on.subject), []).append((journey, on))
                case OnField():
                    fields.add(on.when.field)
                case OnDate():
                    fields.add(on.field)
        if any(isinstance(on, OnSegment | OnRank | OnField) for on in journey.enrol):
            by_change.append(journey)
    return _TriggerIndex(by_activity, tuple(by_change), frozenset(fields))
