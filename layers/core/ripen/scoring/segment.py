"""Segments: named groups of leads, by who they are and by what they did, and when time alone moves a lead in or out.

A lead costs the same under a thousand segments as under ten: each segment is found by something that must be there for it
to hold; one that may hold of somebody of whom nothing is known, by anything it asks about. Whoever is not found is in it if
that nobody is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from copy import replace
from datetime import UTC, datetime
from functools import lru_cache

from ripen.identity import IdentityKey
from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Agreed, AllOf, AnyOf, Belongs, Clause, Condition, Did, Not, Tagged, subclauses
from ripen.playbook.condition import LeadFacts, all_hold, holds
from ripen.playbook.matching import ConditionIndex, lookup_keys, needs_value
from ripen.scoring.activity_counts import Times, event_name, next_window_end

_Anchor = Condition | str
"""A condition that needs a value, or the name of something done, a tag, or a purpose."""
_NOBODY = LeadFacts(traits={}, now=datetime(1970, 1, 1, tzinfo=UTC))


def segments(defined: Mapping[str, Segment], facts: LeadFacts, times: Times) -> tuple[str, ...]:
    """Names of the segments the lead is in, in order of name. What `facts` say of segments is not looked at; of those that
    refer to each other in a circle, one is judged before the others."""
    return tuple(sorted(_index(IdentityKey(defined)).inside(facts, times)))


def next_change(defined: Mapping[str, Segment], facts: LeadFacts, times: Times) -> datetime | None:
    """The next moment at which a window that one of them asks about runs out; it may change nothing yet."""
    index = _index(IdentityKey(defined))
    moments = (next_window_end(did, times, facts.now) for at in index.near(facts, times) for did in index.dids[at])
    return min(filter(None, moments), default=None)


def levels(defined: Mapping[str, Segment], field: str) -> tuple[float, ...]:
    """The thresholds that segments ask about in "total" or "engagement", lowest first."""
    return _index(IdentityKey(defined)).levels[field]


class _Index:
    """The segments in an order in which each comes after those it refers to."""

    def __init__(self, defined: Mapping[str, Segment]) -> None:
        self._segments = tuple(_ordered(defined))
        self._finder, self._named = ConditionIndex(), defaultdict[str, list[int]](list)
        self._default = frozenset[str]()
        self._refers = [any(isinstance(part, Belongs) for part in _parts(segment)) for segment in self._segments]
        self.dids = [tuple(part for part in _parts(segment) if isinstance(part, Did)) for segment in self._segments]
        self.levels = {field: _levels(self._segments, field) for field in ("total", "engagement")}
        anchors = _Anchors(defined)
        needed = [anchors.needed(segment) for segment in self._segments]
        for at, segment in enumerate(self._segments):
            if not needed[at] and self._holds(at, replace(_NOBODY, segments=self._default)):
                self._default |= {segment.name}
        choices = [some or [anchors.all(self._segments[at])] for at, some in enumerate(needed)]
        shared = Counter(key for some in choices for choice in some for anchor in choice for key in _keys(anchor))
        for at, some in enumerate(choices):
            for anchor in min(some, key=lambda choice: max((shared[k] for a in choice for k in _keys(a)), default=0)):
                self._add(anchor, at)
        self._finder.close()

    def inside(self, facts: LeadFacts, times: Times) -> set[str]:
        near = sorted(self.near(facts, times))
        found = set(self._default - {self._segments[at].name for at in near})
        for at in near:
            here = replace(facts, segments=frozenset(found)) if self._refers[at] else facts
            if self._holds(at, here):
                found.add(self._segments[at].name)
        return found

    def near(self, facts: LeadFacts, times: Times) -> set[int]:
        """Of all but these the lead is as nobody is."""
        found = self._finder.candidates(facts.traits)
        for name in (*times, *map(_tag, facts.tags), *map(_purpose, facts.purposes)):
            found.update(self._named.get(name, ()))
        return found

    def _holds(self, at: int, facts: LeadFacts) -> bool:
        segment = self._segments[at]
        return all_hold(segment.when, facts.traits) and all(holds(clause, facts) for clause in segment.also)

    def _add(self, anchor: _Anchor, at: int) -> None:
        if isinstance(anchor, Condition):
            self._finder.add(anchor, at)
        else:
            self._named[anchor].append(at)


class _Anchors:
    """By what a segment is found."""

    def __init__(self, defined: Mapping[str, Segment]) -> None:
        self._defined = defined
        self._under_way: list[str] = []

    def needed(self, segment: Segment) -> list[list[_Anchor]]:
        """Choices: of each, something must be there for the segment to hold. None at all: it may hold of nobody."""
        self._under_way.append(segment.name)
        choices = [self._of(clause) for clause in (*segment.when, *segment.also)]
        self._under_way.pop()
        return [choice for choice in choices if choice is not None]

    def all(self, segment: Segment) -> list[_Anchor]:
        """Everything that it asks about, also by way of others."""
        self._under_way.append(segment.name)
        found = [anchor for part in _parts(segment) for anchor in self._asked(part)]
        self._under_way.pop()
        return list(dict.fromkeys(found))

    def _of(self, clause: Clause) -> list[_Anchor] | None:
        match clause:
            case Condition():
                return [clause] if needs_value(clause) else None
            case Did():
                return [event_name(clause)] if clause.at_least else None
            case Agreed() | Tagged():
                return self._asked(clause)
            case Belongs():
                other = self._other(clause)
                choices = self.needed(other) if other else []
                return min(choices, key=len, default=None)
            case AllOf():
                choices = [choice for part in clause.of if (choice := self._of(part)) is not None]
                return min(choices, key=len, default=None)
            case AnyOf():
                each = [self._of(part) for part in clause.of]
                return None if None in each else [anchor for choice in each if choice for anchor in choice]
            case Not():
                return None

    def _asked(self, part: Clause) -> list[_Anchor]:
        match part:
            case Condition():
                return [Condition(field=part.field, present=True)]
            case Did():
                return [event_name(part)]
            case Agreed():
                return [_purpose(part.purpose)]
            case Tagged():
                return [_tag(part.tag)]
            case Belongs():
                other = self._other(part)
                return self.all(other) if other else []
        return []

    def _other(self, clause: Belongs) -> Segment | None:
        """The segment it refers to; None where there is none, or in a circle."""
        return None if clause.segment in self._under_way else self._defined.get(clause.segment)


def _ordered(defined: Mapping[str, Segment]) -> Iterator[Segment]:
    """Each once, after those it refers to."""
    seen: set[str] = set()

    def visit(segment: Segment) -> Iterator[Segment]:
        if segment.name in seen:
            return
        seen.add(segment.name)
        for part in _parts(segment):
            if isinstance(part, Belongs) and part.segment in defined:
                yield from visit(defined[part.segment])
        yield segment

    for name in sorted(defined):
        yield from visit(defined[name])


def _parts(segment: Segment) -> Iterator[Clause]:
    yield from segment.when
    for clause in segment.also:
        yield from subclauses(clause)


def _levels(segments: tuple[Segment, ...], field: str) -> tuple[float, ...]:
    asked = (part for segment in segments for part in _parts(segment) if isinstance(part, Condition))
    return tuple(sorted({part.at_least for part in asked if part.field == field and part.at_least is not None}))


def _keys(anchor: _Anchor) -> list[tuple[str, str, str]]:
    return lookup_keys(anchor) if isinstance(anchor, Condition) else [("", "", anchor)]


def _tag(tag: str) -> str:
    return f"tag:{tag}"


def _purpose(purpose: str) -> str:
    return f"consent:{purpose}"


@lru_cache(maxsize=4)
def _index(defined: IdentityKey[Mapping[str, Segment]]) -> _Index:
    return _Index(defined.value)
