"""Who enters which journey: what lets in, and what each journey says to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as altered

from ripen.activity import Activity, Kind, Verdict
from ripen.bundle import Bundle, Segment
from ripen.clause import Agreed, Condition, Did
from ripen.contact import Contact, Permission
from ripen.entry import consulted
from ripen.fold import Enrolled, Folded, fold
from ripen.graph import Again, Journey, OnActivity, OnDate, OnField, OnRank, OnSegment, Trigger
from ripen.ids import digest
from ripen.journey import Enrollment, EnrollmentState
from ripen.lead import Profile
from ripen.refold import refold
from ripen.state import State
from tests.builders import DAY, a_bundle, a_lead, an_activity
from tests.fakes import NOON

JUNIOR = a_lead(job_title="")
ORDERED = OnActivity(kind="form_submitted", subject="order", key="order")
NEVER, BY_KEY, AFTER_EXIT = Again(), Again(how="by key"), Again(how="after exit")


def into(*enrol: Trigger, segments: tuple[Segment, ...] = (), **known: Any) -> Bundle:
    """A playbook with one journey, j."""
    journey = Journey(**{"name": "j", "enrol": enrol} | known)
    return altered(a_bundle(), journeys={"j": journey}, segments={segment.name: segment for segment in segments})


def an_order(number: str, **known: Any) -> Activity:
    return an_activity(**{"id": f"activity-{number}", "subject": "order", "facts": {"order": number}} | known)


def asked(**known: Any) -> Activity:
    return an_activity(**{"id": "ask", "kind": Kind.ENTRY_ASKED, "subject": "j", "facts": {"by": "anna"}} | known)


def entries(got: Folded) -> list[Enrollment]:
    return [consequence.enrollment for consequence in got.consequences if isinstance(consequence, Enrolled)]


def keys(got: Folded) -> list[str]:
    return [entry.key for entry in entries(got)]


def told(got: Folded) -> list[tuple[str, str, str]]:
    return [(d.outcome, d.reason, d.facts["by"]) for d in got.decisions if d.what == "enrollment"]


def run(
    bundle: Bundle, *activities: Activity, state: State | None = None, now: datetime = NOON, **known: Any
) -> Folded:
    profile: Profile = known.pop("profile", JUNIOR)
    return fold(profile, state, activities, bundle, now, **known)


# what lets in


def test_an_activity_lets_in_where_its_facts_say_so_and_they_go_along() -> None:
    large = OnActivity(kind="form_submitted", subject="order", where=(Condition(field="total", at_least=100),))
    assert entries(run(into(large), an_order("1", facts={"total": "99"}))) == []
    (entry,) = entries(run(into(large), an_order("1", facts={"total": "100"})))
    assert (entry.journey, entry.key, entry.activity, entry.facts) == ("j", "once", "activity-1", {"total": "100"})


def test_of_several_that_let_in_one_is_enough() -> None:
    any_form = OnActivity(kind="form_submitted")
    got = run(into(any_form, ORDERED, again=BY_KEY), an_order("7"))
    assert len(entries(got)) == len(told(got)) == 1


def test_a_machines_hit_lets_nobody_in() -> None:
    click = an_activity(kind=Kind.LINK_CLICKED, verdict=Verdict.MACHINE)
    assert told(run(into(OnActivity(kind="link_clicked")), click)) == []


def test_joining_a_segment_lets_in_and_being_in_it_does_not() -> None:
    buyers = Segment(name="buyers", also=(Did(kind="form_submitted", subject="order", at_least=2),))
    bundle = into(OnSegment(segment="buyers"), segments=(buyers,), again=AFTER_EXIT)
    one = run(bundle, an_order("1"))
    assert told(one) == []
    two = run(bundle, an_order("2"), state=one.state)
    assert told(two) == [("entered", "", "segment buyers")]
    assert keys(two) == ["activity-2"]
    assert told(run(bundle, an_order("3"), state=two.state)) == []


def test_a_window_that_runs_out_lets_in_at_its_moment_without_any_activity() -> None:
    asleep = Segment(name="asleep", also=(Did(kind="form_submitted", at_least=0, at_most=0, within_seconds=30 * DAY),))
    bundle = into(OnSegment(segment="asleep"), segments=(asleep,))
    awake = run(bundle, an_activity())
    assert awake.decay is not None
    early = run(bundle, state=awake.state, now=NOON + timedelta(days=30, milliseconds=-1))
    assert (told(early), early.state.segments) == ([], ())
    late = run(bundle, state=early.state, now=NOON + timedelta(days=30))
    assert told(late) == [("entered", "", "segment asleep")]
    assert awake.decay <= NOON + timedelta(days=30)


def test_a_threshold_in_a_segment_is_crossed_by_decay_at_a_foreseen_moment() -> None:
    eager = Segment(name="eager", when=(Condition(field="engagement", at_least=25),))
    bundle = into(segments=(eager,))
    got = run(bundle, an_activity())
    assert got.state.segments == ("eager",)
    assert got.decay is not None
    before = run(bundle, state=got.state, now=got.decay - timedelta(seconds=2))
    assert before.state.segments == ("eager",)
    assert run(bundle, state=got.state, now=got.decay).state.segments == ()


@pytest.mark.parametrize(("rank", "expected"), [("warm", 1), ("hot", 1), ("cold", 0)])
def test_rising_to_a_rank_or_past_it_lets_in(rank: str, expected: int) -> None:
    got = run(into(OnRank(rank=rank)), an_activity(), profile=a_lead(job_title="部長"))
    assert len(entries(got)) == expected


def test_falling_back_to_cold_lets_in_and_falling_to_warm_does_not() -> None:
    bundle = into(OnRank(rank="cold"), OnRank(rank="warm"), again=AFTER_EXIT)
    hot = run(altered(bundle, journeys={}), an_activity(id="1"), an_activity(id="2"))
    assert hot.state.rank == "hot"
    state = replace(hot.state, rules=run(bundle).state.rules)
    warm = run(bundle, state=state, now=NOON + timedelta(days=14))
    assert (warm.state.rank, told(warm)) == ("warm", [])
    cold = run(bundle, state=warm.state, now=NOON + timedelta(days=28))
    assert (cold.state.rank, told(cold)) == ("cold", [("entered", "", "rank cold")])


def test_a_field_lets_in_when_it_becomes_another_value_that_meets_the_condition() -> None:
    bundle = into(OnField(when=Condition(field="plan", any_of=("pro", "team"))), again=AFTER_EXIT)
    runs, minutes = [a_run("earlier", over=True)], iter(range(60))

    def saying(plan: str, state: State | None) -> Folded:
        now = NOON + timedelta(minutes=next(minutes))
        return run(bundle, state=state, now=now, profile=replace(JUNIOR, attributes={"plan": plan}), enrollments=runs)

    free = saying("free", None)
    assert told(free) == []
    pro = saying("pro", free.state)
    assert told(pro) == [("entered", "", "field plan")]
    assert told(saying("ＰＲＯ", pro.state)) == []
    team = saying("team", pro.state)
    assert told(team) == [("entered", "", "field plan")]
    assert told(saying("", team.state)) == []
    assert told(saying("pro", None)) == [("entered", "", "field plan")]


def test_a_number_lets_in_when_it_comes_to_the_threshold_not_each_time_it_moves() -> None:
    bundle = into(OnField(when=Condition(field="total", at_least=50)), again=Again(how="after"))
    one = run(bundle, an_activity(id="1"))
    two = run(bundle, an_activity(id="2"), state=one.state)
    three = run(bundle, an_activity(id="3"), state=two.state)
    assert [len(told(got)) for got in (one, two, three)] == [0, 1, 0]


MORNING = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
BORN = replace(JUNIOR, attributes={"birthday": "1980-11-22"})
BIRTHDAY = into(OnDate(field="birthday", yearly=True), again=BY_KEY)


def test_a_birthday_lets_in_at_its_moment_each_year() -> None:
    known = run(BIRTHDAY, an_activity(subject="contact"), profile=BORN)
    assert known.decay == MORNING
    came = run(BIRTHDAY, state=known.state, now=MORNING, profile=BORN)
    assert [(entry.key, entry.entered, entry.facts) for entry in entries(came)] == [
        ("2026-11-22", MORNING, {"date": "2026-11-22"})
    ]
    assert told(run(BIRTHDAY, state=came.state, now=MORNING, profile=BORN)) == []
    next_year = MORNING + timedelta(days=365)
    assert keys(run(BIRTHDAY, state=came.state, now=next_year, profile=BORN)) == ["2027-11-22"]


@pytest.mark.parametrize(("late", "outcome"), [(48 * 3600, "entered"), (48 * 3600 + 1, "refused")])
def test_a_mark_may_come_late_but_not_too_late(late: int, outcome: str) -> None:
    known = run(BIRTHDAY, an_activity(subject="contact"), profile=BORN)
    came = run(BIRTHDAY, state=known.state, now=MORNING + timedelta(seconds=late), profile=BORN)
    assert told(came) == [(outcome, "" if outcome == "entered" else "came too late", "date")]
    assert told(run(BIRTHDAY, state=came.state, now=MORNING + timedelta(days=3), profile=BORN)) == []


def test_nothing_comes_of_a_date_before_the_lead_was_there_or_before_it_was_told() -> None:
    noon = MORNING + timedelta(hours=3)
    new = run(BIRTHDAY, an_activity(subject="contact"), profile=replace(BORN, created=noon), now=noon)
    assert told(new) == []
    old = run(BIRTHDAY, an_activity(subject="contact"), now=MORNING - timedelta(hours=1))
    assert told(run(BIRTHDAY, state=old.state, profile=BORN, now=noon)) == []


def test_a_date_between_the_making_of_a_lead_and_its_first_fold_is_not_lost() -> None:
    new = replace(BORN, created=MORNING - timedelta(seconds=1))
    assert keys(run(BIRTHDAY, an_activity(subject="contact"), profile=new, now=MORNING)) == ["2026-11-22"]


def test_a_hand_lets_in_whatever_else_the_journey_asks_for() -> None:
    (entry,) = entries(run(into(), asked()))
    assert (entry.journey, entry.key, entry.activity) == ("j", "once", "ask")
    assert told(run(into(), asked())) == [("entered", "", "asked by anna")]


def test_a_journey_that_is_not_there_lets_nobody_in() -> None:
    assert told(run(into(), asked(subject="gone"))) == [("refused", "no such journey", "asked by anna")]


def test_a_wish_is_nothing_that_the_crm_need_hear_of() -> None:
    state = run(into(), an_activity()).state
    assert [type(c) for c in run(into(), asked(), state=state).consequences] == [Enrolled]


# who


def test_who_is_asked_about_the_lead_as_it_stands_with_this_activity() -> None:
    twice = Did(kind="form_submitted", subject="order", at_least=2)
    bundle = into(ORDERED, who=twice, again=BY_KEY)
    one = run(bundle, an_order("1"))
    assert told(one) == [("refused", "not whom it is for", "activity")]
    assert keys(run(bundle, an_order("2"), state=one.state)) == ["2"]


def test_a_consent_that_stands_counts() -> None:
    agreed = Contact(lead="lead1", consent={"marketing": Permission(granted=True, at=NOON, record="r")})
    bundle = into(ORDERED, who=Agreed())
    assert keys(run(bundle, an_order("1"), contact=agreed)) == ["once"]
    for contact in (None, replace(agreed, unsubscribed=NOON)):
        assert keys(run(bundle, an_order("1"), contact=contact)) == []


# again, and keys


def a_run(key: str, over: bool = False) -> Enrollment:
    state = EnrollmentState.FINISHED if over else EnrollmentState.ACTIVE
    return Enrollment(lead="lead1", journey="j", key=key, entered=NOON, bundle="bundle1", state=state)


def test_by_key_a_lead_is_in_it_once_for_each_at_the_same_time() -> None:
    bundle = into(ORDERED, again=BY_KEY)
    got = run(bundle, an_order("1"), an_order("2"), an_order("1", id="again"))
    assert keys(got) == ["2", "1"] or keys(got) == ["1", "2"]
    assert ("refused", "entered for this already", "activity") in told(got)
    assert consulted(got.state, JUNIOR, [an_order("1")], bundle, NOON) == {"j"}
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
    assert consulted(one.state, JUNIOR, [an_order("2")], bundle, NOON) == {"j"}
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
    assert consulted(seen.state, JUNIOR, [an_activity(id="3", kind=Kind.PAGE_READ)], bundle, NOON) == frozenset()
    assert keys(run(bundle, an_activity(id="3", kind=Kind.PAGE_READ), state=seen.state)) == ["3"]


def test_enrollments_are_not_read_for_most_leads() -> None:
    for again in (NEVER, Again(how="after", seconds=DAY)):
        bundle = into(ORDERED, again=again)
        assert (
            consulted(run(bundle, an_order("1", facts={})).state, JUNIOR, [an_order("2", facts={})], bundle, NOON)
            == set()
        )
    assert consulted(None, JUNIOR, [an_order("1")], into(ORDERED, again=BY_KEY), NOON) == frozenset()


def test_a_hand_goes_through_again_and_who_like_anything_else() -> None:
    one = run(into(), asked())
    assert told(run(into(), asked(id="2"), state=one.state)) == [("refused", "entered once already", "asked by anna")]
    picky = into(who=Condition(field="company", any_of=("other",)))
    assert told(run(picky, asked())) == [("refused", "not whom it is for", "asked by anna")]
    keyed = asked(facts={"key": "2026-12", "by": "schedule"})
    assert keys(run(into(again=Again(how="after")), keyed)) == ["2026-12"]


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
    scoring = altered(old.scoring, engagement=(altered(old.scoring.engagement[0], points=100),))
    doors = (
        OnSegment(segment="buyers"),
        OnRank(rank="hot"),
        OnField(when=Condition(field="company", present=True)),
        OnDate(field="since", at="00:00"),
    )
    new = altered(into(*doors, segments=(buyers,)), scoring=scoring)
    profile = replace(JUNIOR, attributes={"since": "2026-11-21"})
    anew = refold(profile, got.state, got.activities, new, NOON)
    # then it stands as if it had always been so, and nobody is enrolled or alerted
    assert (anew.state.segments, anew.state.rank, anew.score.total) == (("buyers",), "hot", 100)
    assert [type(c).__name__ for c in anew.consequences] == ["CrmFellBehind"]
    assert [(d.what, d.reason) for d in anew.decisions] == [("rank", "playbook changed")]
    # and it is so for good
    assert anew.state.rules != got.state.rules
    assert run(new, state=anew.state, profile=profile).consequences == ()


def test_folding_a_stale_state_lets_in_by_activities_only() -> None:
    buyers = Segment(name="buyers", also=(Did(kind="form_submitted"),))
    state = replace(run(into()).state, rules="other")
    got = run(into(OnSegment(segment="buyers"), segments=(buyers,)), an_order("1"), state=state)
    assert (got.state.segments, told(got), got.state.rules) == (("buyers",), [], "other")


def test_a_verdict_that_is_revised_lets_join() -> None:
    clicked = Segment(name="clicked", also=(Did(kind="link_clicked"),))
    bundle = into(OnSegment(segment="clicked"), segments=(clicked,))
    click = an_activity(kind=Kind.LINK_CLICKED, verdict=Verdict.MACHINE, facts={"send": "s", "agent": "browser"})
    before = run(bundle, click)
    assert before.state.watched == {}
    anew = refold(JUNIOR, before.state, before.activities, bundle, NOON)
    assert told(anew) == [("entered", "", "segment clicked")]
    assert told(refold(JUNIOR, anew.state, anew.activities, bundle, NOON)) == []


# any order

ACTS = [("form_submitted", "order"), ("page_viewed", "pricing"), ("page_viewed", "jobs"), ("link_clicked", "mail")]
histories = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 40), st.integers(0, 3)), max_size=12)
PLAN = altered(
    into(ORDERED, again=BY_KEY),
    segments={
        "keen": Segment(name="keen", also=(Did(kind="page_viewed", subject="pricing", at_least=3),)),
        "lately": Segment(name="lately", also=(Did(kind="page_viewed", at_least=2, within_seconds=10 * DAY),)),
        "shy": Segment(name="shy", also=(Did(kind="link_clicked", at_least=0, at_most=1),)),
    },
)
PLAN = altered(
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
    assert (one.watched, one.segments, one.journeys.keys()) == (other.watched, other.segments, other.journeys.keys())
    anew = refold(JUNIOR, one, done, PLAN, NOON)
    assert (anew.state.watched, anew.state.segments, anew.consequences) == (one.watched, one.segments, ())


# points


def test_points_that_a_journey_gives_count_like_any_and_halve_like_any() -> None:
    given_ = [
        an_activity(id=str(n), kind=Kind.POINTS_GIVEN, subject="j", facts={"points": points, "step": "s"})
        for n, points in enumerate(("15", "-5"))
    ]
    got = run(into(), *given_)
    assert (got.score.total, got.state.tallies["given"].count) == (10, 2)
    assert got.state.last_activity is None
    later = run(into(), state=got.state, now=NOON + timedelta(days=14))
    assert later.score.total == pytest.approx(5)
