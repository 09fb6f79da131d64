"""Which of many rules hold for a lead, without asking each of them: a lead costs the same under a thousand as under ten.

All conditions of a rule must hold, so it is enough to ask those rules of which one chosen condition may hold: the one
that fewest rules share. They are found by the lead's own values, in an index made once for each set of rules.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol

from ripen.identity import IdentityKey
from ripen.playbook.clause import Condition
from ripen.playbook.condition import Traits, all_hold, comparable

Positions = list[int]


class Rule(Protocol):
    @property
    def when(self) -> tuple[Condition, ...]: ...


def matching_rules[R: Rule](rules: tuple[R, ...], traits: Traits) -> list[R]:
    """The rules whose conditions all hold, in their own order. The index is kept for this very tuple."""
    may = _index(IdentityKey(rules)).candidates(traits)
    return [rules[at] for at in sorted(may) if all_hold(rules[at].when, traits)]


class _FieldIndex:
    """What the rules ask about one field, by the value that answers it."""

    def __init__(self) -> None:
        self.equal: dict[str, Positions] = defaultdict(list)
        self.words: dict[int, dict[str, Positions]] = defaultdict(lambda: defaultdict(list))
        self.least: list[tuple[float, int]] = []
        self.present: Positions = []

    def add(self, condition: Condition, at: int) -> None:
        for value in condition.any_of:
            self.equal[comparable(value)].append(at)
        if condition.any_of:
            return
        for word in map(comparable, condition.contains):
            self.words[len(word)][word].append(at)
        if condition.contains:
            return
        if condition.at_least is not None:
            self.least.append((condition.at_least, at))
        else:
            self.present.append(at)

    def candidates(self, value: str | float) -> Iterator[int]:
        text = comparable(str(value))
        if text:
            yield from self.present
        yield from self.equal.get(text, ())
        for length, words in self.words.items():
            for start in range(len(text) - length + 1):
                yield from words.get(text[start : start + length], ())
        if self.least:
            yield from self._reached(value)

    def _reached(self, value: str | float) -> Iterator[int]:
        try:
            number = float(value)
        except ValueError:
            return
        end = bisect_right(self.least, number, key=lambda entry: entry[0])
        yield from (at for _, at in self.least[:end])


class ConditionIndex:
    """Positions by the conditions that may hold, found by a lead's values."""

    def __init__(self) -> None:
        self._columns: dict[str, _FieldIndex] = defaultdict(_FieldIndex)

    def add(self, condition: Condition, at: int) -> None:
        """The condition must need a value."""
        self._columns[condition.field].add(condition, at)

    def close(self) -> None:
        """After the last one."""
        for column in self._columns.values():
            column.least.sort()

    def candidates(self, traits: Traits) -> set[int]:
        found: set[int] = set()
        for name, value in traits.items():
            if column := self._columns.get(name):
                found.update(column.candidates(value))
        return found


class _RuleIndex:
    """The rules' positions by what may make them hold."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._always: Positions = []
        self._finder = ConditionIndex()
        shared = Counter(key for rule in rules for condition in rule.when for key in lookup_keys(condition))
        for at, rule in enumerate(rules):
            told = [condition for condition in rule.when if needs_value(condition)]
            if told:
                self._finder.add(
                    min(told, key=lambda condition: max(shared[key] for key in lookup_keys(condition))), at
                )
            else:
                self._always.append(at)
        self._finder.close()

    def candidates(self, traits: Traits) -> set[int]:
        return self._finder.candidates(traits).union(self._always)


def needs_value(condition: Condition) -> bool:
    """Whether it cannot hold of a trait that is blank."""
    values = (*condition.any_of, *condition.contains)
    if values:
        return all(map(comparable, values))
    return condition.at_least is not None or condition.present is True


def lookup_keys(condition: Condition) -> list[tuple[str, str, str]]:
    """What the condition shares with others that the same value would bring up."""
    if condition.any_of:
        return [(condition.field, "any_of", comparable(value)) for value in condition.any_of]
    if condition.contains:
        return [(condition.field, "contains", comparable(word)) for word in condition.contains]
    return [(condition.field, "present" if condition.at_least is None else "at_least", "")]


@lru_cache(maxsize=8)
def _index(rules: IdentityKey[tuple[Rule, ...]]) -> _RuleIndex:
    return _RuleIndex(rules.value)
