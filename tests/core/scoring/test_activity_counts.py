"""Counts are exact in every time window, from few stored times, in any order of arrival."""

from copy import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.history import history_entry
from ripen.playbook.bundle import Bundle, Segment
from ripen.playbook.clause import AllOf, AnyOf, Clause, Did, Not
from ripen.playbook.condition import LeadFacts, holds
from ripen.scoring.activity_counts import count_times, next_window_end, times_to_keep, with_activity
from tests.support.builders import a_bundle, an_activity
from tests.support.fakes import NOON

HOUR = 3600


def asking(*clauses: Clause) -> Bundle:
    return replace(a_bundle(), segments={"asking": Segment(name="asking", also=clauses)})


def a_view(id: str, at: datetime, subject: str = "pricing", verdict: Verdict = Verdict.HUMAN) -> Activity:
    return an_activity(id=id, kind=Kind.PAGE_VIEWED, subject=subject, at=at, received=at, verdict=verdict)


def after(bundle: Bundle, *activities: Activity) -> dict[str, tuple[int, ...]]:
    times: dict[str, tuple[int, ...]] = {}
    for activity in activities:
        times = with_activity(times, history_entry(activity), bundle)
    return times


def test_as_many_times_are_kept_as_a_clause_needs() -> None:
    three = Did(kind="page_viewed", subject="pricing", at_least=3)
    at_most_four = Did(kind="page_viewed", subject="pricing", at_least=0, at_most=4)
    never = Did(kind="link_clicked", at_least=0, at_most=0)
    nested = AnyOf(of=(AllOf(of=(three, Not(clause=never))), at_most_four))
    assert times_to_keep(asking(nested)) == {"page_viewed pricing": 5, "link_clicked": 1}


def test_times_for_who_may_enter_a_journey_are_kept() -> None:
    journey = replace(a_bundle().journeys["whitepaper"], who=Did(kind="page_read", at_least=2))
    assert times_to_keep(replace(a_bundle(), journeys={"j": journey})) == {"page_read": 2}


def test_times_that_no_clause_counts_are_not_kept() -> None:
    bundle = asking(Did(kind="page_viewed", subject="pricing"))
    assert after(bundle, a_view("1", NOON, subject="jobs"), an_activity()) == {}


def test_activities_of_machines_do_not_count() -> None:
    assert after(asking(Did(kind="page_viewed")), a_view("1", NOON, verdict=Verdict.MACHINE)) == {}


def test_activity_counts_with_and_without_its_subject() -> None:
    bundle = asking(Did(kind="page_viewed", at_least=2), Did(kind="page_viewed", subject="pricing"))
    times = after(bundle, a_view("1", NOON), a_view("2", NOON, subject="jobs"))
    assert (count_times(times, "page_viewed", "", None), count_times(times, "page_viewed", "pricing", None)) == (2, 1)


@pytest.mark.parametrize(("seconds", "expected"), [(0, 0), (-0.001, 1), (-HOUR, 2), (-HOUR - 0.001, 3)])
def test_window_excludes_its_first_moment(seconds: float, expected: int) -> None:
    bundle = asking(Did(kind="page_viewed", at_least=3))
    moments = (NOON, NOON - timedelta(milliseconds=1), NOON - timedelta(hours=1))
    times = after(bundle, *(a_view(str(n), at) for n, at in enumerate(moments)))
    assert count_times(times, "page_viewed", "", NOON + timedelta(seconds=seconds)) == expected


dids = st.builds(
    Did,
    kind=st.just("page_viewed"),
    at_least=st.integers(0, 4),
    at_most=st.none() | st.integers(0, 4),
    within_seconds=st.none() | st.integers(1, 20),
)
moments = st.lists(st.integers(0, 30), max_size=9)


@given(st.lists(dids, min_size=1, max_size=3), moments, st.integers(0, 40), st.randoms())
def test_few_times_give_the_same_answer_as_all_in_any_order(
    asked: list[Did], ats: list[int], later: int, random: Random
) -> None:
    # given
    bundle, now = asking(*asked), NOON + timedelta(seconds=later)
    views = [a_view(str(n), NOON + timedelta(seconds=at)) for n, at in enumerate(ats) if at <= later]
    # when
    times = after(bundle, *random.sample(views, len(views)))
    # then
    assert times == after(bundle, *views)
    facts = LeadFacts(traits={}, now=now, count=lambda kind, subject, since: count_times(times, kind, subject, since))
    full = LeadFacts(
        traits={},
        now=now,
        count=lambda kind, subject, since: sum(since is None or view.at > since for view in views),
    )
    assert [holds(did, facts) for did in asked] == [holds(did, full) for did in asked]


@given(dids, moments, st.integers(0, 40))
def test_answer_stays_until_the_computed_moment(did: Did, ats: list[int], later: int) -> None:
    now = NOON + timedelta(seconds=later)
    times = after(
        asking(did), *(a_view(str(n), NOON + timedelta(seconds=at)) for n, at in enumerate(ats) if at <= later)
    )

    def answer(at: datetime) -> bool:
        return holds(did, LeadFacts(traits={}, now=at, count=lambda *asked: count_times(times, *asked)))

    moment = next_window_end(did, times, now)
    until = moment or now + timedelta(days=1)
    just_before = until - timedelta(milliseconds=1)
    assert {answer(now + n * (just_before - now) / 20) for n in range(21)} == {answer(now)}
    if moment:
        assert moment > now
        assert next_window_end(did, times, moment) is None or next_window_end(did, times, moment) > moment  # type: ignore[operator]
