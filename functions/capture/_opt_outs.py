"""Write the opt-outs that sales entered in Salesforce into our leads, for nurture.deliver to look up.

capture.poll does it for the `poll#opt-outs` row, every five minutes.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import replace
from datetime import datetime
from itertools import batched

from aws_lambda_powertools import Logger
from msgspec import Struct

from capture._crm_poll import run_poll
from ripen import ports
from ripen.adapters.table import Change, Replace, Row, Table, keys
from ripen.crm.opt_out import OptOutPoll, PersonOptOut, cursor, is_about, reached
from ripen.lead.lead import Profile

logger = Logger(child=True)

_AT_ONCE = 90
"""Fewer than the 100 changes of a transaction."""


class Dependencies(Struct, frozen=True, kw_only=True):
    table: Table
    clock: ports.Clock
    crm: ports.CrmOptOuts


def poll_opt_outs(dependencies: Dependencies, has_time: Callable[[], bool]) -> None:
    """Record the opt-outs that have changed. A poll that fails or runs out of time goes on after its last page."""

    def read(poll: OptOutPoll, now: datetime) -> Iterator[OptOutPoll]:
        for object in ("Lead", "Contact"):
            for page in dependencies.crm.changed(object, cursor(poll, object)):
                for some in batched(page, _AT_ONCE, strict=False):
                    _record(some, dependencies.table)
                if page:
                    poll = reached(poll, object, page[-1].changed)
                    yield poll
            poll = reached(poll, object, now)
        yield poll

    run_poll(keys.OPT_OUTS, read, dependencies.table, dependencies.clock, has_time)


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
