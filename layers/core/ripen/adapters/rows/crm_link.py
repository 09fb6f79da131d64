"""What is written when another record of the CRM, or another owner of it, stands for a lead."""

from datetime import datetime

from ripen.adapters.table import Change, Create, Replace, Row, keys
from ripen.lead.conversion import with_crm_link
from ripen.lead.lead import CrmLink, Profile


def relinked(row: Row[Profile], link: CrmLink, now: datetime) -> list[Change]:
    """Nothing where it is the same; else the profile over its version, and that sales converted the lead where it did."""
    if link == row.value.crm:
        return []
    profile, converted = with_crm_link(row.value, link, now)
    changes: list[Change] = [Replace(row.key, profile, row.version)]
    if converted:
        changes.append(Create(keys.activity(profile.id, now, converted.id), converted, due=now))
    return changes
