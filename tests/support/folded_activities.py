"""What the tests of folding share: activities as capture writes them, and what became of their rows."""

from datetime import datetime
from typing import Any

from ripen.adapters.table import Create, Key, Table, keys
from ripen.lead.activity import Activity
from tests.support.builders import a_lead
from tests.support.fakes import NOON, FakeQueue


def key_of(activity: Activity) -> Key[Activity]:
    return keys.activity(activity.lead, activity.at, activity.id)


def a_lead_row(table: Table, **changes: Any) -> None:
    table.write(Create(keys.profile("lead1"), a_lead(**changes)))


def captured(table: Table, *activities: Activity) -> list[str]:
    """The rows as capture writes them; returns what it wakes react with."""
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
    """What this bell was rung for."""
    assert isinstance(queue, FakeQueue)
    return [str(ref) for ref in queue.woken]
