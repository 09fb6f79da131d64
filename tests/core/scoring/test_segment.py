"""Segments of nested clauses: the index gives the same result as evaluating each segment."""

from collections.abc import Mapping
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Agreed, AllOf, AnyOf, Belongs, Clause, Condition, Did, Not, Tagged
from ripen.playbook.condition import LeadFacts, all_hold, holds
from ripen.scoring.activity_counts import Times, count_times
from ripen.scoring.segment import next_segment_change, segment_thresholds, segments
from tests.support.fakes import NOON

DAY = 86400
VIEW = "page_viewed"
AT_NOON = int(NOON.timestamp() * 1000)


def the_lead(times: Times | None = None, **known: object) -> LeadFacts:
    found = times or {}
    return LeadFacts(**{"traits": {}, "now": NOON, "count": lambda *asked: count_times(found, *asked)} | known)  # type: ignore[arg-type]


def within(*clauses: Clause, **known: object) -> bool:
    times = known.get("times", {})
    facts = the_lead(**known)  # type: ignore[arg-type]
    return segments({"s": Segment(name="s", also=clauses)}, facts, times) == ("s",)  # type: ignore[arg-type]


def test_segment_by_activities_consents_and_tags() -> None:
    assert within(Did(kind=VIEW), times={VIEW: (AT_NOON,)})
    assert not within(Did(kind=VIEW, at_least=2), times={VIEW: (AT_NOON,)})
    assert within(Agreed(), purposes=frozenset(["marketing"]))
    assert not within(Agreed(purpose="events"), purposes=frozenset(["marketing"]))
    assert within(Tagged(tag="vip"), tags=frozenset(["vip"]))
    assert within(AnyOf(of=(Tagged(tag="vip"), Did(kind=VIEW))), times={VIEW: (AT_NOON,)})
    assert not within(AllOf(of=(Tagged(tag="vip"), Did(kind=VIEW))), times={VIEW: (AT_NOON,)})


def test_segment_of_leads_without_an_activity() -> None:
    never = Did(kind=VIEW, at_least=0, at_most=0)
    assert within(never)
    assert not within(never, times={VIEW: (AT_NOON,)})
    assert within(Not(clause=Tagged(tag="vip")))
    assert not within(Not(clause=Tagged(tag="vip")), tags=frozenset(["vip"]))


def test_segment_of_segments_is_evaluated_after_them() -> None:
    defined = {
        "a": Segment(name="a", also=(Belongs(segment="z"), Not(clause=Belongs(segment="m")))),
        "m": Segment(name="m", when=(Condition(field="company", any_of=("x",)),)),
        "z": Segment(name="z", also=(Tagged(tag="vip"),)),
    }
    assert segments(defined, the_lead(tags=frozenset(["vip"])), {}) == ("a", "z")
    assert segments(defined, the_lead(tags=frozenset(["vip"]), traits={"company": "x"}), {}) == ("m", "z")
    assert segments(defined, the_lead(traits={"company": "x"}), {}) == ("m",)


def test_missing_segment_contains_no_lead() -> None:
    assert not within(Belongs(segment="gone"))
    assert within(Not(clause=Belongs(segment="gone")))


def test_circle_of_segments_ends() -> None:
    defined = {
        "a": Segment(name="a", also=(AnyOf(of=(Belongs(segment="b"), Tagged(tag="vip"))),)),
        "b": Segment(name="b", also=(AnyOf(of=(Belongs(segment="a"), Tagged(tag="vip"))),)),
        "self": Segment(name="self", also=(Not(clause=Belongs(segment="self")),)),
    }
    assert segments(defined, the_lead(tags=frozenset(["vip"])), {}) == ("a", "b", "self")


names = st.sampled_from(["a", "b", "c", "d", "gone"])
fields = st.builds(
    Condition,
    field=st.sampled_from(["company", "total"]),
    any_of=st.lists(st.sampled_from(["x", "y"]), max_size=1).map(tuple),
    at_least=st.none() | st.integers(0, 3).map(float),
    present=st.none() | st.booleans(),
)
simple = (
    fields
    | st.builds(
        Did,
        kind=st.sampled_from([VIEW, "page_read"]),
        at_least=st.integers(0, 2),
        at_most=st.none() | st.integers(0, 2),
        within_seconds=st.none() | st.integers(1, 3).map(lambda days: days * DAY),
    )
    | st.builds(Tagged, tag=st.sampled_from(["vip", "old"]))
    | st.builds(Agreed)
)


def nested(leaves: st.SearchStrategy[Clause]) -> st.SearchStrategy[Clause]:
    return st.recursive(
        leaves,
        lambda parts: (
            st.builds(AllOf, of=st.lists(parts, max_size=3).map(tuple))
            | st.builds(AnyOf, of=st.lists(parts, max_size=3).map(tuple))
            | st.builds(Not, clause=parts)
        ),
        max_leaves=5,
    )


