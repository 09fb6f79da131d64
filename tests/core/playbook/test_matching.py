"""The index finds exactly the rules that hold, without checking each of them."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Condition
from ripen.playbook.condition import all_hold
from ripen.playbook.matching import matching_rules

WORDS = st.sampled_from(["", "部長", "営業部長", "IT", "it 担当", "recruiting", "ＩＴ", "12", "-3", "nan", " "])
FIELDS = st.sampled_from(["company", "job_title", "total", "unknown"])
CONDITIONS = st.builds(
    Condition,
    field=FIELDS,
    any_of=st.lists(WORDS, max_size=2).map(tuple),
    contains=st.lists(WORDS, max_size=2).map(tuple),
    at_least=st.none() | st.integers(-5, 15).map(float),
    present=st.none() | st.booleans(),
)
RULES = st.lists(st.lists(CONDITIONS, max_size=3).map(tuple), max_size=12)
TRAITS = st.dictionaries(st.sampled_from(["company", "job_title", "total"]), WORDS | st.floats(-10, 20))


@given(RULES, TRAITS)
def test_index_finds_the_same_rules_as_checking_each(
    whens: list[tuple[Condition, ...]], traits: dict[str, str]
) -> None:
    rules = tuple(Segment(name=str(n), when=when) for n, when in enumerate(whens))

    assert matching_rules(rules, traits) == [rule for rule in rules if all_hold(rule.when, traits)]


@dataclass
class CountingRule:
    conditions: tuple[Condition, ...]
    asked: list[int] = field(default_factory=list)

    @property
    def when(self) -> tuple[Condition, ...]:
        self.asked.append(1)
        return self.conditions


def test_only_candidates_are_checked() -> None:
    company = Condition(field="email_kind", any_of=("company",))
    asked: list[int] = []
    rules = tuple(
        CountingRule((company, condition), asked)
        for n in range(100)
        for condition in (
            Condition(field="domain", any_of=(f"{n}.example",)),
            Condition(field="job_title", contains=(f"役職{n}。",)),
            Condition(field="total", at_least=n),
        )
    )
    traits: dict[str, str | float] = {
        "email_kind": "company",
        "domain": "7.example",
        "job_title": "役職8。",
        "total": 1.5,
    }
    first = matching_rules(rules, traits)
    asked.clear()

    again = matching_rules(rules, traits)

    assert [rule.conditions[1] for rule in again] == [rule.conditions[1] for rule in first]
    assert len(again) == 4
    assert len(asked) == 4
