"""The earlier visits of a browser become a lead's: the pointer first, then copies under the same keys.

Form, webhook and capture.beacons share it. A writer of a visitor's row reads the pointer afterwards and forwards the
row, so that a visit in between is not lost.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from ripen.adapters.table import Change, Key, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.lead.activity import Activity
from ripen.lead.lead import Touch
from ripen.tracking.visit import MAX_JOINED_AT_ONCE, assign_to_lead
from ripen.tracking.visit_owner import after_form, owner_of
from ripen.tracking.visitor import Join, VisitorPointer


class JoinedVisits(Struct, frozen=True, kw_only=True):
    """The visits that join a lead with its form: copies to create, and changes of other rows."""

    changes: tuple[Change, ...] = ()
    copies: tuple[Activity, ...] = ()
    touches: tuple[Touch | None, ...] = ()


def join_visits(
    table: Table, visitor: str, pointer: Row[VisitorPointer] | None, lead: str, now: datetime
) -> JoinedVisits:
    """Return the change of whose the browser is after the lead's form, and copies of its latest visits.

    They are the earlier visits that the form gives to the lead (visit_owner.py): none that belong to another lead, and
    none if the browser was bound to the lead before.
    """
    known = pointer.value if pointer else None
    after = after_form(known, lead, now)
    if after == known:
        return JoinedVisits()
    claim = Replace(keys.visitor_pointer(visitor), after, pointer.version if pointer else 0)
    if after.lead != lead or (known and known.bound and known.lead == lead):
        return JoinedVisits(changes=(claim,))

    def is_lead_s(visit: Activity) -> bool:
        owner = owner_of(visit, after)
        return owner is not None and owner.lead == lead

    found = [row.value for row in table.under(visitor, "activity#", True, of="visitor", most=MAX_JOINED_AT_ONCE)]
    latest = [visit for visit in found if is_lead_s(visit)]
    has_more = len(latest) == MAX_JOINED_AT_ONCE
    first = [row.value for row in table.under(visitor, "activity#", of="visitor", most=1)] if has_more else []
    copies = [assign_to_lead(visit, lead, bound=True) for visit in latest]
    return JoinedVisits(
        changes=(claim, *([schedule_join(table, lead, visitor, now)] if has_more else [])),
        copies=tuple(_without_existing(table, copies) if known else copies),
        touches=tuple(visit.touch for visit in (*filter(is_lead_s, first), *latest)),
    )


def schedule_join(table: Table, lead: str, visitor: str, now: datetime) -> Change:
    """Return the `join#` row for which capture.beacons copies the other visits, once the pointer is written."""
    row: Row[Join] | None = table.get(keys.join(lead, visitor))
    join = Join(lead=lead, visitor=visitor, at=now)
    return Replace(keys.join(lead, visitor), join, row.version if row else 0, due=now, lane=Lane.BULK)


def _without_existing(table: Table, copies: Sequence[Activity]) -> list[Activity]:
    """Return the copies that do not exist yet: a browser that was likely the lead's has had some copied."""
    existing = table.get_many([activity_key(copy) for copy in copies]) if copies else []
    return [copy for copy, row in zip(copies, existing, strict=True) if row is None]


def activity_key(activity: Activity) -> Key[Activity]:
    return keys.activity(activity.lead, activity.at, activity.id)