def a_segment(name: str, others: list[str]) -> st.SearchStrategy[Segment]:
    leaves: st.SearchStrategy[Clause] = simple
    if others:
        leaves = simple | st.builds(Belongs, segment=st.sampled_from([*others, "gone"]))
    return st.builds(
        Segment,
        name=st.just(name),
        when=st.lists(fields, max_size=2).map(tuple),
        also=st.lists(nested(leaves), max_size=2).map(tuple),
    )


plans = st.tuples(
    a_segment("d", []), a_segment("a", ["d"]), a_segment("c", ["a", "d"]), a_segment("b", ["a", "c"])
).map(lambda found: {segment.name: segment for segment in found})
lives = st.dictionaries(
    st.sampled_from([VIEW, "page_read"]),
    st.lists(st.integers(0, 4), min_size=1, max_size=3).map(
        lambda days: tuple(sorted((AT_NOON - day * DAY * 1000 for day in days), reverse=True))
    ),
)
people = st.fixed_dictionaries(
    {
        "traits": st.dictionaries(st.just("company"), st.sampled_from(["x", "y", "z", ""])).flatmap(
            lambda known: st.integers(0, 4).map(lambda total: known | {"total": float(total)})
        ),
        "tags": st.sets(st.sampled_from(["vip", "old"])).map(frozenset),
        "purposes": st.sets(st.just("marketing")).map(frozenset),
    }
)


def evaluated_one_by_one(plan: Mapping[str, Segment], facts: LeadFacts) -> tuple[str, ...]:
    """In the order in which the plans above refer to each other."""
    inside: set[str] = set()
    for segment in plan.values():
        here = LeadFacts(
            traits=facts.traits,
            now=facts.now,
            count=facts.count,
            tags=facts.tags,
            purposes=facts.purposes,
            segments=frozenset(inside),
        )
        if all_hold(segment.when, facts.traits) and all(holds(clause, here) for clause in segment.also):
            inside.add(segment.name)
    return tuple(sorted(inside))


@given(plans, people, lives)
def test_index_finds_the_same_segments_as_evaluating_each(
    plan: dict[str, Segment], known: dict[str, object], times: dict[str, tuple[int, ...]]
) -> None:
    facts = the_lead(times, **known)
    assert segments(plan, facts, times) == evaluated_one_by_one(plan, facts)


@given(plans, people, lives)
def test_segments_do_not_change_before_the_computed_moment(
    plan: dict[str, Segment], known: dict[str, object], times: dict[str, tuple[int, ...]]
) -> None:
    now = segments(plan, the_lead(times, **known), times)
    moment = next_segment_change(plan, the_lead(times, **known), times)
    until = moment or NOON + timedelta(days=30)
    assert moment is None or moment > NOON
    for part in range(1, 10):
        at = NOON + (until - NOON - timedelta(milliseconds=1)) * part / 9
        assert segments(plan, the_lead(times, **known | {"now": at}), times) == now


def test_end_of_a_window_is_computed() -> None:
    plan = {"s": Segment(name="s", also=(Did(kind=VIEW, at_least=2, within_seconds=7 * DAY),))}
    times = {VIEW: (AT_NOON, AT_NOON - DAY * 1000)}
    moment = next_segment_change(plan, the_lead(times), times)
    assert moment == NOON + timedelta(days=6)
    assert segments(plan, the_lead(times, now=moment), times) == ()
    assert next_segment_change(plan, the_lead(times, now=moment), times) is None


def test_nested_thresholds_are_found() -> None:
    deep = Not(clause=AnyOf(of=(Condition(field="total", at_least=50), Condition(field="engagement", at_least=7))))
    plan = {"s": Segment(name="s", when=(Condition(field="total", at_least=20),), also=(deep,))}
    assert (segment_thresholds(plan, "total"), segment_thresholds(plan, "engagement")) == ((20, 50), (7,))


def test_only_candidates_are_evaluated() -> None:
    asked: list[str] = []

    class Counted(Segment, frozen=True, kw_only=True):
        def __getattribute__(self, name: str) -> object:
            asked.append(name)
            return super().__getattribute__(name)

    company = Condition(field="email_kind", any_of=("company",))
    plan: dict[str, Segment] = {}
    for n in range(200):
        did = Did(kind=VIEW, subject=f"p{n}")
        never = Did(kind=VIEW, subject=f"p{n}", at_least=0, at_most=0)
        plan[f"did{n}"] = Counted(name=f"did{n}", when=(company,), also=(did,))
        plan[f"never{n}"] = Counted(name=f"never{n}", also=(never,))
        plan[f"tag{n}"] = Counted(name=f"tag{n}", also=(AnyOf(of=(Tagged(tag=f"t{n}"), did)),))
        plan[f"of{n}"] = Counted(name=f"of{n}", also=(Belongs(segment=f"tag{n}"),))
    times = {f"{VIEW} p7": (AT_NOON,)}
    facts = the_lead(times, traits={"email_kind": "company"}, tags=frozenset(["t9"]))
    first = segments(plan, facts, times)
    assert {"did7", "tag7", "of7", "tag9", "of9", "never9"} <= set(first)
    assert "never7" not in first
    asked.clear()
    assert segments(plan, facts, times) == first
    assert len(asked) < 40
