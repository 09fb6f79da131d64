"""The table in memory: the same verbs and the same refusals as the real one (tests hold the two against each other)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from ripen.adapters.table import Absent, Add, Change, Conflict, Create, Due, Key, Mark, Replace, Row, Table, Unchanged
from ripen.adapters.table.keys import parse
from ripen.agenda import Lane, Ref
from ripen.agenda import shard as shard_of
from ripen.campaign.counts import Counts

Wrote = Callable[[Key[Any], Any, Any, datetime | None], None]
"""Is told of each row written: its key, what it was (None: new), what it is, and when it is due."""

_MOST_CHANGES = 100


@dataclass(frozen=True)
class _Kept:
    body: bytes
    version: int
    due: datetime | None = None
    lane: Lane = Lane.HOT
    expires: datetime | None = None


class MemoryTable(Table):
    """Rows as JSON, so that what comes back has been written and read as it would be."""

    def __init__(self, wrote: Wrote = lambda key, before, after, due: None) -> None:
        self._kept: dict[str, dict[str, _Kept]] = {}
        self._wrote = wrote
        self._pause = lambda seconds: None  # no other worker writes here: there is nothing to wait for

    def get[T](self, key: Key[T]) -> Row[T] | None:
        kept = self._kept.get(key.pk, {}).get(key.sk)
        return _row(key, kept) if kept else None

    def get_many(self, keys: Sequence[Key[Any]]) -> list[Any]:
        return [self.get(key) for key in keys]

    def under(
        self,
        owner: str,
        prefix: str,
        newest_first: bool = False,
        *,
        of: Literal["lead", "visitor", "poll"] = "lead",
        most: int | None = None,
    ) -> Iterator[Row[Any]]:
        pk = f"{of}#{owner}"
        found = sorted((sk for sk in self._kept.get(pk, {}) if sk.startswith(prefix)), reverse=newest_first)
        yield from (self._typed(pk, sk) for sk in found[:most])

    def between(self, lead: str, first: str, last: str) -> Iterator[Row[Any]]:
        pk = f"lead#{lead}"
        yield from (self._typed(pk, sk) for sk in sorted(self._kept.get(pk, {})) if first <= sk <= last)

    def leads(self, shard: int, after: str = "", most: int | None = None) -> Iterator[str]:
        found = sorted(pk.removeprefix("lead#") for pk, rows in self._kept.items() if "state" in rows)
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

    def due(self, lane: Lane, shard: int, until: datetime, limit: int = 100) -> list[Due]:
        found = [
            due for due, kept in self.agenda() if kept is lane and shard_of(_lead(due)) == shard and due.at <= until
        ]
        return found[:limit]

    def agenda(self) -> list[tuple[Due, Lane]]:
        """All that is due some time, the earliest first."""
        found = [
            (Due(Ref(f"{pk}|{sk}"), kept.due), kept.lane)
            for pk, rows in self._kept.items()
            for sk, kept in rows.items()
            if kept.due
        ]
        return sorted(found, key=lambda entry: (entry[0].at, entry[1] is Lane.BULK, entry[0].ref))

    def lease(self, due: Due, until: datetime) -> bool:
        pk, _, sk = due.ref.partition("|")
        kept = self._kept.get(pk, {}).get(sk)
        if kept is None or kept.due != due.at:
            return False
        self._kept[pk][sk] = _Kept(kept.body, kept.version, _to_millis(until), kept.lane)
        return True

    def put(self, row: Row[Any]) -> None:
        """A row as it stands elsewhere, version and all; nobody is told."""
        body = msgspec.json.encode(row.value)
        self._kept.setdefault(row.key.pk, {})[row.key.sk] = _Kept(body, row.version, row.due, row.lane)

    def _fits(self, change: Change) -> bool:
        kept = self._kept.get(change.key.pk, {}).get(change.key.sk)
        match change:
            case Create(even_if_expired_at=at) if at and kept and kept.expires:
                return int(kept.expires.timestamp()) < int(at.timestamp())
            case Create() | Absent():
                return kept is None
            case Replace(was=was) | Unchanged(version=was):
                return (kept.version if kept else 0) == was
            case Mark():
                return kept is not None
            case Add():
                return True

    def _apply(self, change: Change) -> None:
        rows = self._kept.setdefault(change.key.pk, {})
        kept = rows.get(change.key.sk)
        match change:
            case Create() | Replace():
                due = _to_millis(change.due) if change.due else None
                body = msgspec.json.encode(change.value)
                version = change.was + 1 if isinstance(change, Replace) else 1
                rows[change.key.sk] = _Kept(body, version, due, change.lane, change.expires)
                before = _row(change.key, kept).value if kept else None
                self._wrote(change.key, before, change.value, due)
            case Add(key, numbers):
                of = dict(_row(key, kept).value.of) if kept else {}
                sums = Counts(of=of | {name: of.get(name, 0) + number for name, number in numbers.items()})
                rows[key.sk] = _Kept(msgspec.json.encode(sums), kept.version + 1 if kept else 1)
            case Mark() if kept:
                rows[change.key.sk] = _Kept(kept.body, kept.version + 1, _to_millis(change.due), change.lane)
            case _:
                pass

    def _typed(self, pk: str, sk: str) -> Row[Any]:
        return _row(parse(f"{pk}|{sk}"), self._kept[pk][sk])


def _row[T](key: Key[T], kept: _Kept) -> Row[T]:
    return Row(key, msgspec.json.decode(kept.body, type=key.type), kept.version, kept.due, kept.lane)


def _lead(due: Due) -> str:
    return due.ref.partition("|")[0].removeprefix("lead#")


def _to_millis(at: datetime) -> datetime:
    """As the table keeps due times."""
    return datetime.fromtimestamp(round(at.timestamp() * 1000) / 1000, UTC)
