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

_FIELDS = (
    "Id",
    "AccountId",
    "StageName",
    "Amount",
    "IsClosed",
    "IsWon",
    "IsDeleted",
    "CreatedDate",
    "SystemModstamp",
)


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
        text = soql("SELECT {:literal} FROM Opportunity WHERE Id IN {}", ", ".join(_FIELDS), list(ids))
        pages = composite.pages(self._connection, composite.query(text, include_deleted=True))
        return [_opportunity(row) for rows in pages for row in rows]

    def contacts(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the contacts with a role in up to 200 opportunities, by opportunity. Raises Undeliverable."""
        found: dict[str, tuple[str, ...]] = {}
        for row in self._rows(contacts_query(ids)):
            opportunity = str(row["OpportunityId"])
            found[opportunity] = (*found.get(opportunity, ()), str(row["ContactId"]))
        return found

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
        "SELECT {:literal} FROM Opportunity WHERE {:literal} ORDER BY SystemModstamp, Id",
        ", ".join(_FIELDS),
        " AND ".join(conditions),
    )


def contacts_query(ids: Sequence[str]) -> str:
    """Return the query for the contact roles of these opportunities."""
    query = "SELECT OpportunityId, ContactId FROM OpportunityContactRole WHERE OpportunityId IN {} ORDER BY CreatedDate"
    return soql(query, list(ids))


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
        created=datetime.fromisoformat(str(row["CreatedDate"])),
        stage=str(row.get("StageName") or ""),
        is_closed=bool(row.get("IsClosed")),
        is_won=bool(row.get("IsWon")),
        is_deleted=bool(row.get("IsDeleted")),
        amount=_amount(row.get("Amount")),
    )


def _amount(value: object) -> str:
    """Return the amount without a fraction of zero; "" for none."""
    return f"{value:.2f}".removesuffix(".00") if isinstance(value, int | float) else ""
