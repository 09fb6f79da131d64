"""When a lead's rows expire by `keep`, and the new times after its periods have changed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ripen.adapters.table import Replace, Row, Table
from ripen.lead.activity import Activity
from ripen.mail.ledger import Send
from ripen.playbook.retention import Retention, activity_expires, mail_expires

_PREFIXES = ("activity#", "send#")


def row_expires(row: Row[Any], keep: Retention) -> datetime | None:
    """Return when the lead's row expires by these periods, in whole seconds as in the table."""
    match row.value:
        case Activity() as activity:
            expires = activity_expires(activity, keep)
        case Send(planned=planned):
            expires = mail_expires(planned, keep)
        case _:
            return row.expires
    return expires.replace(microsecond=0) if expires else None


def apply_periods(lead: str, *, keep: Retention, table: Table, goes_on: Callable[[], bool]) -> bool:
    """Give the lead's rows their times by these periods. Return False if `goes_on` said no before all had them.

    Only rows with another time are written, so a repeated call continues where the previous one stopped.
    """
    for prefix in _PREFIXES:
        for row in table.under(lead, prefix):
            if not goes_on():
                return False
            _set_time(row, keep, table)
    return True


def _set_time(row: Row[Any], keep: Retention, table: Table) -> None:
    """Write the row's time if it has another one. A row that another worker has changed meanwhile is read again."""

    def attempt(number: int) -> None:
        found = table.get(row.key) if number else row
        if found and found.expires != (expires := row_expires(found, keep)):
            table.write(Replace(found.key, found.value, found.version, found.due, found.lane, expires))

    table.retrying(attempt)
