"""Write the opt-outs that sales entered in Salesforce into our leads, for nurture.deliver to look up.

capture.poll does it for the `poll#opt-outs#…` rows, every five minutes.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import replace
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger
from msgspec import Struct

from capture._crm_poll import read_changes, run_poll
from ripen import ports
from ripen.adapters.table import Change, Key, Replace, Row, Table, keys
from ripen.crm.opt_out import OBJECTS, OptOutPoll, PersonOptOut, is_about
from ripen.lead.lead import Profile

logger = Logger(child=True)


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


def _record(found: Sequence[PersonOptOut], table: Table) -> None:
    def write(_: int) -> int:
        changes = list(_changes(found, table))
        if changes:
            table.write(*changes)
        return len(changes)

    logger.info("opt-outs", read=len(found), changed=table.retrying(write))


def _changes(found: Sequence[PersonOptOut], table: Table) -> Iterator[Change]:
    by_lead = {change.lead: change for change in found}
    rows: list[Row[Profile] | None] = table.get_many([keys.profile(lead) for lead in by_lead])
    for row, change in zip(rows, by_lead.values(), strict=True):
        if row and is_about(change, row.value.crm) and row.value.crm_opt_out != change.opted_out:
            yield Replace(row.key, replace(row.value, crm_opt_out=change.opted_out), row.version)
