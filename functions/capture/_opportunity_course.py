"""Record the course of opportunities as activities of the leads whose Contacts have a role in them.

An `opportunity#<id>` row keeps what was last read, and changes in one transaction with the activities: a second reading
of the same state writes nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from aws_lambda_powertools import Logger

from ripen import ports
from ripen.adapters.table import Change, Create, Replace, Row, Table, keys
from ripen.agenda import Lane, Ref
from ripen.crm.incoming.opportunity import Opportunity
from ripen.crm.incoming.opportunity_course import MOST_LEADS, KnownOpportunity, course, known_now
from ripen.pointers import Pointer

logger = Logger(child=True)


def record_course(
    found: Sequence[Opportunity], watched: datetime, crm: ports.CrmOpportunities, table: Table, now: datetime
) -> list[Ref]:
    """Record what happened to up to 100 opportunities since they were last read; return the new activities."""
    if not found:
        return []
    leads = _leads(found, crm, table)

    def write(_: int) -> list[Ref]:
        rows: list[Row[KnownOpportunity] | None] = table.get_many([keys.opportunity(each.id) for each in found])
        written: list[Ref] = []
        for each, row in zip(found, rows, strict=True):
            if changes := list(_changes(each, row, leads.get(each.id, ()), watched, now)):
                table.write(*changes)
                written += [change.key.ref for change in changes if keys.kind(change.key.ref) == "activity"]
        return written

    written = table.retrying(write)
    logger.info("opportunities", read=len(found), activities=len(written))
    return written


def _leads(found: Sequence[Opportunity], crm: ports.CrmOpportunities, table: Table) -> dict[str, tuple[str, ...]]:
    """Return our leads with a role in each opportunity, by opportunity."""
    contacts = crm.contacts([each.id for each in found if not each.is_deleted])
    ids = list(dict.fromkeys(id for some in contacts.values() for id in some))
    rows: list[Row[Pointer] | None] = table.get_many([keys.crm_pointer(id) for id in ids]) if ids else []
    known = {id: (row.value.lead, *row.value.others) for id, row in zip(ids, rows, strict=True) if row}
    return {
        opportunity: tuple(dict.fromkeys(lead for id in some for lead in known.get(id, ())))[:MOST_LEADS]
        for opportunity, some in contacts.items()
    }


def _changes(
    found: Opportunity, row: Row[KnownOpportunity] | None, leads: tuple[str, ...], watched: datetime, now: datetime
) -> Iterator[Change]:
    """Yield the row and the activities; nothing for an opportunity that is the same, or that no lead is part of."""
    known, after = row.value if row else None, known_now(found, leads)
    if after == known or not (leads or known):
        return
    yield Replace(keys.opportunity(found.id), after, row.version if row else 0, expires=None if leads else now)
    for each in course(known, found, leads, watched, now):
        yield Create(keys.activity(each.lead, each.at, each.id), each, due=now, lane=Lane.BULK)
