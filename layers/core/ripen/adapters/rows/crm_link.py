"""The rows that change when a lead gets another CRM record, or its record another owner."""

from collections.abc import Collection
from copy import replace
from datetime import datetime

from ripen.adapters.table import Change, Create, Replace, Row, Table, keys
from ripen.agenda import Lane
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


def update_crm_link(
    row: Row[Profile],
    link: CrmLink,
    now: datetime,
    opted_out: bool | None = None,
    by_us: bool = False,
    merged: bool = False,
) -> list[Change]:
    """Return the change of the profile, and the activities of what sales did with the record; [] if all is the same.

    `opted_out` is the opt-out of the record, None if it was not read. `by_us` says that Ripen changed the owner;
    `merged` that sales merged the record into that of the link.
    """
    profile, done = with_crm_link(row.value, link, now, by_us, opted_out, merged)
    if profile == row.value:
        return []
    return [
        Replace(row.key, profile, row.version),
        *(Create(keys.activity(profile.id, now, each.id), each, due=now, lane=Lane.BULK) for each in done),
    ]


def known_profiles(leads: Collection[str], table: Table) -> dict[str, Profile]:
    """Return the profiles of these leads, by lead, without those that do not exist. Reads nothing without leads."""
    rows = table.get_many([keys.profile(lead) for lead in leads]) if leads else []
    return {row.value.id: row.value for row in rows if row}
