"""Write the opt-outs that sales entered in Salesforce into our leads, for nurture.deliver to look up.

capture.poll does it for the `poll#opt-outs#…` rows, every five minutes.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import replace
from datetime import datetime
from itertools import batched
from typing import Any

from aws_lambda_powertools import Logger
from msgspec import Struct

from capture._crm_poll import read_changes, run_poll
from ripen import ports
from ripen.adapters.table import Change, Key, Replace, Row, Table, keys
from ripen.crm.incoming.opt_out import OBJECTS, OptOutPoll, PersonOptOut
from ripen.lead.lead import Profile
from ripen.pointers import Pointer

logger = Logger(child=True)

_AT_ONCE = 90
"""Fewer than the 100 changes of a transaction."""


class Dependencies(Struct, frozen=True, kw_only=True):
    table: Table
    clock: ports.Clock
    crm: ports.CrmOptOuts


def poll_opt_outs(object: str, dependencies: Dependencies, has_time: Callable[[], bool]) -> None:
    """Record the opt-outs of Leads or of Contacts that have changed, while there is time."""

    def read(poll: OptOutPoll, now: datetime) -> Iterator[OptOutPoll]:
        pages = dependencies.crm.changed(object, poll.since, poll.position)
        return read_changes(poll, pages, lambda some: _record(some, dependencies.table), now)

    run_poll(keys.opt_outs(object), read, dependencies.table, dependencies.clock, has_time)


def object_of(poll: Key[Any]) -> str:
    """Return the object whose opt-outs this poll reads; "" if it is another poll."""
    return next((object for object in OBJECTS if poll == keys.opt_outs(object)), "")


def record_opt_outs(object: str, ids: Sequence[str], dependencies: Dependencies) -> None:
    """Record the opt-outs of Leads or Contacts with these ids, which the CRM says have changed."""
    for some in batched(dependencies.crm.by_id(object, ids), _AT_ONCE, strict=False):
        _record(some, dependencies.table)


def _record(found: Sequence[PersonOptOut], table: Table) -> None:
    def write(_: int) -> int:
        changes = list(_changes(found, table))
        for some in batched(changes, _AT_ONCE, strict=False):
            table.write(*some)
        return len(changes)

    logger.info("opt-outs", read=len(found), changed=table.retrying(write))


def _changes(found: Sequence[PersonOptOut], table: Table) -> Iterator[Change]:
    """Yield the change of each lead that is linked to one of these records: merged records have several."""
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
        if row and change and row.value.crm_opt_out != change.opted_out:
            yield Replace(row.key, replace(row.value, crm_opt_out=change.opted_out), row.version)
