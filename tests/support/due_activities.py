"""Activities that are due, and a tick that wakes their worker."""

from datetime import datetime, timedelta

from nurture._shards import Failures
from nurture.tick import Queues, tick
from ripen.adapters.table import Create, Table, keys
from ripen.agenda import Lane
from tests.support.builders import an_activity
from tests.support.fakes import NOON, FakeClock, FakeQueue

OVERDUE = NOON - timedelta(minutes=1)


def an_activity_row(
    table: Table, n: int = 1, lead: str = "lead1", due: datetime = OVERDUE, lane: Lane = Lane.HOT
) -> str:
    activity = an_activity(id=f"activity{n}", lead=lead)
    key = keys.activity(lead, activity.at, activity.id)
    table.write(Create(key, activity, due=due, lane=lane))
    return key.ref


def ticked(table: Table, clock: FakeClock, queue: FakeQueue, clock_moves: bool = False) -> int:
    queues = {"activity": queue}
    return tick(table, clock, Queues(hot=queues, bulk=queues), clock_moves, lambda: True, Failures())
