"""Where the org keeps its records: in memory, and as lines appended to one file, so that a restart finds them.

Changes inside `atomic` are written together at its end, or not at all.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
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
        self._undo: list[tuple[str, str, Record | None]] = []
        self._depth = 0
        if path.exists():
            for line in path.read_text().splitlines():
                record = _read(line)
                if record:
                    self._records.setdefault(record.object, {})[record.id] = record
            path.write_text("".join(_line(record) for records in self._records.values() for record in records.values()))

    def get(self, object: str, id: str) -> Record | None:
        return self._records.get(object, {}).get(id)

    def all(self, object: str, deleted: bool = False) -> Iterator[Record]:
        """Oldest first."""
        return (record for record in self._records.get(object, {}).values() if deleted or not record.deleted)

    def count(self, object: str) -> int:
        """How many there ever were."""
        return len(self._records.get(object, {}))

    def put(self, record: Record) -> None:
        with self.atomic():
            self._undo.append((record.object, record.id, self.get(record.object, record.id)))
            self._records.setdefault(record.object, {})[record.id] = replace(record, values=dict(record.values))

    def clear(self) -> None:
        self._records.clear()
        self._path.unlink(missing_ok=True)

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All changes within, or none: whatever is raised undoes them."""
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

    def _roll_back(self, mark: int) -> None:
        while len(self._undo) > mark:
            object, id, before = self._undo.pop()
            if before is None:
                del self._records[object][id]
            else:
                self._records[object][id] = before

    def _commit(self) -> None:
        changed = {(object, id): None for object, id, _ in self._undo}
        self._undo.clear()
        if changed:
            with self._path.open("a") as file:
                for object, id in changed:
                    file.write(_line(self._records[object][id]))


def _line(record: Record) -> str:
    return json.dumps(asdict(record), ensure_ascii=False) + "\n"


def _read(line: str) -> Record | None:
    """None for the line that a crash cut short."""
    try:
        return Record(**json.loads(line))
    except json.JSONDecodeError:
        return None
