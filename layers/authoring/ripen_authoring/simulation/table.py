"""The table in memory, with the same verbs and the same conflicts as the real one. Tests compare the two."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import msgspec

from ripen.adapters.table import (
    Absent,
    Add,
    Change,
    Conflict,
    Create,
    Delete,
    Due,
    Key,
    Mark,
    Replace,
    Row,
    Table,
    Unchanged,
)
from ripen.adapters.table.keys import parse
from ripen.agenda import Lane, Ref
from ripen.agenda import shard as shard_of
from ripen.campaign.counts import Counts
from ripen.epoch import due_millis, from_millis

Listener = Callable[[Key[Any], Any, Any, datetime | None], None]
"""Called for each written row with its key, its value before (None for a new row) and after, and its due time."""

_MOST_CHANGES = 100


@dataclass(frozen=True)
class _StoredRow:
    body: bytes
    version: int
    due: datetime | None = None
    lane: Lane = Lane.HOT
    expires: datetime | None = None


class MemoryTable(Table):
    """Keeps rows as JSON, so that each value is encoded and decoded as in the real table."""

    def __init__(self, listener: Listener = lambda key, before, after, due: None) -> None:
        self._stored: dict[str, dict[str, _StoredRow]] = {}
        self._listener = listener
        self._pause = lambda seconds: None  # no other worker writes here: there is nothing to wait for

    def get[T](self, key: Key[T]) -> Row[T] | None:
        stored = self._stored.get(key.pk, {}).get(key.sk)
        return _row(key, stored) if stored else None

    def get_many(self, keys: Sequence[Key[Any]]) -> list[Any]:
        return [self.get(key) for key in keys]

    def under(
        self,
        owner: str,
        prefix: str,
        newest_first: bool = False,
        *,
        of: Literal["lead", "visitor", "poll", "quarantine", "team"] = "lead",
        most: int | None = None,
    ) -> Iterator[Row[Any]]:
        pk = f"{of}#{owner}"
        found = sorted((sk for sk in self._stored.get(pk, {}) if sk.startswith(prefix)), reverse=newest_first)
        yield from (self._typed(pk, sk) for sk in found[:most])

    def between(self, owner: str, first: str, last: str, *, of: Literal["lead", "poll"] = "lead") -> Iterator[Row[Any]]:
        pk = f"{of}#{owner}"
        yield from (self._typed(pk, sk) for sk in sorted(self._stored.get(pk, {})) if first <= sk <= last)

    def leads(self, shard: int, after: str = "", most: int | None = None) -> Iterator[str]:
        found = sorted(pk.removeprefix("lead#") for pk, rows in self._stored.items() if "state" in rows)
        yield from [lead for lead in found if lead > after and shard_of(lead) == shard][:most]

    def write(self, *changes: Change) -> None:
        if len(changes) > _MOST_CHANGES:
            raise ValueError(f"{len(changes)} changes are more than a transaction holds")
        places = [(change.key.pk, change.key.sk) for change in changes]
        refused = [
            number
            for number, change in enumerate(changes)
            if places.count(places[number]) > 1 or not self._fits(change)
        ]
        if refused:
            raise Conflict(tuple(refused))
        for change in changes:
            self._apply(change)

    def due(self, lane: Lane, shard: int, until: datetime, limit: int = 100, after: Due | None = None) -> list[Due]:
        found = [
            due for due, stored in self.agenda() if stored is lane and shard_of(_lead(due)) == shard and due.at <= until
        ]
        return [due for due in found if after is None or (due.at, due.ref) > (after.at, after.ref)][:limit]

    def agenda(self) -> list[tuple[Due, Lane]]:
        """Return all rows with a due time, the earliest first."""
        found = [
            (Due(Ref(f"{pk}|{sk}"), stored.due), stored.lane)
            for pk, rows in self._stored.items()
            for sk, stored in rows.items()
            if stored.due
        ]
        return sorted(found, key=lambda entry: (entry[0].at, entry[1] is Lane.BULK, entry[0].ref))

    def lease(self, due: Due, until: datetime) -> bool:
        pk, _, sk = due.ref.partition("|")
        stored = self._stored.get(pk, {}).get(sk)
        if stored is None or stored.due != due.at:
            return False
        self._stored[pk][sk] = replace(stored, due=_as_kept(until))
        return True

    def put(self, row: Row[Any]) -> None:
        """Copy a row of another table with its version. The listener is not called."""
        body = msgspec.json.encode(row.value)
        self._stored.setdefault(row.key.pk, {})[row.key.sk] = _StoredRow(
            body, row.version, row.due, row.lane, row.expires
        )

    def _fits(self, change: Change) -> bool:
        stored = self._stored.get(change.key.pk, {}).get(change.key.sk)
        match change:
            case Create(even_if_expired_at=at) if at and stored and stored.expires:
                return int(stored.expires.timestamp()) < int(at.timestamp())
            case Create() | Absent():
                return stored is None
            case Replace(was=was) | Unchanged(version=was) | Delete(was=was):
                return (stored.version if stored else 0) == was
            case Mark():
                return stored is not None
            case Add():
                return True

    def _apply(self, change: Change) -> None:
        rows = self._stored.setdefault(change.key.pk, {})
        stored = rows.get(change.key.sk)
        match change:
            case Create() | Replace():
                due = _as_kept(change.due) if change.due else None
                body = msgspec.json.encode(change.value)
                version = change.was + 1 if isinstance(change, Replace) else 1
                rows[change.key.sk] = _StoredRow(body, version, due, change.lane, change.expires)
                before = _row(change.key, stored).value if stored else None
                self._listener(change.key, before, change.value, due)
            case Add(key, numbers):
                of = dict(_row(key, stored).value.of) if stored else {}
                sums = Counts(of=of | {name: of.get(name, 0) + number for name, number in numbers.items()})
                rows[key.sk] = _StoredRow(msgspec.json.encode(sums), stored.version + 1 if stored else 1)
            case Mark() if stored:
                rows[change.key.sk] = replace(
                    stored, version=stored.version + 1, due=_as_kept(change.due), lane=change.lane
                )
            case Delete(key):
                del rows[key.sk]
            case _:
                pass

    def _typed(self, pk: str, sk: str) -> Row[Any]:
        return _row(parse(f"{pk}|{sk}"), self._stored[pk][sk])


def _row[T](key: Key[T], stored: _StoredRow) -> Row[T]:
    return Row(
        key, msgspec.json.decode(stored.body, type=key.type), stored.version, stored.due, stored.lane, stored.expires
    )


def _lead(due: Due) -> str:
    return due.ref.partition("|")[0].removeprefix("lead#")


def _as_kept(due: datetime) -> datetime:
    """Return the due time as the table keeps it."""
    return from_millis(due_millis(due))
