"""The members of Salesforce's campaigns, as they change.

A poll reads the members whose SystemModstamp, which every change updates, is later than the previous poll, with an
overlap. Deleted members are not reported.

Source: Salesforce, Object Reference, "CampaignMember".
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ripen.adapters.salesforce import composite
from ripen.adapters.salesforce.connection import Connection
from ripen.adapters.salesforce.gate import CallGate
from ripen.adapters.salesforce.soql import CAMPAIGN_ID, Row, is_changed, soql
from ripen.adapters.secrets import Secrets
from ripen.crm.incoming.membership import Member
from ripen.crm.incoming.polling import Position


class SalesforceMembers:
    """Implements ports.CrmMembers, with one call for each 2,000 members."""

    def __init__(self, secrets: Secrets, gate: CallGate | None = None) -> None:
        self._connection = Connection(secrets, gate)

    def changed(self, campaigns: Collection[str], since: datetime, after: Position | None) -> Iterator[list[Member]]:
        """Yield pages of members that changed since then or up to ten minutes earlier, oldest change first.

        It starts after this position. The campaigns are names or ids. Raises Undeliverable, NotConnected.
        """
        query = composite.query(changes_query(campaigns, since, after))
        for rows in composite.pages(self._connection, query):
            yield [_member(row) for row in rows]

    def by_id(self, campaigns: Collection[str], ids: Sequence[str]) -> list[Member]:
        """Return those of up to 200 members that are in these campaigns. Raises Undeliverable, NotConnected."""
        text = _query(campaigns, soql("Id IN {}", list(ids)))
        return [_member(row) for row in composite.select(self._connection, {"members": text})["members"]]


def changes_query(campaigns: Collection[str], since: datetime, after: Position | None) -> str:
    """Return the query for members that changed, oldest change first, so that a poll can stop anywhere."""
    return _query(campaigns, is_changed(since, after))


def _query(campaigns: Collection[str], which: str) -> str:
    ids = [name for name in campaigns if CAMPAIGN_ID.fullmatch(name)]
    names = [name for name in campaigns if name not in ids]
    conditions = [
        *([soql("CampaignId IN {}", ids)] if ids else []),
        *([soql("Campaign.Name IN {}", names)] if names else []),
    ]
    return soql(
        "SELECT Id, CampaignId, Campaign.Name, Status, CreatedDate, SystemModstamp, LeadId, ContactId, Lead.Email, "
        "Contact.Email FROM CampaignMember WHERE {:literal} AND ({:literal}) ORDER BY SystemModstamp, Id",
        which,
        " OR ".join(conditions),
    )


def _member(row: Row) -> Member:
    people: list[Mapping[str, Any]] = [row.get("Contact") or {}, row.get("Lead") or {}]
    return Member(
        id=str(row["Id"]),
        campaign=str(row["CampaignId"]),
        campaign_name=str((row.get("Campaign") or {}).get("Name") or ""),
        status=str(row.get("Status") or ""),
        created=datetime.fromisoformat(str(row["CreatedDate"])),
        changed=datetime.fromisoformat(str(row["SystemModstamp"])),
        records=tuple(str(row[name]) for name in ("ContactId", "LeadId") if row.get(name)),
        email=next((str(person["Email"]) for person in people if person.get("Email")), ""),
    )
