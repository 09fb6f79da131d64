"""What a write would change of a record's fields, and where the record differs and keeps its own value."""

from collections.abc import Iterator

from msgspec import Struct

from ripen.crm.upsert import DesiredRecord, Write
from ripen.crm.write_rule import is_same


class Conflict(Struct, frozen=True, kw_only=True):
    """A field for which the lead and the record have different values."""

    field: str
    ours: str
    theirs: str


def changes(write: Write) -> list[str]:
    """Return the fields whose value the write changes, as far as the record was read; all of a new record."""
    known = write.record.fields if write.record else {}
    changed = [name for name, value in write.fields.items() if not is_same(value, known.get(name, ""))]
    return [*changed, *sorted(write.clears)]


def conflicts(desired: DesiredRecord, write: Write) -> Iterator[Conflict]:
    """Yield the fields in which the record has another value than the lead, and keeps it."""
    if record := write.record:
        for name, value in desired.standard(record.object).items():
            theirs = record.fields.get(name, "").strip()
            if theirs and name not in write.fields and not is_same(value, theirs):
                yield Conflict(field=name, ours=str(value), theirs=theirs)
