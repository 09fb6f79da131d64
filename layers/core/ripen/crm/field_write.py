"""What a write would change of a record's fields, and where the record differs and keeps its own value."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from msgspec import Struct

from ripen.crm.upsert import DesiredRecord, Write

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$")


class Conflict(Struct, frozen=True, kw_only=True):
    """A field for which the lead and the record have different values."""

    field: str
    ours: str
    theirs: str


def changes(write: Write) -> list[str]:
    """Return the fields whose value the write changes, as far as the record was read; all of a new record."""
    known = write.record.fields if write.record else {}
    return [name for name, value in write.fields.items() if not is_same(value, known.get(name, ""))]


def conflicts(desired: DesiredRecord, write: Write) -> Iterator[Conflict]:
    """Yield the fields in which the record has another value than the lead, and keeps it."""
    if record := write.record:
        for name, value in desired.standard(record.object).items():
            theirs = record.fields.get(name, "").strip()
            if theirs and name not in write.fields and not is_same(value, theirs):
                yield Conflict(field=name, ours=str(value), theirs=theirs)


def is_same(ours: str | int, theirs: str) -> bool:
    """Return whether the CRM shows our value so: it has numbers with a decimal place, and moments with milliseconds."""
    with suppress(ValueError):
        if isinstance(ours, int):
            return str(ours) == theirs if isinstance(ours, bool) else float(theirs) == ours
        if _MOMENT.match(ours) and _MOMENT.match(theirs):
            return datetime.fromisoformat(ours) == datetime.fromisoformat(theirs)
    return str(ours) == theirs
