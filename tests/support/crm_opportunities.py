"""Opportunities in a Salesforce in memory, and capture.poll that reads them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from capture._opportunities import Dependencies, poll_opportunities
from ripen.adapters.table import Row, Table, keys
from ripen.crm.incoming.opportunity import Company, Opportunity, OpportunityPoll
from ripen.crm.incoming.polling import Position
from ripen.errors import Undeliverable
from tests.support.fakes import NOON, FakeClock

ADDRESS_KEY = b"k" * 32


def an_opportunity(**known: Any) -> Opportunity:
    """Return an open opportunity of which only these values matter."""
    values = {"id": "0061", "account": "", "changed": NOON, "created": NOON, "stage": "Prospecting"}
    return Opportunity(**{**values, "is_closed": False, "is_won": False, **known})


@dataclass
class FakeCrm:
    """Salesforce as the poll sees it."""

    companies: dict[str, Company]
    deals: dict[str, tuple[str, datetime, bool]] = field(default_factory=dict)
    """By the id of an opportunity: its account, the time of its last change, and whether it is open."""
    failure: Undeliverable | None = None
    """Raised after the first page."""
    page: int = 2
    """Opportunities per page."""
    queries: list[tuple[datetime | None, Position | None]] = field(default_factory=list)
    looked_up: list[tuple[str, ...]] = field(default_factory=list)

    def changed(self, since: datetime | None, after: Position | None) -> Iterator[list[Opportunity]]:
        self.queries.append((since, after))
        found = [
            an_opportunity(id=id, account=account, changed=at, is_closed=not is_open)
            for id, (account, at, is_open) in self.deals.items()
            if (is_open if since is None else at >= since - timedelta(minutes=10))
        ]
        found.sort(key=lambda each: (each.changed, each.id))
        left = [each for each in found if after is None or (each.changed, each.id) > (after.changed, after.id)]
        for first in range(0, max(len(left), 1), self.page):
            yield left[first : first + self.page]
            if self.failure:
                raise self.failure

    def by_id(self, ids: Sequence[str]) -> list[Opportunity]:
        raise AssertionError("a poll reads all changes")

    def contacts(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        return {}

    def open(self, accounts: Sequence[str]) -> list[Company]:
        self.looked_up.append(tuple(accounts))
        having = {account for account, _, is_open in self.deals.values() if is_open}
        return [self.companies[id] for id in accounts if id in having]


@dataclass
class PolledCrm:
    table: Table
    clock: FakeClock
    crm: FakeCrm

    def poll(self, steps: int = 99, table: Table | None = None) -> None:
        left = iter([True] * steps)
        dependencies = Dependencies(table=table or self.table, clock=self.clock, crm=self.crm, address_key=ADDRESS_KEY)
        poll_opportunities(dependencies, lambda: next(left, False))

    def poll_later(self, **delta: float) -> None:
        self.clock.move(**(delta or {"minutes": 5}))
        self.poll()

    def change(self, id: str, account: str = "001A", is_open: bool = True) -> None:
        self.crm.deals[id] = (account, self.clock.now(), is_open)

    def row(self) -> Row[OpportunityPoll]:
        row = self.table.get(keys.OPPORTUNITIES)
        assert row
        return row

    def due_in(self) -> timedelta | None:
        due = self.row().due
        return due - self.clock.now() if due else None

    def spared(self, *tokens: str) -> list[str]:
        rows = self.table.get_many([keys.deal(token) for token in tokens])
        return [token for token, row in zip(tokens, rows, strict=True) if row and row.value.accounts_open]
