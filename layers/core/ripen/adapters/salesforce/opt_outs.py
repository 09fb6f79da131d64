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
from ripen.adapters.salesforce.soql import OPT_OUTS, OVERLAP, Row, soql
from ripen.adapters.secrets import Secrets
from ripen.crm.opt_out import PersonOptOut


class SalesforceOptOuts:
    """Implements ports.CrmOptOuts, with one call for each 2,000 records of an object."""

    def __init__(self, secrets: Secrets) -> None:
        self._connection = Connection(secrets)

    def changed(self, object: str, since: datetime) -> Iterator[list[PersonOptOut]]:
        """Yield pages of our records that changed since then or up to ten minutes earlier. Raises Undeliverable."""
        query = composite.query(changes_query(object, since, self._connection.user))
        for rows in composite.pages(self._connection, query):
            yield [_opt_out(row) for row in rows]


def changes_query(object: str, since: datetime, user: str) -> str:
    """Return the query for our records that changed since then, the oldest change first.

    Those that this user changed last are left out unless they are opted out.
    """
    return soql(
        "SELECT Id, Ripen_Key__c, SystemModstamp, {:literal} FROM {:literal} WHERE SystemModstamp >= {}"
        " AND Ripen_Key__c != null AND (LastModifiedById != {} OR {:literal}) ORDER BY SystemModstamp, Id",
        ", ".join(OPT_OUTS),
        object,
        since - OVERLAP,
        user,
        " OR ".join(f"{name} = true" for name in OPT_OUTS),
    )


def _opt_out(row: Row) -> PersonOptOut:
    return PersonOptOut(
        record=str(row["Id"]),
        lead=str(row["Ripen_Key__c"]),
        opted_out=any(row.get(name) for name in OPT_OUTS),
        changed=datetime.fromisoformat(str(row["SystemModstamp"])),
    )
