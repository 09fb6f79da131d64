"""Salesforce's opportunities as they change, and which accounts have an open one.

Deleted ones are seen while they are in the recycle bin (`queryAll`). What comes to light late is asked for again, as with members.
Source: Object Reference, "Opportunity"; REST API Developer Guide, "QueryAll".
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ripen.adapters.salesforce import composite as parts
from ripen.adapters.salesforce.connection import Connection
from ripen.adapters.salesforce.soql import Row, soql
from ripen.adapters.secrets import Secrets
from ripen.crm.opportunity import Company, Opportunity, Position

_OVERLAP = timedelta(minutes=10)


class SalesforceOpportunities:
    """ports.CrmOpportunities, in one call for each 2,000 rows."""

    def __init__(self, secrets: Secrets) -> None:
        self._line = Connection(secrets)

    def changed(self, since: datetime | None, after: Position | None) -> Iterator[list[Opportunity]]:
        for rows in parts.pages(self._line, parts.query(search(since, after), deleted=since is not None)):
            yield [_opportunity(row) for row in rows]

    def open(self, accounts: Sequence[str]) -> list[Company]:
        opportunities, contacts = searches(accounts)
        sites = {
            str(row["AccountId"]): str((row.get("Account") or {}).get("Website") or "")
            for rows in parts.pages(self._line, parts.query(opportunities))
            for row in rows
        }
        emails: dict[str, list[str]] = {account: [] for account in sites}
        for rows in parts.pages(self._line, parts.query(contacts)) if sites else ():
            for row in rows:
                emails.get(str(row["AccountId"]), []).append(str(row["Email"]))
        return [Company(account=id, website=site, emails=tuple(emails[id])) for id, site in sites.items()]


def search(since: datetime | None, after: Position | None) -> str:
    """Oldest change first. Many may have changed in the same second, so that a place in it is told by the id as well."""
    asked = [
        *([soql("IsClosed = false")] if since is None else []),
        *([soql("SystemModstamp >= {}", since - _OVERLAP)] if since and not after else []),
        *([_behind(after)] if after else []),
    ]
    return soql(
        "SELECT Id, AccountId, SystemModstamp FROM Opportunity WHERE {:literal} ORDER BY SystemModstamp, Id",
        " AND ".join(asked),
    )


def _behind(place: Position) -> str:
    at = place.changed.isoformat(timespec="milliseconds")
    return soql("(SystemModstamp > {:literal} OR (SystemModstamp = {:literal} AND Id > {}))", at, at, place.id)


def searches(accounts: Sequence[str]) -> tuple[str, str]:
    """The open opportunities of these accounts, and their people."""
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
