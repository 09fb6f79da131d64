"""Finds which of many rules hold for a lead without checking each of them.

The work for a lead is the same with a thousand rules as with ten:

1. All conditions of a rule must hold, so a rule can hold only if one chosen condition of it holds. The index files each
   rule under one condition: the one whose values fewest other conditions share.
2. For a lead, the index looks up the values of the lead's fields and returns the candidates.
3. Only the candidates are checked in full.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol

from ripen.identity import IdentityKey
from ripen.playbook.clause import Condition
from ripen.playbook.condition import Traits, all_hold, as_number, comparable

Positions = list[int]
"""Positions of rules in their tuple."""
LookupKey = tuple[str, str, str]
"""Field, kind of test and value: conditions with the same key are found by the same value of a lead."""


class Rule(Protocol):
    """Anything that holds if all its conditions hold."""

    @property
    def when(self) -> tuple[Condition, ...]:
        """The conditions."""


def matching_rules[R: Rule](rules: tuple[R, ...], traits: Traits) -> list[R]:
    """Return the rules whose conditions all hold, in the order of `rules`. The index is cached for this tuple."""
    candidates = _rule_index(IdentityKey(rules)).candidates(traits)
    return [rules[at] for at in sorted(candidates) if all_hold(rules[at].when, traits)]


class ConditionIndex:
    """Finds the positions whose condition may hold, by the values of a lead's fields."""

    def __init__(self) -> None:
        self._fields: dict[str, _FieldIndex] = defaultdict(_FieldIndex)

    def add(self, condition: Condition, position: int) -> None:
        """Add a condition that needs a value (needs_value)."""
        self._fields[condition.field].add(condition, position)

    def close(self) -> None:
        """Sort the thresholds; call this after the last add."""
        for field in self._fields.values():
            field.thresholds.sort()

    def candidates(self, traits: Traits) -> set[int]:
        """Return the positions whose condition may hold for these values."""
        found: set[int] = set()
        for name, value in traits.items():
            if field := self._fields.get(name):
                found.update(field.candidates(value))
        return found


class _FieldIndex:
    """The conditions on one field, by the value that may make them hold."""

    def __init__(self) -> None:
        self.equal: dict[str, Positions] = defaultdict(list)
        self.words: dict[int, dict[str, Positions]] = defaultdict(lambda: defaultdict(list))
        """By length, then by word, so that a text is searched for all words of one length at once."""
        self.thresholds: list[tuple[float, int]] = []
        self.present: Positions = []

    def add(self, condition: Condition, position: int) -> None:
        if condition.any_of:
            for value in condition.any_of:
                self.equal[comparable(value)].append(position)
        elif condition.contains:
            for word in map(comparable, condition.contains):
                self.words[len(word)][word].append(position)
        elif condition.at_least is not None:
            self.thresholds.append((condition.at_least, position))
        else:
            self.present.append(position)

    def candidates(self, value: str | float) -> Iterator[int]:
        text = comparable(str(value))
        if text:
            yield from self.present
        yield from self.equal.get(text, ())
        for length, words in self.words.items():
            for start in range(len(text) - length + 1):
                yield from words.get(text[start : start + length], ())
        if self.thresholds:
            yield from self._reached(value)

    def _reached(self, value: str | float) -> Iterator[int]:
        """Yield the positions whose threshold the value reaches."""
        number = as_number(value)
        if number is None:
            return
        end = bisect_right(self.thresholds, number, key=lambda entry: entry[0])
        yield from (position for _, position in self.thresholds[:end])


class _RuleIndex:
    """Files each rule under one condition; a rule without a condition that needs a value is always a candidate."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._always: Positions = []
        self._conditions = ConditionIndex()
        uses = Counter(key for rule in rules for condition in rule.when for key in lookup_keys(condition))
        for position, rule in enumerate(rules):
            usable = [condition for condition in rule.when if needs_value(condition)]
            if usable:
                rarest = min(usable, key=lambda condition: max(uses[key] for key in lookup_keys(condition)))
                self._conditions.add(rarest, position)
            else:
                self._always.append(position)
        self._conditions.close()

    def candidates(self, traits: Traits) -> set[int]:
        return self._conditions.candidates(traits).union(self._always)


def needs_value(condition: Condition) -> bool:
    """Return whether the condition can hold only for a field that is not blank."""
    values = (*condition.any_of, *condition.contains)
    if values:
        return all(map(comparable, values))
    return condition.at_least is not None or condition.present is True


def lookup_keys(condition: Condition) -> list[LookupKey]:
    """Return the keys under which the condition is found; conditions that share a key are found together."""
    if condition.any_of:
        return [(condition.field, "any_of", comparable(value)) for value in condition.any_of]
    if condition.contains:
        return [(condition.field, "contains", comparable(word)) for word in condition.contains]
    return [(condition.field, "present" if condition.at_least is None else "at_least", "")]


@lru_cache(maxsize=8)
def _rule_index(rules: IdentityKey[tuple[Rule, ...]]) -> _RuleIndex:
    return _RuleIndex(rules.value)
