"""The anchors of a segment: facts about a lead by which an index can find the segment.

An anchor is a condition that needs a value, or the name of an activity, a tag or a purpose. A choice is a list of
anchors of which a lead must have at least one for the segment to hold.
"""

from collections.abc import Iterable, Iterator, Mapping

from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Agreed, AllOf, AnyOf, Belongs, Clause, Condition, Did, Not, Tagged, subclauses
from ripen.playbook.matching import LookupKey, lookup_keys, needs_value
from ripen.scoring.activity_counts import event_name

Anchor = Condition | str
Choice = list[Anchor]


class Anchors:
    """Finds the anchors of segments, also through the segments that they refer to."""

    def __init__(self, defined: Mapping[str, Segment]) -> None:
        self._defined = defined
        self._path: list[str] = []
        """Segments that are being visited, to end circles."""

    def required(self, segment: Segment) -> list[Choice]:
        """Return the choices that the segment needs, one for each clause; none if it may hold for an unknown lead."""
        self._path.append(segment.name)
        choices = [self._required_by(clause) for clause in (*segment.when, *segment.also)]
        self._path.pop()
        return [choice for choice in choices if choice is not None]

    def all(self, segment: Segment) -> Choice:
        """Return the anchors of everything that the segment asks about."""
        self._path.append(segment.name)
        found = [anchor for clause in segment_clauses(segment) for anchor in self._asked(clause)]
        self._path.pop()
        return list(dict.fromkeys(found))

    def _required_by(self, clause: Clause) -> Choice | None:
        """Return the choice that the clause needs; None if it may hold for an unknown lead."""
        match clause:
            case Condition():
                return [clause] if needs_value(clause) else None
            case Did():
                return [event_name(clause)] if clause.at_least else None
            case Agreed() | Tagged():
                return self._asked(clause)
            case Belongs():
                other = self._other(clause)
                return _shortest(self.required(other)) if other else None
            case AllOf():
                return _shortest(map(self._required_by, clause.of))
            case AnyOf():
                return _union(map(self._required_by, clause.of))
            case Not():
                return None

    def _asked(self, clause: Clause) -> Choice:
        """Return the anchors of what this one clause asks about, without nested clauses."""
        match clause:
            case Condition():
                return [Condition(field=clause.field, present=True)]
            case Did():
                return [event_name(clause)]
            case Agreed():
                return [purpose_anchor(clause.purpose)]
            case Tagged():
                return [tag_anchor(clause.tag)]
            case Belongs():
                other = self._other(clause)
                return self.all(other) if other else []
        return []

    def _other(self, clause: Belongs) -> Segment | None:
        """Return the segment that the clause refers to; None if it does not exist or closes a circle."""
        return None if clause.segment in self._path else self._defined.get(clause.segment)


def segment_clauses(segment: Segment) -> Iterator[Clause]:
    """Yield all clauses of a segment, nested ones included."""
    yield from segment.when
    for clause in segment.also:
        yield from subclauses(clause)


def anchor_keys(anchor: Anchor) -> list[LookupKey]:
    """Return the lookup keys of an anchor; anchors that share a key are found together."""
    return lookup_keys(anchor) if isinstance(anchor, Condition) else [("", "", anchor)]


def tag_anchor(tag: str) -> str:
    """Return the anchor of a tag."""
    return f"tag:{tag}"


def purpose_anchor(purpose: str) -> str:
    """Return the anchor of a consent."""
    return f"consent:{purpose}"


def _shortest(choices: Iterable[Choice | None]) -> Choice | None:
    """Return the shortest choice: all of them are needed, and any one of them finds the segment."""
    return min((choice for choice in choices if choice is not None), key=len, default=None)


def _union(choices: Iterable[Choice | None]) -> Choice | None:
    """Return all anchors of the choices, since any of them may be enough; None if one clause needs no anchor."""
    found: Choice = []
    for choice in choices:
        if choice is None:
            return None
        found += choice
    return found
