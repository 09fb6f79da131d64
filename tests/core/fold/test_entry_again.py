"""Whether a journey takes a lead again, under new definitions too, and in whatever order things happened."""

from copy import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.fold.entry import journeys_to_read
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.ids import digest
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.state import State
from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Condition, Did
from ripen.playbook.graph import Again, Journey
from ripen.playbook.trigger import OnActivity, OnDate, OnField, OnRank, OnSegment
from tests.support.builders import DAY, an_activity
from tests.support.fakes import NOON
from tests.support.journey_entries import (
    AFTER_EXIT,
    BY_KEY,
    JUNIOR,
    NEVER,
    ORDERED,
    a_run,
    an_order,
    asked,
    entries,
    into,
    keys,
    run,
    told,
)


def test_by_key_a_lead_is_in_it_once_for_each_at_the_same_time() -> None:
    bundle = into(ORDERED, again=BY_KEY)
    got = run(bundle, an_order("1"), an_order("2"), an_order("1", id="again"))
    assert keys(got) == ["2", "1"] or keys(got) == ["1", "2"]
    assert ("refused", "entered for this already", "activity") in told(got)
    assert journeys_to_read(got.state, JUNIOR, [an_order("1")], bundle, NOON) == {"j"}
    later = run(
        bundle, an_order("1", id="x"), an_order("3"), state=got.state, enrollments=[a_run("1", True), a_run("2")]
    )
    assert keys(later) == ["3"]


@pytest.mark.parametrize("order", ["東京/1", "a#b", "x" * 65, " "])
def test_a_key_that_could_break_a_rows_address_is_digested(order: str) -> None:
    assert keys(run(into(ORDERED, again=BY_KEY), an_order("1", facts={"order": order}))) == [digest(order)]


def test_without_the_fact_the_activity_itself_is_the_key() -> None:
    assert keys(run(into(ORDERED, again=BY_KEY), an_order("1", facts={}))) == ["activity-1"]


def test_after_exit_a_lead_enters_again_only_when_it_is_out() -> None:
    bundle = into(ORDERED, again=AFTER_EXIT)
    one = run(bundle, an_order("1", facts={}))
    assert journeys_to_read(one.state, JUNIOR, [an_order("2")], bundle, NOON) == {"j"}
    inside = run(bundle, an_order("2", facts={}), state=one.state, enrollments=[a_run("activity-1")])
    assert told(inside) == [("refused", "still in it", "activity")]
    out = run(
        bundle,
        an_order("2", facts={}),
        an_order("3", facts={}),
        state=one.state,
        enrollments=[a_run("activity-1", True)],
    )
    assert keys(out) == ["activity-2"]
    assert told(out)[1] == ("refused", "still in it", "activity")


def test_that_a_run_is_over_is_remembered_and_not_asked_again() -> None:
    bundle = into(OnActivity(kind="page_read"), again=AFTER_EXIT)
    one = run(bundle, an_activity(kind=Kind.PAGE_READ))
    seen = run(bundle, an_activity(id="2"), state=one.state, enrollments=[a_run("activity1", True)])
    assert not seen.state.journeys["j"].active
    assert journeys_to_read(seen.state, JUNIOR, [an_activity(id="3", kind=Kind.PAGE_READ)], bundle, NOON) == frozenset()
    assert keys(run(bundle, an_activity(id="3", kind=Kind.PAGE_READ), state=seen.state)) == ["3"]


def test_enrollments_are_not_read_for_most_leads() -> None:
    for again in (NEVER, Again(how="after", seconds=DAY)):
        bundle = into(ORDERED, again=again)
        assert (
            journeys_to_read(
                run(bundle, an_order("1", facts={})).state, JUNIOR, [an_order("2", facts={})], bundle, NOON
            )
            == set()
        )
    assert journeys_to_read(None, JUNIOR, [an_order("1")], into(ORDERED, again=BY_KEY), NOON) == frozenset()


def test_a_hand_goes_through_again_and_who_like_anything_else() -> None:
    one = run(into(), asked())
    assert told(run(into(), asked(id="2"), state=one.state)) == [("refused", "entered once already", "asked by anna")]
    picky = into(who=Condition(field="company", any_of=("other",)))
    assert told(run(picky, asked())) == [("refused", "does not match `who`", "asked by anna")]
    keyed = asked(facts={"key": "2026-12", "by": "schedule"})
    assert keys(run(into(again=Again(how="after")), keyed)) == ["2026-12"]


