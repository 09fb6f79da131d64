"""The opt-outs of Leads and Contacts: our records that are opted out, and those that other users have changed.

Polls overlap, as for campaign members. Ripen's own writes to other records are left out: after new scoring rules they
would be many. An opted-out record is read whoever changed it last, because sales may have entered the opt-out between
our read of the record and our write. Ripen never writes these fields, so reading them causes no write.

Source: Salesforce, Object Reference, "Lead" and "Contact" (HasOptedOutOfEmail, DoNotCall).
"""

from collections.abc import Iterator
from datetime import datetime

from ripen.adapters.salesforce import composite
from ripen.adapters.salesforce.connection import Connection
from ripen.adapters.salesforce.soql import OPT_OUTS, Row, is_changed, soql
from ripen.adapters.secrets import Secrets
from ripen.crm.opt_out import PersonOptOut
from ripen.crm.polling import Position


class SalesforceOptOuts:
    """Implements ports.CrmOptOuts, with one call for each 2,000 records of an object."""

    def __init__(self, secrets: Secrets) -> None:
        self._connection = Connection(secrets)

    def changed(self, object: str, since: datetime, after: Position | None) -> Iterator[list[PersonOptOut]]:
        """Yield pages of our records that changed since then or up to ten minutes earlier, oldest change first.

        It starts after this position. Raises Undeliverable.
        """
        query = composite.query(changes_query(object, since, after, self._connection.user))
        for rows in composite.pages(self._connection, query):
            yield [_opt_out(row) for row in rows]


def changes_query(object: str, since: datetime, after: Position | None, user: str) -> str:
    """Return the query for our records that changed, the oldest change first.

    Those that this user changed last are left out unless they are opted out.
    """
    return soql(
        "SELECT Id, Ripen_Key__c, SystemModstamp, {:literal} FROM {:literal} WHERE {:literal}"
        " AND Ripen_Key__c != null AND (LastModifiedById != {} OR {:literal}) ORDER BY SystemModstamp, Id",
        ", ".join(OPT_OUTS),
        object,
        is_changed(since, after),
        user,
        " OR ".join(f"{name} = true" for name in OPT_OUTS),
    )


def _opt_out(row: Row) -> PersonOptOut:
    return PersonOptOut(
        id=str(row["Id"]),
        lead=str(row["Ripen_Key__c"]),
        opted_out=any(row.get(name) for name in OPT_OUTS),
        changed=datetime.fromisoformat(str(row["SystemModstamp"])),
    )
