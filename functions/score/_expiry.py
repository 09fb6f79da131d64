"""After the periods of `keep` have changed: write when the rows of one lead expire."""

from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import Any

from aws_lambda_powertools import Logger

from ripen.adapters.rows.expiry import row_expires
from ripen.adapters.table import Replace, Row, Table
from ripen.errors import Contended, NewerFormat
from ripen.playbook.retention import Retention

_PREFIXES = ("activity#", "send#")

logger = Logger(child=True)


class Applied(Enum):
    """Which of a lead's rows have their times by the new periods."""

    ALL = auto()
    NOT_ALL = auto()
    """The others cannot be read, or other workers kept changing them. The log names them."""
    INTERRUPTED = auto()
    """`goes_on` said no."""


def apply_periods(lead: str, *, keep: Retention, table: Table, goes_on: Callable[[], bool]) -> Applied:
    """Give the lead's rows their times by these periods, as long as `goes_on` says so.

    Only rows with another time are written, so a repeated call continues where the previous one stopped.
    """
    applied = Applied.ALL
    for row in _rows(lead, table):
        if not goes_on():
            return Applied.INTERRUPTED
        if row is None or not _set_time(row, keep, table):
            applied = Applied.NOT_ALL
    return applied


def _rows(lead: str, table: Table) -> Iterator[Row[Any] | None]:
    """Yield the lead's rows. An unreadable row ends those of its kind, and None stands for all that are left out."""
    for prefix in _PREFIXES:
        try:
            yield from table.under(lead, prefix)
        except NewerFormat as error:
            logger.error("expiry not set: unreadable row", lead=lead, rows=prefix, exc_info=error)
            yield None


def _set_time(row: Row[Any], keep: Retention, table: Table) -> bool:
    """Write the row's time if it has another one. Return False if the row keeps changing, or has become unreadable.

    A row that another worker has changed meanwhile is read again.
    """

    def attempt(number: int) -> None:
        found = table.get(row.key) if number else row
        if found and found.expires != (expires := row_expires(found, keep)):
            table.write(Replace(found.key, found.value, found.version, found.due, found.lane, expires))

    try:
        table.retrying(attempt)
    except (Contended, NewerFormat) as error:
        logger.error("expiry not set", lead=row.key.lead, row=row.key.ref, exc_info=error)
        return False
    return True
