"""Record what sales did with our Leads and Contacts in Salesforce: opt-out, owner, status, conversion.

The opt-out and the link are written into the lead's profile; what sales changed becomes an activity. capture.poll does
it for the `poll#opt-outs#…` rows, every five minutes, and capture.changes for what Salesforce pushes.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

from aws_lambda_powertools import Logger
from msgspec import Struct

from capture._crm_poll import read_changes, run_poll
from ripen import ports
from ripen.adapters.rows.crm_link import new_crm_pointer, update_crm_link
from ripen.adapters.table import Change, Create, Key, Replace, Row, Table, keys
from ripen.agenda import Lane, Ref
from ripen.crm.incoming.opt_out import OBJECTS, OptOutPoll, PersonRecord, present_link
from ripen.lead.lead import Profile
from ripen.pointers import Pointer

logger = Logger(child=True)

_AT_ONCE = 90
"""Fewer than the 100 changes of a transaction."""


class Dependencies(Struct, frozen=True, kw_only=True):
    table: Table
    clock: ports.Clock
    crm: ports.CrmPeople


def poll_people(object: str, dependencies: Dependencies, has_time: Callable[[], bool]) -> None:
    """Record what sales did with the Leads, or the Contacts, that have changed, while there is time."""

    def read(poll: OptOutPoll, now: datetime) -> Iterator[OptOutPoll]:
        pages = dependencies.crm.changed(object, poll.since, poll.position)
        return read_changes(poll, pages, lambda some: _record(some, dependencies.table, now), now)

    run_poll(keys.opt_outs(object), read, dependencies.table, dependencies.clock, has_time)


def replace_old_poll(table: Table, now: datetime) -> None:
    """Replace the one row that earlier versions had for both objects. The new polls begin where that one stood."""
    old = table.get(keys.OLD_OPT_OUTS)
    if old and old.due:
        wanted = [keys.opt_outs(object) for object in OBJECTS]
        rows: list[Row[OptOutPoll] | None] = table.get_many(wanted)
        missing = [key for key, row in zip(wanted, rows, strict=True) if row is None]
        begun = [Create(key, OptOutPoll(since=old.value.since), due=now, lane=Lane.BULK) for key in missing]
        table.write(Replace(old.key, old.value, old.version, expires=now), *begun)


def object_of(poll: Key[Any]) -> str:
    """Return the object of the people that this poll reads; "" if it is another poll."""
    return next((object for object in OBJECTS if poll == keys.opt_outs(object)), "")


def record_people(object: str, ids: Sequence[str], dependencies: Dependencies) -> list[Ref]:
    """Record what sales did with the Leads or Contacts with these ids, which the CRM says have changed.

    Return the activities that were written.
    """
    found = batched(dependencies.crm.by_id(object, ids), _AT_ONCE, strict=False)
    return [ref for some in found for ref in _record(some, dependencies.table, dependencies.clock.now())]


def _record(found: Sequence[PersonRecord], table: Table, now: datetime) -> list[Ref]:
    def write(_: int) -> list[Change]:
        changes = list(_changes(found, table, now))
        for some in _together(changes):
            table.write(*some)
        return [change for each in changes for change in each]

    changed = table.retrying(write)
    logger.info("people", read=len(found), changes=len(changed))
    return [change.key.ref for change in changed if keys.kind(change.key.ref) == "activity"]


def _together(changes: Sequence[list[Change]]) -> Iterator[list[Change]]:
    """Yield the changes of as many leads as fit into one transaction, those of one lead together."""
    some: list[Change] = []
    for each in changes:
        if len(some) + len(each) > _AT_ONCE:
            yield some
            some = []
        some = [*some, *each]
    if some:
        yield some


def _changes(found: Sequence[PersonRecord], table: Table, now: datetime) -> Iterator[list[Change]]:
    """Yield the changes of each lead that is linked to one of these records: merged records have several."""
    pointers: list[Row[Pointer] | None] = table.get_many([keys.crm_pointer(change.id) for change in found])
    changes = {
        (lead, change.id): change
        for change, pointer in zip(found, pointers, strict=True)
        for lead in (change.lead, *((pointer.value.lead, *pointer.value.others) if pointer else ()))
    }
    leads = list(dict.fromkeys(lead for lead, _ in changes))
    rows: list[Row[Profile] | None] = table.get_many([keys.profile(lead) for lead in leads])
    for row in rows:
        change = changes.get((row.value.id, row.value.crm.id)) if row and row.value.crm else None
        if row and row.value.crm and change:
            link = present_link(row.value.crm, change)
            if wanted := update_crm_link(row, link, now, change.opted_out, change.by_us, bool(change.master)):
                yield [*wanted, *(new_crm_pointer(row, link, table) if link.id != row.value.crm.id else ())]
