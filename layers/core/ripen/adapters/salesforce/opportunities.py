"""Salesforce's opportunities, as they change, and the accounts that have an open one.

Polls overlap, as for campaign members. Deleted opportunities are reported while they are in the recycle bin.

Source: Salesforce, Object Reference, "Opportunity"; REST API Developer Guide, "QueryAll".
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from ripen.adapters.salesforce import composite
from ripen.adapters.salesforce.connection import Connection
from ripen.adapters.salesforce.gate import CallGate
from ripen.adapters.salesforce.soql import Row, is_after, is_changed, soql
from ripen.adapters.secrets import Secrets
from ripen.crm.incoming.opportunity import Company, Opportunity
from ripen.crm.incoming.polling import Position


class SalesforceOpportunities:
    """Implements ports.CrmOpportunities, with one call for each 2,000 rows."""

    def __init__(self, secrets: Secrets, gate: CallGate | None = None) -> None:
        self._connection = Connection(secrets, gate)

    def changed(self, since: datetime | None, after: Position | None) -> Iterator[list[Opportunity]]:
        """Yield pages of opportunities, oldest change first, starting after this position.

        With `since` None these are all open opportunities; otherwise all that changed since then or up to ten minutes
        earlier, deleted ones included. Raises Undeliverable, NotConnected.
        """
        query = composite.query(changes_query(since, after), include_deleted=since is not None)
        for rows in composite.pages(self._connection, query):
            yield [_opportunity(row) for row in rows]

    def by_id(self, ids: Sequence[str]) -> list[Opportunity]:
        """Return up to 200 opportunities as they are now, deleted ones included. Raises Undeliverable, NotConnected."""
        text = soql("SELECT Id, AccountId, SystemModstamp FROM Opportunity WHERE Id IN {}", list(ids))
        pages = composite.pages(self._connection, composite.query(text, include_deleted=True))
        return [_opportunity(row) for rows in pages for row in rows]

    def open(self, accounts: Sequence[str]) -> list[Company]:
        """Return those of up to 100 accounts that have an open opportunity. Raises Undeliverable, NotConnected."""
        opportunities, contacts = company_queries(accounts)
        websites = {
            str(row["AccountId"]): str((row.get("Account") or {}).get("Website") or "")
            for row in self._rows(opportunities)
        }
        emails: dict[str, list[str]] = {account: [] for account in websites}
        for row in self._rows(contacts) if websites else ():
            emails.get(str(row["AccountId"]), []).append(str(row["Email"]))
        return [Company(account=id, website=site, emails=tuple(emails[id])) for id, site in websites.items()]

    def _rows(self, query: str) -> Iterator[Row]:
        for page in composite.pages(self._connection, composite.query(query)):
            yield from page


def changes_query(since: datetime | None, after: Position | None) -> str:
    """Return the query of `SalesforceOpportunities.changed`."""
    conditions = [
        *([soql("IsClosed = false")] if since is None else []),
        *([is_changed(since, after)] if since else []),
        *([is_after(after)] if after and since is None else []),
    ]
    return soql(
        "SELECT Id, AccountId, SystemModstamp FROM Opportunity WHERE {:literal} ORDER BY SystemModstamp, Id",
        " AND ".join(conditions),
    )


def company_queries(accounts: Sequence[str]) -> tuple[str, str]:
    """Return the queries for the open opportunities of these accounts, and for the accounts' contacts."""
    ids = list(accounts)
    return (
        soql("SELECT AccountId, Account.Website FROM Opportunity WHERE IsClosed = false AND AccountId IN {}", ids),
        soql("SELECT AccountId, Email FROM Contact WHERE AccountId IN {} AND Email != null ORDER BY CreatedDate", ids),
    )


def _opportunity(row: Row) -> Opportunity:
    return Opportunity(
        id=str(row["Id"]),
        account=str(row.get("AccountId") or ""),
        changed=datetime.fromisoformat(str(row["SystemModstamp"])),
    )
