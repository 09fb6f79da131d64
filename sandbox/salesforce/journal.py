"""Keep the org's records in memory and as lines appended to one file, so that a restart finds them.

Changes inside `atomic` are saved together at its end, or not at all.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from copy import replace
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Record:
    id: str
    object: str
    values: dict[str, Any]
    deleted: bool = False


class Journal:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._records: dict[str, dict[str, Record]] = {}
        self._indexes: dict[tuple[str, str], dict[str, set[str]]] = {}
        self._undo: list[tuple[str, str, Record | None]] = []
        self._depth = 0
        if path.exists():
            for line in path.read_text().splitlines():
                record = _read(line)
                if record:
                    self._records.setdefault(record.object, {})[record.id] = record
            compact = path.with_suffix(".compact")
            compact.write_text("".join(_line(r) for records in self._records.values() for r in records.values()))
            compact.replace(path)

    def get(self, object: str, id: str) -> Record | None:
        return self._records.get(object, {}).get(id)

    def all(self, object: str, deleted: bool = False) -> Iterator[Record]:
        """Yield the records of an object, oldest first."""
        return (record for record in self._records.get(object, {}).values() if deleted or not record.deleted)

    def find(self, object: str, name: str, value: str) -> list[Record]:
        """Return the records with this value in any case, oldest first; each queried field gets an index."""
        if (object, name) not in self._indexes:
            self._indexes[object, name] = {}
            for record in self.all(object, deleted=True):
                self._point(name, record, record.id)
        ids = self._indexes[object, name].get(value.lower(), set())
        found = (self._records[object][id] for id in sorted(ids))
        return [record for record in found if not record.deleted]

    def count(self, object: str) -> int:
        """Return how many records there ever were."""
        return len(self._records.get(object, {}))

    def put(self, record: Record) -> None:
        with self.atomic():
            self._undo.append((record.object, record.id, self.get(record.object, record.id)))
            self._set(record.object, record.id, replace(record, values=dict(record.values)))

    def clear(self) -> None:
        self._records.clear()
        self._indexes.clear()
        self._path.unlink(missing_ok=True)

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Make all changes within or none: an exception undoes them."""
        mark = len(self._undo)
        self._depth += 1
        try:
            yield
        except BaseException:
            self._roll_back(mark)
            raise
        finally:
            self._depth -= 1
        if not self._depth:
            self._commit()

    def _set(self, object: str, id: str, record: Record | None) -> None:
        before = self._records.setdefault(object, {}).pop(id, None) if record is None else self.get(object, id)
        if record:
            self._records.setdefault(object, {})[id] = record
        for name in [name for indexed, name in self._indexes if indexed == object]:
            if before:
                self._indexes[object, name].get(_key(before, name), set()).discard(id)
            if record:
                self._point(name, record, id)

    def _point(self, name: str, record: Record, id: str) -> None:
        self._indexes[record.object, name].setdefault(_key(record, name), set()).add(id)

    def _roll_back(self, mark: int) -> None:
        while len(self._undo) > mark:
            self._set(*self._undo.pop())

    def _commit(self) -> None:
        changed = {(object, id): None for object, id, _ in self._undo}
        self._undo.clear()
        if changed:
            with self._path.open("a") as file:
                for object, id in changed:
                    file.write(_line(self._records[object][id]))


def _key(record: Record, name: str) -> str:
    return str(record.values.get(name) or "").lower()


def _line(record: Record) -> str:
    return json.dumps(asdict(record)) + "\n"


def _read(line: str) -> Record | None:
    """Return the record of a line, None for a line that a crash cut off."""
    try:
        return Record(**json.loads(line))
    except json.JSONDecodeError:
        return None
