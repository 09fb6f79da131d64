"""nurture.tick wakes what falls due without a lease, and leases what is overdue, so that nothing is lost."""

from datetime import timedelta

import pytest

from nurture._shards import Failures
from nurture.tick import Queues, tick
from ripen.adapters.table import Create, Table, keys
from ripen.agenda import SHARDS, Lane
from ripen.lead.state import State
from tests.support.due_activities import an_activity_row, ticked
from tests.support.fakes import NOON, FakeClock, FakeQueue

pytestmark = pytest.mark.many_rows  # a tick queries every shard, which takes moto a second
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def test_row_due_within_the_minute_is_woken_at_its_second_without_a_lease(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    dues = [NOON + timedelta(milliseconds=wait) for wait in (29_001, 65_000, 65_001)]
    soon, last, _ = (an_activity_row(table, n, f"lead{n}", due) for n, due in enumerate(dues))
    assert ticked(table, clock, queue) == 2
    assert dict(zip(queue.woken, queue.delays, strict=True)) == {soon: 30, last: 65}
    assert [row.due for n in range(3) for row in table.under(f"lead{n}", "")] == dues


def test_row_that_has_just_fallen_due_is_left_to_its_message(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    overdue = an_activity_row(table, 1, "lead1", NOON - 30 * SECOND)
    an_activity_row(table, 2, "lead2", NOON - timedelta(milliseconds=29_999))
    an_activity_row(table, 3, "lead3", NOON)
    assert ticked(table, clock, queue) == 1
    assert (queue.woken, queue.delays) == ([overdue], [0])
    clock.move(minutes=1)
    assert ticked(table, clock, queue) == 2


@pytest.mark.parametrize("missed", [0, 1, 7])
def test_row_whose_message_is_lost_is_woken_again_however_many_ticks_are_missed(
    table: Table, clock: FakeClock, queue: FakeQueue, missed: int
) -> None:
    ref = an_activity_row(table, due=NOON + 40 * SECOND)
    for at in (0, 1 + missed, 2 + missed):
        clock.at = NOON + at * MINUTE
        ticked(table, clock, queue)
    assert queue.woken == [ref, ref]


def test_nothing_is_woken_early_when_the_clock_is_moved(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    due = an_activity_row(table, 1, "lead1", NOON)
    an_activity_row(table, 2, "lead2", NOON + timedelta(milliseconds=1))
    assert ticked(table, clock, queue, clock_moves=True) == 1
    assert (queue.woken, queue.delays) == ([due], [0])


@pytest.mark.parametrize("clock_moves", [False, True])
def test_stuck_row_is_woken_once_in_each_lease_of_five_minutes(
    table: Table, clock: FakeClock, queue: FakeQueue, clock_moves: bool
) -> None:
    ref = an_activity_row(table, due=NOON - MINUTE)
    woken_at = []
    for minute in range(11):
        clock.at = NOON + minute * MINUTE + timedelta(milliseconds=500)
        if ticked(table, clock, queue, clock_moves):
            woken_at.append(minute)
    assert woken_at == [0, 5, 10]
    assert (queue.woken, set(queue.delays)) == ([ref] * 3, {0})


def test_wait_that_ends_in_time_gets_one_message_and_no_lease(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    # given
    due = NOON + 3.5 * MINUTE
    ref = an_activity_row(table, due=due)
    # when the ticks come until the time is over
    for minute in range(4):
        clock.at = NOON + minute * MINUTE
        ticked(table, clock, queue)
    # then
    assert (queue.woken, queue.delays) == ([ref], [30])
    assert [row.due for row in table.under("lead1", "")] == [due]


def test_due_time_that_looks_like_a_lease_is_found_by_the_next_tick(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    ref = an_activity_row(table, due=NOON + timedelta(milliseconds=999))
    assert ticked(table, clock, queue) == 0
    clock.move(minutes=1)
    assert ticked(table, clock, queue) == 1
    assert queue.woken == [ref]


def test_ticks_at_once_may_both_wake_a_row_that_falls_due_soon(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    """Each worker reads its row first, so the second message does nothing (tests/faults)."""
    ref = an_activity_row(table, due=NOON + SECOND)
    assert (ticked(table, clock, queue), ticked(table, clock, queue)) == (1, 1)
    assert queue.woken == [ref, ref]


@pytest.mark.parametrize(("first", "woken"), [(-MINUTE, 230), (timedelta(), 229), (SECOND, 230)])
def test_rows_are_woken_page_by_page(
    table: Table, clock: FakeClock, queue: FakeQueue, first: timedelta, woken: int
) -> None:
    for n in range(230):
        an_activity_row(table, n, "lead1", NOON + first + n * timedelta(milliseconds=100))
    assert ticked(table, clock, queue) == woken
    assert len(set(queue.woken)) == woken


def test_backlog_that_is_larger_than_a_tick_is_leased_by_the_next(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    refs = [an_activity_row(table, n, "lead1", NOON + 30 * SECOND) for n in range(230)]
    looks = iter([True] * 2 * SHARDS)  # one page of each shard in both lanes
    queues = Queues(hot={"activity": queue}, bulk={})
    assert tick(table, clock, queues, False, lambda: next(looks, False), Failures()) == 100
    clock.move(minutes=1)
    assert ticked(table, clock, queue) == 230
    assert set(queue.woken) == set(refs)
    clock.move(minutes=1)
    assert ticked(table, clock, queue) == 0


def test_state_is_leased_for_an_hour(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    table.write(Create(keys.state("lead1"), State(lead="lead1"), due=NOON - MINUTE, lane=Lane.BULK))
    queues = Queues(hot={}, bulk={"state": queue})
    woken = []
    for minutes in (0, 59, 1):
        clock.move(minutes=minutes)
        woken.append(tick(table, clock, queues, False, lambda: True, Failures()))
    assert woken == [1, 0, 1]
