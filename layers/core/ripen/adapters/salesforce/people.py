"""Our Leads and Contacts as sales changes them: those that are opted out, and those that other users have changed.

Polls overlap, as for campaign members. Ripen's own writes to other records are left out: after new scoring rules they
would be many. An opted-out record is read whoever changed it last, because sales may have entered the opt-out between
our read of the record and our write. Ripen never writes these fields, so reading them causes no write.

Source: Salesforce, Object Reference, "Lead" and "Contact" (HasOptedOutOfEmail, DoNotCall).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from ripen.adapters.salesforce import composite
from ripen.adapters.salesforce.connection import Connection
from ripen.adapters.salesforce.gate import CallGate
from ripen.adapters.salesforce.soql import CONVERSION, OPT_OUTS, OWNER, Row, is_changed, owner_of, soql
from ripen.adapters.secrets import Secrets
from ripen.crm.api_usage import ApiUsage
from ripen.crm.incoming.opt_out import PersonRecord
from ripen.crm.incoming.polling import Position

_FIELDS = ("Id", "Ripen_Key__c", "SystemModstamp", "LastModifiedById", "IsDeleted", "MasterRecordId", *OWNER, *OPT_OUTS)
_OF = {"Lead": (*_FIELDS, "Status", *CONVERSION), "Contact": _FIELDS}


class SalesforcePeople:
    """Implements ports.CrmPeople, with one call for each 2,000 records of an object."""

    def __init__(self, secrets: Secrets, gate: CallGate | None = None) -> None:
        self._connection = Connection(secrets, gate)

    def changed(self, object: str, since: datetime, after: Position | None) -> Iterator[list[PersonRecord]]:
        """Yield pages of our records that changed since then or up to ten minutes earlier, oldest change first.

        It starts after this position. Raises Undeliverable.
        """
        query = composite.query(changes_query(object, since, after, self._connection.user), include_deleted=True)
        for rows in composite.pages(self._connection, query):
            yield [self._person(row) for row in rows]

    def by_id(self, object: str, ids: Sequence[str]) -> list[PersonRecord]:
        """Return up to 200 records, as `changed` returns them, as they are now. Raises Undeliverable."""
        found = composite.select(self._connection, {"records": records_query(object, ids, self._connection.user)})
        return [self._person(row) for row in found["records"]]

    def _person(self, row: Row) -> PersonRecord:
        owner = self._connection.in_sales(owner_of(row))
        return PersonRecord(
            id=str(row["Id"]),
            lead=str(row["Ripen_Key__c"]),
            opted_out=any(row.get(name) for name in OPT_OUTS),
            changed=datetime.fromisoformat(str(row["SystemModstamp"])),
            owner=owner.id,
            owner_name=owner.name,
            owner_email=owner.email,
            status=str(row.get("Status") or ""),
            master=str(row.get("MasterRecordId") or ""),
            deleted=bool(row.get("IsDeleted")),
            contact=str(row.get("ConvertedContactId") or ""),
            by_us=row.get("LastModifiedById") == self._connection.user,
        )

    @property
    def usage(self) -> ApiUsage | None:
        """The day's API usage, as of the last answer; None before the first."""
        return self._connection.usage


def changes_query(object: str, since: datetime, after: Position | None, user: str) -> str:
    """Return the query for our records that changed, the oldest change first.

    Those that this user changed last are left out unless they are opted out or deleted.
    """
    return _query(object, is_changed(since, after), user)


def records_query(object: str, ids: Sequence[str], user: str) -> str:
    """Return the query for those of these records that are ours, with the same exception."""
    return _query(object, soql("Id IN {}", list(ids)), user)


def _query(object: str, which: str, user: str) -> str:
    return soql(
        "SELECT {:literal} FROM {:literal} WHERE {:literal}"
        " AND Ripen_Key__c != null AND (LastModifiedById != {} OR {:literal}) ORDER BY SystemModstamp, Id",
        ", ".join(_OF[object]),
        object,
        which,
        user,
        " OR ".join(f"{name} = true" for name in (*OPT_OUTS, "IsDeleted")),
    )
