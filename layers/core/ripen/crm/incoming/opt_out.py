"""Leads and Contacts that sales changed in the CRM: opt-out, owner, status, conversion.

They are read as they change, because a lead that does nothing is not written for months.
"""

from copy import replace
from datetime import datetime

from msgspec import Struct

from ripen.crm.incoming.polling import Poll
from ripen.lead.lead import CrmLink

OBJECTS = ("Lead", "Contact")


class OptOutPoll(Poll, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `poll#opt-outs#Lead` row, and that of Contacts, on the agenda from the first publication on.

    Each has its own, so that a user without the right to read Contacts does not stop the opt-outs of Leads.
    """

    since: datetime


class PersonRecord(Struct, frozen=True, kw_only=True):
    """A Lead or Contact of ours that somebody has changed."""

    id: str
    lead: str
    """Our lead, by the key in the record."""
    opted_out: bool
    """True if the person wants no mail or no calls."""
    changed: datetime
    owner: str = ""
    owner_name: str = ""
    owner_email: str = ""
    status: str = ""
    """"" for a Contact."""
    contact: str = ""
    """Id of the Contact that this Lead became."""
    master: str = ""
    """Id of the record that this one was merged into."""
    deleted: bool = False
    by_us: bool = False
    """True if Ripen changed it last."""


def present_link(link: CrmLink, found: PersonRecord) -> CrmLink:
    """Return the link as the record is now: to the Contact that a converted Lead became, or the record it is part of.

    A merged record says nothing of the owner and the status of the other one.
    """
    if found.master:
        return _to(link, link.object, found.master)
    if found.contact:
        link = _to(link, "Contact", found.contact)
    else:
        link = replace(link, status=found.status or link.status, deleted=found.deleted)
    return replace(link, owner=found.owner, owner_name=found.owner_name, owner_email=found.owner_email)


def _to(link: CrmLink, object: str, id: str) -> CrmLink:
    page = link.url.replace(f"/{link.object}/{link.id}", f"/{object}/{id}")
    return CrmLink(object=object, id=id, url=page)
