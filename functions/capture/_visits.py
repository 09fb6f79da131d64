"""What a visitor did before, made a lead's: the pointer first, then copies under the same keys. The form, the webhook and
capture.beacons share it.

Whoever writes a visitor's row reads the pointer afterwards and forwards; so whatever comes in between is not lost.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from ripen.adapters.table import Change, Create, Key, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.lead.activity import Activity
from ripen.lead.lead import Touch
from ripen.tracking.visit import MAX_JOINED_AT_ONCE, assign_to_lead
from ripen.tracking.visitor import Join, VisitorPointer


class Brought(Struct, frozen=True, kw_only=True):
    """What a form brings along. `keys` are the sort keys of the copies."""

    changes: tuple[Change, ...] = ()
    keys: tuple[str, ...] = ()
    touches: tuple[Touch | None, ...] = ()


def bring(table: Table, visitor: str, lead: str, now: datetime) -> Brought:
    """The changes that make a browser this lead's for sure, as its form was filled in there, with the latest visits.

    What another lead did there, who is known for sure, stays that one's.
    """
    pointer = table.get(keys.visitor_pointer(visitor))
    known = pointer.value if pointer else None
    if known == (mine := VisitorPointer(lead=lead, sure=True)):
        return Brought()
    bound = Replace(keys.visitor_pointer(visitor), mine, pointer.version if pointer else 0)
    if known and known.sure:
        return Brought(changes=(bound,))
    earlier = [row.value for row in table.under(visitor, "activity#", True, of="visitor", most=MAX_JOINED_AT_ONCE)]
    first = [row.value for row in table.under(visitor, "activity#", of="visitor", most=1)]
    copies = missing(table, [assign_to_lead(visit, lead, sure=True) for visit in earlier])
    return Brought(
        changes=(
            bound,
            due_join(table, lead, visitor, now),
            *(Create(key_of(copy), copy, due=now) for copy in copies),
        ),
        keys=tuple(key_of(copy).sk for copy in copies),
        touches=tuple(visit.touch for visit in (*first, *earlier)),
    )


def due_join(table: Table, lead: str, visitor: str, now: datetime) -> Change:
    """The row that has capture.beacons copy what is left, once the pointer stands."""
    row: Row[Join] | None = table.get(keys.join(lead, visitor))
    join = Join(lead=lead, visitor=visitor, at=now)
    return Replace(keys.join(lead, visitor), join, row.version if row else 0, due=now, lane=Lane.BULK)


def missing(table: Table, copies: Sequence[Activity]) -> list[Activity]:
    """Those that are not there yet."""
    there = table.get_many([key_of(copy) for copy in copies]) if copies else []
    return [copy for copy, row in zip(copies, there, strict=True) if row is None]


def key_of(activity: Activity) -> Key[Activity]:
    return keys.activity(activity.lead, activity.at, activity.id)
