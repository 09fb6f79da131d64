"""The rows that change when a lead gets another CRM record, or its record another owner."""

from collections.abc import Collection
from copy import replace
from datetime import datetime

from ripen.adapters.table import Change, Create, Replace, Row, Table, keys
from ripen.lead.conversion import with_crm_link
from ripen.lead.lead import CrmLink, Profile
from ripen.pointers import Pointer


def new_crm_pointer(row: Row[Profile], link: CrmLink, table: Table) -> list[Change]:
    """Return the pointer from the record to the lead, beside the record's other leads, if the link has changed.

    Nothing if the record points at the lead. One read.
    """
    if link == row.value.crm:
        return []
    key, lead = keys.crm_pointer(link.id), row.value.id
    known = table.get(key)
    if known is None:
        return [Create(key, Pointer(lead=lead))]
    if lead in (known.value.lead, *known.value.others):
        return []
    return [Replace(key, replace(known.value, others=(*known.value.others, lead)), known.version)]


def update_crm_link(row: Row[Profile], link: CrmLink, now: datetime, opted_out: bool | None = None) -> list[Change]:
    """Return the change of the profile, and a new activity if sales converted the lead; [] if all is the same.

    `opted_out` is the opt-out of the record, None if it was not read.
    """
    opt_out = row.value.crm_opt_out if opted_out is None else opted_out
    if (link, opt_out) == (row.value.crm, row.value.crm_opt_out):
        return []
    profile, converted = with_crm_link(replace(row.value, crm_opt_out=opt_out), link, now)
    changes: list[Change] = [Replace(row.key, profile, row.version)]
    if converted:
        changes.append(Create(keys.activity(profile.id, now, converted.id), converted, due=now))
    return changes


def known_profiles(leads: Collection[str], table: Table) -> dict[str, Profile]:
    """Return the profiles of these leads, by lead, without those that do not exist. Reads nothing without leads."""
    rows = table.get_many([keys.profile(lead) for lead in leads]) if leads else []
    return {row.value.id: row.value for row in rows if row}
