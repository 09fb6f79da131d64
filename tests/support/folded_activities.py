"""The fold on a table: activities as capture writes them, score.react, and the rows that follow."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Create, Key, Table, keys
from ripen.lead.activity import Activity
from ripen.playbook.bundle import Bundle
from ripen.ports import Clock
from score import react as function
from score._dependencies import Dependencies
from tests.support.builders import a_lead
from tests.support.fakes import NOON, FakeQueue


def react(
    refs: Sequence[str],
    table: Table,
    bundle: Bundle,
    clock: Clock,
    queues: Queues,
    previous: Callable[[], Bundle | None] = lambda: None,
) -> None:
    """Fold these rows as score.react does."""
    dependencies = Dependencies(table=table, clock=clock, queues=queues, bundle=bundle, previous=previous)
    function.react(refs, dependencies)


def key_of(activity: Activity) -> Key[Activity]:
    return keys.activity(activity.lead, activity.at, activity.id)


def a_lead_row(table: Table, **changes: Any) -> None:
    table.write(Create(keys.profile("lead1"), a_lead(**changes)))


def captured(table: Table, *activities: Activity) -> list[str]:
    """Write the activities as capture does, and return the refs that it wakes score.react with."""
    for activity in activities:
        table.write(Create(key_of(activity), activity, due=NOON))
    return [key_of(activity).ref for activity in activities]


def value[T](table: Table, key: Key[T]) -> T:
    row = table.get(key)
    assert row is not None
    return row.value


def due(table: Table, key: Key[Any]) -> datetime | None:
    row = table.get(key)
    assert row is not None
    return row.due


def woken(queue: object) -> list[str]:
    """Return the refs on the queue."""
    assert isinstance(queue, FakeQueue)
    return [str(ref) for ref in queue.woken]
