"""Segments: which named groups a lead belongs to, and when time alone may change that.

The work for a lead is the same with a thousand segments as with ten:

1. The segments are put in an order in which each comes after those that it refers to.
2. Each segment is filed under its anchors (segment_anchors.py): the values, activities, tags and purposes without which
   it cannot hold. A segment that can hold for an unknown lead is filed under everything that it asks about.
3. For a lead, the index returns the segments filed under anything that the lead has, and only these are evaluated.
4. All other segments are as for an unknown lead, which was computed once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import replace
from datetime import UTC, datetime
from functools import lru_cache

from ripen.identity import IdentityKey
from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Belongs, Condition, Did
from ripen.playbook.condition import LeadFacts, all_hold, holds
from ripen.playbook.matching import ConditionIndex
from ripen.scoring.activity_counts import Times, next_window_end
from ripen.scoring.segment_anchors import (
    Anchors,
    Choice,
    anchor_keys,
    purpose_anchor,
    segment_clauses,
    tag_anchor,
)

_UNKNOWN_LEAD = LeadFacts(traits={}, now=datetime(1970, 1, 1, tzinfo=UTC))
_THRESHOLD_FIELDS = ("total", "engagement")


def segments(defined: Mapping[str, Segment], facts: LeadFacts, times: Times) -> tuple[str, ...]:
    """Return the names of the lead's segments in alphabetical order; `facts.segments` is ignored.

    If segments refer to each other in a circle, one of them is evaluated before the others.
    """
    return tuple(sorted(_index(IdentityKey(defined)).holding(facts, times)))


def next_segment_change(defined: Mapping[str, Segment], facts: LeadFacts, times: Times) -> datetime | None:
    """Return the next moment at which an activity leaves a time window of a segment; it may change no segment."""
    index = _index(IdentityKey(defined))
    positions = index.candidates(facts, times)
    moments = (next_window_end(did, times, facts.now) for at in positions for did in index.counts[at])
    return min(filter(None, moments), default=None)


def segment_thresholds(defined: Mapping[str, Segment], field: str) -> tuple[float, ...]:
    """Return the thresholds of all segments for "total" or "engagement", lowest first."""
    return _index(IdentityKey(defined)).thresholds[field]


class _SegmentIndex:
    """Finds the segments that may hold for a lead; positions are those in the order of evaluation."""

    def __init__(self, defined: Mapping[str, Segment]) -> None:
        self._segments = tuple(_in_order(defined))
        self._refers = [_has(segment, Belongs) for segment in self._segments]
        self.counts = [
            tuple(clause for clause in segment_clauses(segment) if isinstance(clause, Did))
            for segment in self._segments
        ]
        self.thresholds = {field: _thresholds(self._segments, field) for field in _THRESHOLD_FIELDS}
        anchors = Anchors(defined)
        required = [anchors.required(segment) for segment in self._segments]
        self._unknown = self._holding_for_unknown(required)
        self._conditions, self._names = ConditionIndex(), defaultdict[str, list[int]](list)
        self._file([choices or [anchors.all(self._segments[at])] for at, choices in enumerate(required)])

    def holding(self, facts: LeadFacts, times: Times) -> set[str]:
        """Return the names of the segments that hold for the lead."""
        candidates = sorted(self.candidates(facts, times))
        found = set(self._unknown - {self._segments[at].name for at in candidates})
        for at in candidates:
            here = replace(facts, segments=frozenset(found)) if self._refers[at] else facts
            if self._holds(at, here):
                found.add(self._segments[at].name)
        return found

    def candidates(self, facts: LeadFacts, times: Times) -> set[int]:
        """Return the positions of all segments that may be other for this lead than for an unknown one."""
        found = self._conditions.candidates(facts.traits)
        for name in (*times, *map(tag_anchor, facts.tags), *map(purpose_anchor, facts.purposes)):
            found.update(self._names.get(name, ()))
        return found

    def _holds(self, at: int, facts: LeadFacts) -> bool:
        segment = self._segments[at]
        return all_hold(segment.when, facts.traits) and all(holds(clause, facts) for clause in segment.also)

    def _holding_for_unknown(self, required: Sequence[list[Choice]]) -> frozenset[str]:
        """Return the segments that hold for an unknown lead; one with a required anchor does not."""
        found = frozenset[str]()
        for at, segment in enumerate(self._segments):
            if not required[at] and self._holds(at, replace(_UNKNOWN_LEAD, segments=found)):
                found |= {segment.name}
        return found

    def _file(self, choices: Sequence[list[Choice]]) -> None:
        """File each segment under one of its choices: the one whose anchors the fewest other segments use."""
        uses = Counter(key for some in choices for choice in some for anchor in choice for key in anchor_keys(anchor))

        def most_uses(choice: Choice) -> int:
            return max((uses[key] for anchor in choice for key in anchor_keys(anchor)), default=0)

        for at, some in enumerate(choices):
            for anchor in min(some, key=most_uses):
                if isinstance(anchor, Condition):
                    self._conditions.add(anchor, at)
                else:
                    self._names[anchor].append(at)
        self._conditions.close()


def _in_order(defined: Mapping[str, Segment]) -> Iterator[Segment]:
    """Yield each segment once, after those that it refers to."""
    seen: set[str] = set()

    def visit(segment: Segment) -> Iterator[Segment]:
        if segment.name in seen:
            return
        seen.add(segment.name)
        for clause in segment_clauses(segment):
            if isinstance(clause, Belongs) and clause.segment in defined:
                yield from visit(defined[clause.segment])
        yield segment

    for name in sorted(defined):
        yield from visit(defined[name])


def _has(segment: Segment, kind: type) -> bool:
    return any(isinstance(clause, kind) for clause in segment_clauses(segment))


def _thresholds(segments: tuple[Segment, ...], field: str) -> tuple[float, ...]:
    clauses = (clause for segment in segments for clause in segment_clauses(segment))
    conditions = (clause for clause in clauses if isinstance(clause, Condition) and clause.field == field)
    return tuple(sorted({asked.at_least for asked in conditions if asked.at_least is not None}))


@lru_cache(maxsize=4)
def _index(defined: IdentityKey[Mapping[str, Segment]]) -> _SegmentIndex:
    return _SegmentIndex(defined.value)
