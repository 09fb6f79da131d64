"""When the state is due: an earlier due time that is still to come is kept, so that few folds change the agenda."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.fold.fold import Folded, fold
from ripen.fold.lead_history import LeadHistory
from ripen.lead.activity import Activity
from ripen.lead.state import State
from tests.support.builders import an_activity
from tests.support.fakes import NOON
from tests.support.pure_folds import BUNDLE, JUNIOR, a_click, folded

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
AGENT = {"send": "send1", "link": "1"}


def again(state: State, due: datetime | None, *activities: Activity, now: datetime = NOON) -> Folded:
    return fold(LeadHistory(profile=JUNIOR, state=state, due=due), activities, BUNDLE, now)


@pytest.mark.parametrize(("due", "is_kept"), [(DAY, True), (SECOND, True), (timedelta(), False), (-SECOND, False)])
def test_earlier_due_time_is_kept_while_it_is_still_to_come(due: timedelta, is_kept: bool) -> None:
    warm = folded(an_activity())
    solved = folded(a_click(), state=warm.state).due
    assert solved
    assert solved > NOON + DAY
    assert again(warm.state, NOON + due, a_click()).due == (NOON + due if is_kept else solved)


def test_later_due_time_is_moved_forward() -> None:
    warm = folded(an_activity())
    assert warm.due
    got = again(warm.state, warm.due + 400 * DAY, a_click())
    assert got.due == folded(a_click(), state=warm.state).due


def test_due_time_is_kept_if_time_alone_changes_nothing_any_more() -> None:
    assert folded().due is None
    assert again(folded().state, NOON + HOUR, an_activity(subject="nothing")).due is not None


def test_wake_up_solves_the_time_however_the_row_is_leased() -> None:
    """Keep no lease: else the state would be woken at the end of each lease."""
    warm = folded(an_activity())
    assert again(warm.state, NOON + HOUR).due == warm.due


def test_state_with_outdated_verdicts_is_due_now() -> None:
    # given a click that was taken for a person's
    click = a_click(1, facts=AGENT, folded=NOON)
    warm = folded(an_activity())
    # when the same network follows the other links
    others = [a_click(n, facts=AGENT | {"link": str(n)}) for n in (2, 3)]
    got = fold(LeadHistory(profile=JUNIOR, state=warm.state, nearby=[click]), others, BUNDLE, NOON + HOUR)
    # then
    assert (got.state.verdicts_outdated, got.due) == (True, NOON + HOUR)
    # and the next fold does not forget it
    later = again(got.state, NOON + 2 * HOUR, an_activity(id="2"), now=NOON + HOUR)
    assert (later.state.verdicts_outdated, later.due) == (True, NOON + HOUR)


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=6), st.integers(0, 400))
def test_kept_due_times_miss_no_change(steps: Sequence[tuple[int, bool]], until: int) -> None:
    """Compare with a state whose due time each fold solves."""
    kept, solved = _lived(steps, until, keeps=True), _lived(steps, until, keeps=False)
    assert (kept.rank, kept.rank_since, kept.segments) == (solved.rank, solved.rank_since, solved.segments)


def _lived(steps: Sequence[tuple[int, bool]], until: int, *, keeps: bool) -> State:
    """Return the state after activities at such distances in days, and after the rest of the days."""
    now, state, due = NOON, folded().state, None
    for number, (days, is_form) in enumerate([*steps, (until, False)]):
        now += days * DAY
        while due and due <= now:
            got = again(state, due, now=due)
            state, due = got.state, got.due
        if number < len(steps):
            activity = (
                an_activity(id=f"a{number}", at=now, received=now) if is_form else a_click(number, at=now, received=now)
            )
            got = again(state, due if keeps else None, activity, now=now)
            state, due = got.state, got.due
    return state
