"""What lets into journeys: an activity, somebody's hand, a segment joined, a rank, a field, a date."""

from collections.abc import Iterable, Iterator, Mapping
from copy import replace
from datetime import datetime
from functools import lru_cache

from msgspec import Struct

from ripen.calendar.local_time import lead_zone
from ripen.fold.date_triggers import LATEST, fallen, is_awaited
from ripen.identity import IdentityKey
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.playbook.bundle import Bundle
from ripen.playbook.condition import Traits, all_hold, comparable, condition_holds
from ripen.playbook.graph import Journey
from ripen.playbook.trigger import OnActivity, OnDate, OnField, OnRank, OnSegment, Trigger
from ripen.scoring.rank import has_become
from ripen.scoring.rules_version import SCORES, trigger_unchanged


class Cause(Struct, frozen=True, kw_only=True):
    """Something that may let the lead into a journey; `why` in words: "activity", "asked by …", "segment buyers"."""

    journey: str
    why: str
    at: datetime
    activity: str = ""
    key: str = ""
    """Tells this run from others, where something in it does."""
    facts: Mapping[str, str]
    is_late: bool = False


def acted(taken: Iterable[Activity], bundle: Bundle) -> Iterator[Cause]:
    """What these activities let into. A machine's hits let nobody in."""
    doors = _doors(IdentityKey(bundle)).by_activity
    for activity in taken:
        if activity.verdict is Verdict.MACHINE:
            continue
        if activity.kind is Kind.ENTRY_ASKED:
            by = activity.facts.get("by", "")
            yield _acted(activity, activity.subject, f"asked by {by}" if by else "asked", "key")
        found = dict[str, str]()
        for subject in dict.fromkeys(("", activity.subject)):
            for journey, on in doors.get((activity.kind.value, subject), ()):
                if all_hold(on.where, activity.facts):
                    found.setdefault(journey.name, on.key)
        for name in sorted(found):
            yield _acted(activity, name, "activity", found[name])


def changed(
    before: State,
    after: State,
    known: Traits,
    taken: Iterable[Activity],
    bundle: Bundle,
    now: datetime,
    old: Bundle | None = None,
) -> Iterator[Cause]:
    """What another segment, rank or value of a field lets into; `known` are the traits as they are now. Where `before` was
    made with an `old` playbook, only what means the same in both."""
    last = next((a for a in reversed(tuple(taken)) if a.verdict is not Verdict.MACHINE), None)
    for journey in _doors(IdentityKey(bundle)).by_change:
        doors = (on for on in journey.enrol if old is None or trigger_unchanged(on, old, bundle))
        why = next(filter(None, (_became(on, before, after, known) for on in doors)), "")
        if why and last:
            yield Cause(journey=journey.name, why=why, at=last.received, activity=last.id, facts=last.facts)
        elif why:
            yield Cause(journey=journey.name, why=why, at=now, facts={})


def dated(before: State, profile: Profile, bundle: Bundle, now: datetime) -> Iterator[Cause]:
    """What dates let into that fell due since they were last looked at."""
    for occasion in fallen(before, profile, bundle, now):
        name, day, late = occasion.journey.name, occasion.day.isoformat(), now - occasion.at > LATEST
        yield Cause(journey=name, why="date", at=occasion.at, key=day, facts={"date": day}, is_late=late)


def noticed(state: State, known: Traits, profile: Profile, bundle: Bundle, now: datetime) -> State:
    """The state with what stands now in the fields that triggers ask about, its dates judged until now."""
    values = {name: str(known.get(name, "")) for name in _doors(IdentityKey(bundle)).fields}
    state = replace(state, trigger_fields={name: value for name, value in values.items() if comparable(value)})
    if not is_awaited(state, bundle):
        return replace(state, dates_checked_until=None, dates_checked_zone="")
    return replace(state, dates_checked_until=now, dates_checked_zone=lead_zone(profile, bundle.brand).key)


def _acted(activity: Activity, journey: str, why: str, fact: str) -> Cause:
    key = activity.facts.get(fact, "") if fact else ""
    at, facts = activity.received, activity.facts
    return Cause(journey=journey, why=why, at=at, activity=activity.id, key=key, facts=facts)


def _became(on: Trigger, before: State, after: State, known: Traits) -> str:
    match on:
        case OnSegment(segment=name) if name in after.segments and name not in before.segments:
            return f"segment {name}"
        case OnRank(rank=rank) if has_become(before.rank, after.rank, rank):
            return f"rank {rank}"
        case OnField(when=when) if condition_holds(when, known):
            was, name = before.trigger_fields.get(when.field, ""), when.field
            stood = (
                condition_holds(when, {name: was})
                if name in SCORES
                else comparable(was) == comparable(str(known.get(name, "")))
            )
            return "" if stood else f"field {name}"
    return ""


class _Doors(Struct, frozen=True):
    """The journeys by what lets into them."""

    by_activity: Mapping[tuple[str, str], list[tuple[Journey, OnActivity]]]
    by_change: tuple[Journey, ...]
    fields: frozenset[str]


@lru_cache(maxsize=4)
def _doors(bundle: IdentityKey[Bundle]) -> _Doors:
    """Found once per playbook: an activity costs the same under a thousand journeys as under ten."""
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
    return _Doors(by_activity, tuple(by_change), frozenset(fields))