def test_for_what_it_entered_last_a_lead_does_not_enter_again_though_nobody_has_read_that_run() -> None:
    one = run(into(ORDERED, again=BY_KEY), an_order("7"))
    again = run(into(ORDERED, again=BY_KEY), an_order("7", id="other"), state=one.state)
    assert told(again) == [("refused", "entered for this already", "activity")]


def test_a_run_that_goes_on_under_an_older_playbook_is_still_heard() -> None:
    # given a run whose graph ends by a page, and another of the same journey, that ends by another one since
    page, other = Did(kind="page_viewed", subject="pricing"), Did(kind="page_viewed", subject="jobs")
    one = run(into(ORDERED, again=BY_KEY, goal=page), an_order("1"))
    two = run(into(ORDERED, again=BY_KEY, goal=other), an_order("2"), state=one.state, enrollments=[a_run("1")])
    assert keys(two) == ["2"]
    # then both pages are heard
    assert two.state.journeys["j"].wake_events == ("page_viewed jobs", "page_viewed pricing")


def test_two_causes_at_once_make_one_entry_and_two_decisions_apart() -> None:
    buyers = Segment(name="buyers", also=(Did(kind="form_submitted", subject="order"),))
    bundle = into(ORDERED, OnSegment(segment="buyers"), segments=(buyers,), again=Again(how="after"))
    got = run(bundle, an_order("1", facts={}))
    assert [reason for _, reason, _ in told(got)] == ["", "entered for this already"]
    assert len({decision.id for decision in got.decisions}) == len(got.decisions)


# new definitions


def test_who_is_in_a_segment_because_it_is_new_does_not_enter_and_sales_is_not_told() -> None:
    # given a lead under a playbook without segments
    old = into(ORDERED)
    got = run(old, an_order("1"))
    # when a new one has a segment that holds of it, lets in by its rank, its field and a date just over, and scores higher
    buyers = Segment(name="buyers", also=(Did(kind="form_submitted"),))
    scoring = replace(old.scoring, engagement=(replace(old.scoring.engagement[0], points=100),))
    doors = (
        OnSegment(segment="buyers"),
        OnRank(rank="hot"),
        OnField(when=Condition(field="company", present=True)),
        OnDate(field="since", at="00:00"),
    )
    new = replace(into(*doors, segments=(buyers,)), scoring=scoring)
    profile = replace(JUNIOR, attributes={"since": "2026-11-21"})
    anew = refold(LeadHistory(profile=profile, state=got.state), got.activities, new, NOON)
    # then it stands as if it had always been so, and nobody is enrolled or alerted
    assert (anew.state.segments, anew.state.rank, anew.score.total) == (("buyers",), "hot", 100)
    assert [type(c).__name__ for c in anew.consequences] == ["CrmOutdated"]
    assert [(d.what, d.reason) for d in anew.decisions] == [("rank", "playbook changed")]
    # and it is so for good
    assert anew.state.rules_version != got.state.rules_version
    assert run(new, state=anew.state, profile=profile).consequences == ()


@pytest.mark.parametrize(("late", "outcomes"), [(timedelta(0), ["entered"]), (timedelta(days=2, seconds=1), [])])
def test_a_date_that_came_before_the_new_definitions_did_is_not_lost(late: timedelta, outcomes: list[str]) -> None:
    # given a lead whose birthday comes while a new playbook, which scores otherwise, is on its way to all leads
    morning, birthday = NOON.replace(hour=0) + timedelta(days=1), OnDate(field="birthday", yearly=True)
    old, lead = into(birthday, again=BY_KEY), replace(JUNIOR, attributes={"birthday": "1980-11-22"})
    new = replace(old, scoring=replace(old.scoring, half_life_days=7))
    got = run(old, an_activity(subject="contact"), profile=lead)
    # when it is folded anew by that, after the moment
    anew = refold(LeadHistory(profile=lead, state=got.state), got.activities, new, morning + late)
    # then it enters as it would have; but of what came long before, nothing is said
    assert [outcome for outcome, _, _ in told(anew)] == outcomes
    assert told(run(new, state=anew.state, profile=lead, now=morning + late)) == []


