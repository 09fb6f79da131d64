"""The rows that change when a lead gets another CRM record, or its record another owner."""

from datetime import datetime

from ripen.adapters.table import Change, Create, Replace, Row, keys
from ripen.lead.conversion import with_crm_link
from ripen.lead.lead import CrmLink, Profile


def update_crm_link(row: Row[Profile], link: CrmLink, now: datetime) -> list[Change]:
    """Return the change of the profile, and a new activity if sales converted the lead; [] if the link is the same."""
    if link == row.value.crm:
        return []
    profile, converted = with_crm_link(row.value, link, now)
    changes: list[Change] = [Replace(row.key, profile, row.version)]
    if converted:
        changes.append(Create(keys.activity(profile.id, now, converted.id), converted, due=now))
    return changes
