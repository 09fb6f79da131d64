"""At which companies sales has an open opportunity in Salesforce: marked by domain and address, for nurture.deliver to ask.

Done by capture.poll for the `poll#opportunities` row, each five minutes while the policy asks. Each account's row says what is
marked for it, and moves in one transaction with the marks; so they are taken back exactly, wherever a look broke off.
"""

from collections.abc import Callable, Iterable, Iterator
from copy import replace
from datetime import datetime
from itertools import batched

from aws_lambda_powertools import Logger
from msgspec import Struct

from capture._crm_poll import run_poll
from ripen import ports
from ripen.adapters.table import Change, Key, Replace, Row, Table, keys
from ripen.crm.opportunity import REVIEW, Account, OpenOpportunities, OpportunityPoll, Position, company_tokens

logger = Logger(child=True)

_ACCOUNTS = 100
"""As many as one query can name."""
_AT_ONCE = 45
"""Marks that move in one transaction."""


class Dependencies(Struct, frozen=True, kw_only=True):
    """What looking takes."""

    table: Table
    clock: ports.Clock
    crm: ports.CrmOpportunities
    address_key: bytes


def look(dependencies: Dependencies, has_time: Callable[[], bool]) -> None:
    """Mark the companies whose opportunities have changed, while there is time."""
    run_poll(
        keys.OPPORTUNITIES,
        lambda poll, now: _steps(poll, dependencies, now),
        dependencies.table,
        dependencies.clock,
        has_time,
    )


def _steps(poll: OpportunityPoll, dependencies: Dependencies, now: datetime) -> Iterator[OpportunityPoll]:
    """After each step how far it has come: once a day through all that is marked, then through what has changed."""
    if poll.reviewed is None or now >= poll.reviewed + REVIEW:
        for accounts in batched(_marked_after(poll.account, dependencies.table), _ACCOUNTS, strict=False):
            _settle(accounts, dependencies)
            poll = replace(poll, account=accounts[-1])
            yield poll
        poll = replace(poll, account="", reviewed=now)
    poll = replace(poll, began=poll.began or now)
    for page in dependencies.crm.changed(poll.since, poll.position):
        for some in batched(page, _ACCOUNTS, strict=False):
            _settle((each.account for each in some if each.account), dependencies)
            poll = replace(poll, position=Position(some[-1].changed, some[-1].id))
            yield poll
    yield replace(poll, since=poll.began, began=None, position=None)


def _marked_after(last: str, table: Table) -> Iterator[str]:
    """The accounts for which something is marked, in the order of their ids."""
    rows: Iterator[Row[Account]] = table.under("opportunities", "account#", of="poll")
    return (row.value.id for row in rows if row.value.id > last and row.value.tokens)


def _settle(ids: Iterable[str], dependencies: Dependencies) -> None:
    """What is marked for these accounts is what the CRM says of them now."""
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
    """The next ones that bring the account's marks to what is wanted; none where they are."""
    row = table.get(keys.account(id))
    marked = _marked(row)
    some = sorted(marked ^ wanted)[:_AT_ONCE]
    if not some:
        return []
    deals: list[Row[OpenOpportunities] | None] = table.get_many([keys.deal(token) for token in some])
    account = Account(id=id, tokens=tuple(sorted(marked ^ set(some))))
    changes: list[Change] = [_kept(row, keys.account(id), account, None if account.tokens else now)]
    for token, deal in zip(some, deals, strict=True):
        with_it = _with(deal, id, token in wanted)
        changes.append(_kept(deal, keys.deal(token), with_it, None if with_it.accounts else now))
    return changes


def _kept[T](row: Row[T] | None, key: Key[T], value: T, expires: datetime | None) -> Change:
    """Over what was read. What says nothing any more may go."""
    return Replace(key, value, row.version if row else 0, expires=expires)


def _marked(row: Row[Account] | None) -> frozenset[str]:
    return frozenset(row.value.tokens if row else ())


def _with(deal: Row[OpenOpportunities] | None, account: str, is_open: bool) -> OpenOpportunities:
    others = set(deal.value.accounts if deal else ()) - {account}
    return OpenOpportunities(accounts=tuple(sorted(others | {account} if is_open else others)))