def test_folding_a_stale_state_lets_in_by_activities_only() -> None:
    buyers = Segment(name="buyers", also=(Did(kind="form_submitted"),))
    state = replace(run(into()).state, rules_version="other")
    got = run(into(OnSegment(segment="buyers"), segments=(buyers,)), an_order("1"), state=state)
    assert (got.state.segments, told(got), got.state.rules_version) == (("buyers",), [], "other")


def test_a_verdict_that_is_revised_lets_join() -> None:
    clicked = Segment(name="clicked", also=(Did(kind="link_clicked"),))
    bundle = into(OnSegment(segment="clicked"), segments=(clicked,))
    click = an_activity(kind=Kind.LINK_CLICKED, verdict=Verdict.MACHINE, facts={"send": "s", "agent": "browser"})
    before = run(bundle, click)
    assert before.state.activity_times == {}
    anew = refold(LeadHistory(profile=JUNIOR, state=before.state), before.activities, bundle, NOON)
    assert told(anew) == [("entered", "", "segment clicked")]
    assert told(refold(LeadHistory(profile=JUNIOR, state=anew.state), anew.activities, bundle, NOON)) == []


# any order

ACTS = [("form_submitted", "order"), ("page_viewed", "pricing"), ("page_viewed", "jobs"), ("link_clicked", "mail")]
histories = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 40), st.integers(0, 3)), max_size=12)
PLAN = replace(
    into(ORDERED, again=BY_KEY),
    segments={
        "keen": Segment(name="keen", also=(Did(kind="page_viewed", subject="pricing", at_least=3),)),
        "lately": Segment(name="lately", also=(Did(kind="page_viewed", at_least=2, within_seconds=10 * DAY),)),
        "shy": Segment(name="shy", also=(Did(kind="link_clicked", at_least=0, at_most=1),)),
    },
)
PLAN = replace(
    PLAN, journeys=PLAN.journeys | {"once": Journey(name="once", enrol=(OnSegment(segment="keen"),), again=NEVER)}
)


@given(histories, st.lists(st.integers(1, 4), max_size=12), st.randoms())
def test_any_order_batch_and_repetition_gives_the_same_state_and_entries_and_so_does_folding_anew(
    history: list[tuple[tuple[str, str], int, int]], sizes: list[int], random: Random
) -> None:
    activities = [
        an_activity(
            id=f"a{n}",
            kind=Kind(kind),
            subject=subject,
            facts={"order": str(number)},
            at=NOON - timedelta(days=days),
            received=NOON - timedelta(days=days),
        )
        for n, ((kind, subject), days, number) in enumerate(history)
    ]

    def folded(order: list[Activity], sizes: list[int]) -> tuple[State, set[tuple[str, str]], list[Activity]]:
        got = run(PLAN)
        state, runs, done, rest = got.state, list[Enrollment](), list[Activity](), list(order)
        while rest:
            size = sizes.pop() if sizes else len(rest)
            batch, rest = rest[:size], rest[size:]
            got = run(PLAN, *batch, *done[:1], state=state, enrollments=runs)
            state, runs, done = got.state, [*runs, *entries(got)], [*done, *got.activities]
        assert len({(entry.journey, entry.key) for entry in runs}) == len(runs)
        return state, {(entry.journey, entry.key) for entry in runs}, done

    one, entered, done = folded(activities, [])
    other, other_entered, _ = folded(random.sample(activities, len(activities)), sizes)
    assert entered == other_entered
    assert (one.activity_times, one.segments, one.journeys.keys()) == (
        other.activity_times,
        other.segments,
        other.journeys.keys(),
    )
    anew = refold(LeadHistory(profile=JUNIOR, state=one), done, PLAN, NOON)
    assert (anew.state.activity_times, anew.state.segments, anew.consequences) == (one.activity_times, one.segments, ())


# points


def test_points_that_a_journey_gives_count_like_any_and_halve_like_any() -> None:
    given_ = [
        an_activity(id=str(n), kind=Kind.POINTS_GIVEN, subject="j", facts={"points": points, "step": "s"})
        for n, points in enumerate(("15", "-5"))
    ]
    got = run(into(), *given_)
    assert (got.score.total, got.state.rule_points["given//s"].count) == (10, 2)
    assert got.state.last_activity is None
    later = run(into(), state=got.state, now=NOON + timedelta(days=14))
    assert later.score.total == pytest.approx(5)
