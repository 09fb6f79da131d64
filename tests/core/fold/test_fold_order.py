"""The fold under any order, any batches and many rules: the same state at the same cost."""

from collections import Counter
from copy import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.json import encode

from ripen.fold.consequences import Enrolled, LeadTurnedHot
from ripen.fold.history_page import cut_page
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.state import State
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Again
from ripen.playbook.scoring import EngagementRule
from tests.support.builders import an_activity
from tests.support.fakes import NOON
from tests.support.pure_folds import BUNDLE, folded

kinds = st.sampled_from([Kind.FORM_SUBMITTED, Kind.LINK_CLICKED, Kind.PAGE_VIEWED, Kind.UNSUBSCRIBED])
histories = st.lists(st.tuples(kinds, st.integers(1, 80), st.sampled_from(list(Verdict))), max_size=12)


def in_batches(activities: list[Activity], sizes: list[int], bundle: Bundle) -> tuple[State | None, set[str]]:
    """Fold the activities batch by batch. Return the state, and the ids of alerts and the keys of entries."""
    state, ids, rest = None, set(), list(activities)
    while rest:
        size = sizes.pop() if sizes else len(rest)
        batch, rest = rest[:size], rest[size:]
        got = folded(*batch, *batch[:1], state=state, bundle=bundle)
        state = got.state
        ids |= {c.alert.id for c in got.consequences if isinstance(c, LeadTurnedHot)}
        ids |= {
            c.enrollment.key for c in got.consequences if isinstance(c, Enrolled) and not c.enrollment.requested_only
        }
    return state, ids


@given(histories, st.lists(st.integers(1, 4), max_size=12), st.randoms())
def test_order_and_batches_change_neither_state_nor_alerts(
    history: list[tuple[Kind, int, Verdict]], sizes: list[int], random: Random
) -> None:
    # given activities that give points, no two of them a double click, and a journey that is entered once
    journey = replace(BUNDLE.journeys["whitepaper"], again=Again())
    bundle = replace(BUNDLE, journeys={"whitepaper": journey})
    activities = [
        an_activity(
            id=str(n),
            kind=kind,
            at=NOON - timedelta(days=days, minutes=n),
            received=NOON - timedelta(days=days, minutes=n, hours=-1),
            verdict=verdict,
            facts={"send": "s", "link": "1"},
        )
        for n, (kind, days, verdict) in enumerate(history)
    ]
    # when they are folded all at once, and shuffled in batches
    one, ids = in_batches(activities, [], bundle)
    other, other_ids = in_batches(random.sample(activities, len(activities)), sizes, bundle)
    # then only the last digits of the sums differ
    assert ids == other_ids
    if one is None or other is None:
        assert one is other
        return
    assert {c: t.points for c, t in one.rule_points.items()} == pytest.approx(
        {c: t.points for c, t in other.rule_points.items()}, abs=1e-9
    )
    assert replace(one, rule_points={}, journeys={}, history=()) == replace(
        other, rule_points={}, journeys={}, history=()
    )
    assert Counter(map(str, one.history)) == Counter(map(str, other.history))
    assert one.journeys.keys() == other.journeys.keys()
    assert {c: (t.at, t.count, t.times) for c, t in one.rule_points.items()} == {
        c: (t.at, t.count, t.times) for c, t in other.rule_points.items()
    }


def test_activity_costs_the_same_under_a_thousand_rules() -> None:
    read: list[str] = []

    class Watched(EngagementRule, frozen=True, kw_only=True):
        def __getattribute__(self, name: str) -> object:
            read.append(name)
            return super().__getattribute__(name)

    rules = tuple(Watched(code=str(n), kind="page_viewed", subject=str(n), points=1, words={}) for n in range(1000))
    bundle = replace(BUNDLE, scoring=replace(BUNDLE.scoring, engagement=rules))
    first = folded(an_activity(kind=Kind.PAGE_VIEWED, subject="1"), bundle=bundle)
    read.clear()
    folded(an_activity(id="2", kind=Kind.PAGE_VIEWED, subject="2"), state=first.state, bundle=bundle)
    assert len(read) < 50


def test_state_of_a_busy_lead_stays_small() -> None:
    rules = tuple(
        EngagementRule(code=f"rule{n}", kind="page_viewed", subject=f"p{n}", points=1, words={}) for n in range(30)
    )
    bundle = replace(BUNDLE, scoring=replace(BUNDLE.scoring, engagement=rules))
    views = [
        an_activity(
            id=f"{n}", kind=Kind.PAGE_VIEWED, subject=f"p{n % 30}", at=NOON - timedelta(seconds=n, microseconds=n)
        )
        for n in range(600)
    ]
    state, page = cut_page(folded(*views, bundle=bundle).state)
    assert page and len(page.entries) == 600
    assert len(encode(state)) < 16_384
