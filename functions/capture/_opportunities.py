"""Record the course of Salesforce's opportunities (_opportunity_course.py), and mark companies with an open one.

capture.poll does it for the `poll#opportunities` row, every five minutes. While the policy excludes companies with an
open opportunity, they are marked by domain and address, for nurture.deliver to look up. Each account's row lists its
marks and changes in one transaction with them, so that they are removed exactly, wherever a poll was interrupted.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import replace
from datetime import datetime
from itertools import batched

from aws_lambda_powertools import Logger
from msgspec import Struct

from capture._crm_poll import read_changes, run_poll
from capture._opportunity_course import record_course
from ripen import ports
from ripen.adapters.table import Change, Key, Replace, Row, Table, keys
from ripen.agenda import Ref
from ripen.crm.incoming.opportunity import (
    KEYED_BY,
    REVIEW,
    Account,
    OpenOpportunities,
    Opportunity,
    OpportunityPoll,
    company_tokens,
    mark_of,
)

logger = Logger(child=True)

_ACCOUNTS = 100
"""The most accounts that one query can name."""
_LAST_ACCOUNT = "account#~"
"""Follows the sort key of each account."""
_AT_ONCE = 45
"""Marks that move in one transaction."""


class Dependencies(Struct, frozen=True, kw_only=True):
    table: Table
    clock: ports.Clock
    crm: ports.CrmOpportunities
    address_key: bytes


def poll_opportunities(dependencies: Dependencies, has_time: Callable[[], bool]) -> None:
    """Mark the companies whose opportunities have changed, while there is time."""
    run_poll(
        keys.OPPORTUNITIES,
        lambda poll, now: _steps(poll, dependencies, now),
        dependencies.table,
        dependencies.clock,
        has_time,
    )


def record_opportunities(ids: Sequence[str], dependencies: Dependencies) -> list[Ref]:
    """Record the course of these opportunities, which the CRM says have changed; return the new activities."""
    row = dependencies.table.get(keys.OPPORTUNITIES)
    if row is None or row.due is None:
        return []
    found = dependencies.crm.by_id(ids)
    return [ref for some in batched(found, _ACCOUNTS, strict=False) for ref in _record(some, row.value, dependencies)]


def _steps(poll: OpportunityPoll, dependencies: Dependencies, now: datetime) -> Iterator[OpportunityPoll]:
    """Yield the row after each step.

    1. Once a day, and if their marks are keyed otherwise by now, read all marked accounts again.
    2. Read the opportunities that have changed.
    """
    poll = replace(poll, watched=poll.watched or poll.since or now)
    if poll.keyed_by != KEYED_BY:
        poll = replace(poll, keyed_by=KEYED_BY, reviewed=None, account="")
    if poll.marks and (poll.reviewed is None or now >= poll.reviewed + REVIEW):
        for accounts in batched(_marked_accounts_after(poll.account, dependencies.table), _ACCOUNTS, strict=False):
            _update_marks(accounts, dependencies)
            poll = replace(poll, account=accounts[-1])
            yield poll
        poll = replace(poll, account="", reviewed=now)
    pages = dependencies.crm.changed(poll.since, poll.position)
    yield from read_changes(poll, pages, lambda some: _record(some, poll, dependencies), now)


def _record(some: Sequence[Opportunity], poll: OpportunityPoll, dependencies: Dependencies) -> list[Ref]:
    if poll.marks:
        _update_marks((each.account for each in some if each.account), dependencies)
    now = dependencies.clock.now()
    return record_course(some, poll.watched or poll.since or now, dependencies.crm, dependencies.table, now)


def _marked_accounts_after(last: str, table: Table) -> Iterator[str]:
    """Yield the marked accounts after this one, in the order of their ids."""
    rows: Iterator[Row[Account]] = table.between("opportunities", f"account#{last}", _LAST_ACCOUNT, of="poll")
    return (row.value.id for row in rows if row.value.id > last and row.value.tokens)


def _update_marks(ids: Iterable[str], dependencies: Dependencies) -> None:
    """Bring the marks of these accounts up to date with the CRM."""
    accounts = list(dict.fromkeys(ids))
    if not accounts:
        return
    wanted = {
        company.account: company_tokens(company, dependencies.address_key)
        for company in dependencies.crm.open(accounts)
    }
    rows: list[Row[Account] | None] = dependencies.table.get_many([keys.account(id) for id in accounts])
    for id, row in zip(accounts, rows, strict=True):
        if _marked(row) ^ wanted.get(id, frozenset()):
            _mark(id, wanted.get(id, frozenset()), dependencies)
    logger.info("opportunities", accounts=len(accounts), open=len(wanted))


def _mark(id: str, wanted: frozenset[str], dependencies: Dependencies) -> None:
    def write(_: int) -> None:
        while changes := _changes(id, wanted, dependencies.table, dependencies.clock.now()):
            dependencies.table.write(*changes)

    dependencies.table.retrying(write)


def _changes(id: str, wanted: frozenset[str], table: Table, now: datetime) -> list[Change]:
    """Return the next changes of the account's marks; none if they are up to date."""
    row = table.get(keys.account(id))
    marked = _marked(row)
    some = sorted(marked ^ wanted)[:_AT_ONCE]
    if not some:
        return []
    marks: list[Row[OpenOpportunities] | None] = table.get_many([keys.deal(token) for token in some])
    account = Account(id=id, tokens=tuple(sorted(marked ^ set(some))))
    changes: list[Change] = [_replaced(row, keys.account(id), account, None if account.tokens else now)]
    for token, mark in zip(some, marks, strict=True):
        changed = mark_of(mark.value if mark else OpenOpportunities(), token in wanted)
        changes.append(_replaced(mark, keys.deal(token), changed, None if changed.count else now))
    return changes


def _replaced[T](row: Row[T] | None, key: Key[T], value: T, expires: datetime | None) -> Change:
    """Replace the row as it was read. A row without content expires."""
    return Replace(key, value, row.version if row else 0, expires=expires)


def _marked(row: Row[Account] | None) -> frozenset[str]:
    return frozenset(row.value.tokens if row else ())
