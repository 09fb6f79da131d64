"""Ticks that run at the same time lease each row once."""

from concurrent.futures import ThreadPoolExecutor

from ripen.adapters.table import Table
from tests.support.due_activities import OVERDUE, an_activity_row, ticked
from tests.support.fakes import FakeClock, FakeQueue


def test_ticks_at_once_wake_each_overdue_row_once(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    refs = {an_activity_row(table, n, f"lead{n}", OVERDUE) for n in range(60)}
    with ThreadPoolExecutor(3) as pool:
        woken = list(pool.map(lambda _: ticked(table, clock, queue), range(3)))
    assert sum(woken) == 60
    assert len(queue.woken) == 60
    assert set(queue.woken) == refs
