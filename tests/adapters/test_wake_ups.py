"""A row whose writer wakes the worker is due later for the tick; the tick finds all others at their time."""

from datetime import timedelta

import pytest

from ripen.adapters.rows.wake_ups import WakeUps
from ripen.adapters.table import Add, Change, Create, Mark, Replace, keys
from ripen.agenda import GRACE
from ripen.lead.state import State
from ripen.marks import CrmMark
from tests.support.fakes import NOON, FakeQueue

MINUTE = timedelta(minutes=1)
MARK = keys.crm_mark("lead1")


@pytest.mark.parametrize(
    "change",
    [
        Create(MARK, CrmMark(lead="lead1"), due=NOON + MINUTE),
        Replace(MARK, CrmMark(lead="lead1"), 1, due=NOON + MINUTE),
        Mark(MARK, NOON + MINUTE),
    ],
)
def test_each_kind_of_change_that_makes_a_row_due_wakes_its_worker(change: Change, queue: FakeQueue) -> None:
    wake_ups = WakeUps(queues={"due#crm": queue}, clock_moves=False)
    [written] = wake_ups.for_the_tick([change], NOON)
    wake_ups.wake([change], NOON)
    assert isinstance(written, Create | Replace | Mark)
    assert (written.key, written.due) == (MARK, NOON + MINUTE + GRACE)
    assert (queue.woken, queue.delays) == ([MARK.ref], [61])


@pytest.mark.parametrize(
    "change",
    [
        Replace(MARK, CrmMark(lead="lead1"), 1),
        Create(keys.state("lead1"), State(lead="lead1"), due=NOON),
        Add(keys.held_count(1), {"held": 1}),
    ],
)
def test_other_changes_are_written_as_they_are_and_wake_nobody(change: Change, queue: FakeQueue) -> None:
    wake_ups = WakeUps(queues={"due#crm": queue}, clock_moves=False)
    assert wake_ups.for_the_tick([change], NOON) == [change]
    wake_ups.wake([change], NOON)
    assert queue.woken == []


def test_row_that_is_due_after_a_message_could_wait_is_left_to_the_tick(queue: FakeQueue) -> None:
    wake_ups, late = WakeUps(queues={"due#crm": queue}, clock_moves=False), [Mark(MARK, NOON + 16 * MINUTE)]
    assert wake_ups.for_the_tick(late, NOON) == late
    wake_ups.wake(late, NOON)
    assert queue.woken == []
