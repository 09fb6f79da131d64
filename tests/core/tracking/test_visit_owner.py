"""Whose visits a browser's are: one lead's at a time, nobody's while two leads share it, and a proof decides."""

from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ripen.tracking.visit_owner import after_click, after_form, is_proof, owner_of
from ripen.tracking.visitor import Stay, VisitorPointer
from tests.support.builders import an_activity
from tests.support.fakes import NOON

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def owner(pointer: VisitorPointer | None, received: datetime, at: datetime | None = None) -> str:
    stay = owner_of(an_activity(at=at or received, received=received), pointer)
    return stay.lead if stay else ""


def test_the_first_lead_that_clicks_gets_the_visits_before_and_after() -> None:
    pointer = after_click(None, "a", NOON)
    assert [owner(pointer, NOON + gap) for gap in (-30 * DAY, -SECOND, SECOND, 30 * DAY)] == ["a"] * 4
    assert not pointer.bound


def test_an_unknown_browser_has_no_owner() -> None:
    assert owner(None, NOON) == ""


def test_a_later_click_takes_the_browser_from_then_on() -> None:
    later = NOON + DAY + SECOND
    pointer = after_click(after_click(None, "a", NOON), "b", later)
    assert [owner(pointer, later + gap) for gap in (-30 * DAY, -SECOND, timedelta(), DAY)] == ["a", "a", "b", "b"]


@pytest.mark.parametrize("gap", [2 * SECOND, 79 * SECOND, DAY])
def test_visits_count_for_neither_of_two_leads_within_a_day(gap: timedelta) -> None:
    second = NOON + gap
    pointer = after_click(after_click(None, "a", NOON), "b", second)
    assert [owner(pointer, second + gap) for gap in (timedelta(), SECOND, 30 * DAY)] == [""] * 3
    assert owner(pointer, second - SECOND) == "a"
    assert owner(pointer, NOON - SECOND) == ""


def test_time_alone_does_not_end_sharing() -> None:
    shared = after_click(after_click(None, "a", NOON), "b", NOON + HOUR)
    assert owner(after_click(shared, "a", NOON + 30 * DAY), NOON + 31 * DAY) == ""
    assert owner(after_form(shared, "a", NOON + 30 * DAY), NOON + 31 * DAY) == ""


def test_the_day_counts_from_the_last_time_that_the_lead_came() -> None:
    pointer = after_click(after_click(None, "a", NOON), "a", NOON + DAY)
    assert owner(after_click(pointer, "b", NOON + DAY + HOUR), NOON + 2 * DAY) == ""


def test_a_form_binds_an_unknown_browser() -> None:
    pointer = after_form(None, "a", NOON)
    assert (pointer.bound, pointer.proven, owner(pointer, NOON - DAY)) == (True, False, "a")


def test_a_form_alone_takes_no_visit_of_a_likely_lead() -> None:
    likely = after_click(None, "a", NOON)
    soon, later = after_form(likely, "b", NOON + HOUR), after_form(likely, "b", NOON + 2 * DAY)
    assert [owner(soon, NOON + gap) for gap in (SECOND, HOUR, 3 * DAY)] == ["a", "", ""]
    assert [owner(later, NOON + gap) for gap in (SECOND, DAY, 2 * DAY, 3 * DAY)] == ["a", "a", "b", "b"]


def test_a_click_takes_no_bound_browser() -> None:
    bound = after_form(None, "a", NOON)
    assert owner(after_click(bound, "b", NOON + 2 * DAY), NOON + 3 * DAY) == "a"
    assert owner(after_click(VisitorPointer(lead="a", bound=True), "b", NOON), NOON + DAY) == "a"
    assert owner(after_click(bound, "b", NOON + HOUR), NOON + 2 * HOUR) == ""


def test_a_form_in_the_visit_that_a_click_began_proves_the_browser() -> None:
    pointer = after_form(after_click(None, "a", NOON), "a", NOON + HOUR)
    assert (pointer.bound, pointer.proven) == (True, True)
    assert owner(pointer, NOON - DAY) == "a"


@pytest.mark.parametrize("gap, proves", [(timedelta(), True), (DAY, True), (DAY + SECOND, False), (-SECOND, False)])
def test_a_form_proves_nothing_a_day_after_the_click(gap: timedelta, proves: bool) -> None:
    likely = after_click(None, "a", NOON)
    assert is_proof(likely, "a", NOON + gap) is proves
    assert after_form(likely, "a", NOON + gap).proven is proves
    assert not is_proof(likely, "b", NOON + gap)


