"""Members of Salesforce's campaigns, as they change: asked for by SystemModstamp, which any change moves.

A transaction may take ten minutes to come to light, with the times of its beginning (Salesforce, "Execution Governors and
Limits"), so what is asked for overlaps. Deleted members are not in a query's answer. Source: Object Reference,
"CampaignMember".
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from ripen.adapters.salesforce import composite as parts
from ripen.adapters.salesforce.connection import Connection
from ripen.adapters.salesforce.soql import Row, soql
from ripen.adapters.secrets import Secrets
from ripen.crm.membership import Member

_CAMPAIGN_ID = re.compile(r"701[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")
_OVERLAP = timedelta(minutes=10)


class SalesforceMembers:
    """ports.CrmMembers, in one call for each 2,000 members."""

    def __init__(self, secrets: Secrets) -> None:
        self._line = Connection(secrets)

    def changed(self, campaigns: Collection[str], since: datetime) -> Iterator[list[Member]]:
        for rows in parts.pages(self._line, parts.query(search(campaigns, since - _OVERLAP))):
            yield [_member(row) for row in rows]


def search(campaigns: Collection[str], since: datetime) -> str:
    """Oldest change first, so that what was read can be left behind."""
    ids = [name for name in campaigns if _CAMPAIGN_ID.fullmatch(name)]
    either = [
        *([soql("CampaignId IN {}", ids)] if ids else []),
        *([soql("Campaign.Name IN {}", names)] if (names := [name for name in campaigns if name not in ids]) else []),
    ]
    return soql(
        "SELECT Id, CampaignId, Campaign.Name, Status, CreatedDate, SystemModstamp, LeadId, ContactId, Lead.Email, "
        "Contact.Email FROM CampaignMember WHERE SystemModstamp >= {} AND ({:literal}) ORDER BY SystemModstamp, Id",
        since,
        " OR ".join(either),
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