def test_a_form_after_another_lead_s_click_proves_nothing() -> None:
    pointer = after_click(after_click(None, "a", NOON), "b", NOON + 2 * DAY)
    assert not is_proof(pointer, "a", NOON + 2 * DAY)


def test_a_proof_ends_sharing_from_its_click_on() -> None:
    shared = after_click(after_click(None, "a", NOON), "b", NOON + HOUR)
    pointer = after_form(shared, "b", NOON + 2 * HOUR)
    assert [owner(pointer, NOON + gap) for gap in (-SECOND, HOUR, 9 * HOUR)] == ["", "b", "b"]
    assert pointer.proven


def test_a_proof_in_a_shared_browser_takes_no_visit_of_a_third_lead() -> None:
    clicked = after_click(after_form(None, "a", NOON), "b", NOON + 30 * HOUR)
    shared = after_form(after_form(clicked, "c", NOON + 32 * HOUR), "a", NOON + 34 * HOUR)
    assert [owner(clicked, NOON + 31 * HOUR), owner(shared, NOON + 33 * HOUR)] == ["a", "c"]
    proven = after_form(shared, "b", NOON + 35 * HOUR)
    assert proven.proven
    assert [owner(proven, NOON + hour * HOUR) for hour in (31, 33, 34, 36)] == ["", "c", "b", "b"]


def test_a_proof_in_a_shared_browser_leaves_the_visits_before_it_was_shared() -> None:
    shared = after_click(after_click(None, "a", NOON), "b", NOON + HOUR)
    proven = after_form(shared, "b", NOON + 2 * HOUR)
    assert [owner(proven, NOON + gap) for gap in (SECOND, HOUR)] == ["a", "b"]
    later = after_form(after_click(shared, "b", NOON + 3 * HOUR), "b", NOON + 4 * HOUR)
    assert [owner(later, NOON + hour * HOUR) for hour in (2, 3)] == ["", "b"]


def test_a_proven_browser_stays_until_another_lead_proves_it() -> None:
    proven = after_form(after_click(None, "a", NOON), "a", NOON)
    forwarded = after_click(proven, "b", NOON + HOUR)
    typed = after_form(proven, "b", NOON + HOUR)
    assert [owner(each, NOON + 2 * HOUR) for each in (forwarded, typed)] == ["a", "a"]
    moved = after_form(forwarded, "b", NOON + 2 * HOUR)
    assert [owner(moved, NOON + gap) for gap in (HOUR, 2 * HOUR - SECOND, 2 * HOUR)] == ["a", "a", "b"]


def test_a_click_that_arrives_late_takes_nothing() -> None:
    pointer = after_click(None, "b", NOON)
    assert after_click(pointer, "a", NOON - 2 * DAY) == pointer
    assert is_proof(pointer, "b", NOON)
    assert owner(after_click(pointer, "a", NOON - HOUR), NOON + HOUR) == ""


def test_a_browser_s_clock_a_minute_slow_moves_no_visit_to_the_lead_before() -> None:
    later = NOON + 2 * DAY
    pointer = after_click(after_click(None, "a", NOON), "b", later)
    assert owner(pointer, received=later + SECOND, at=later - 54 * SECOND) == "b"
    assert owner(pointer, received=later + HOUR, at=later - HOUR) == "a"


def test_rows_of_an_older_release_know_no_times() -> None:
    likely = VisitorPointer(lead="a", bound=False)
    assert owner(likely, NOON) == "a"
    assert is_proof(likely, "a", NOON)
    assert owner(after_click(likely, "b", NOON), NOON) == "b"


CLAIMS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from([after_click, after_form]), st.integers(0, 72)), max_size=8
)
THREE_LEADS = [("a", after_form, 0), ("b", after_click, 30), ("c", after_form, 32), ("a", after_form, 34)]


@given(CLAIMS, st.integers(-10, 100))
@example([*THREE_LEADS, ("b", after_form, 35)], 31)
def test_a_claim_gives_no_lead_a_visit_that_was_another_s(claims: list, hour: int) -> None:  # type: ignore[type-arg]
    pointer, moment, was = None, NOON + hour * HOUR, ""
    for lead, claim, at in sorted(claims, key=lambda each: each[2]):
        before = owner(pointer, moment)
        pointer = claim(pointer, lead, NOON + at * HOUR)
        if hour < at:
            was = was or before
            assert owner(pointer, moment) in ({was, ""} if was else {"", lead})


def test_a_repeated_claim_changes_nothing() -> None:
    once = after_form(after_click(after_click(None, "a", NOON), "b", NOON + HOUR), "b", NOON + HOUR)
    assert after_form(once, "b", NOON + HOUR) == once
    assert once.before is None or isinstance(once.before, Stay)
