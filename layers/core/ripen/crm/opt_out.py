"""Opt-outs that sales entered in the CRM, read as they change: a lead that does nothing is not written for months."""

from copy import replace
from datetime import datetime

from msgspec import Struct

from ripen.lead.lead import CrmLink


class OptOutPoll(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `poll#opt-outs` row, on the agenda from the first publication on."""

    since: datetime
    """All changes of Leads up to this time are read."""
    contacts_since: datetime | None = None
    """The same of Contacts; None: `since`."""
    attempts: int = 0
    """Failed polls since the CRM last answered."""
    failing_since: datetime | None = None
    """When the first of them was made."""
    error: str = ""
    """The CRM's answer to the last of them."""


class PersonOptOut(Struct, frozen=True, kw_only=True):
    """A Lead or Contact that sales has changed."""

    record: str
    lead: str
    """Our lead, by the key in the record."""
    opted_out: bool
    """True if the person wants no mail or no calls."""
    changed: datetime


def cursor(poll: OptOutPoll, object: str) -> datetime:
    """Return up to when the changes of this object are read."""
    return poll.contacts_since or poll.since if object == "Contact" else poll.since


def reached(poll: OptOutPoll, object: str, at: datetime) -> OptOutPoll:
    """Return the poll after all changes of this object up to that time were read."""
    if object == "Contact":
        return replace(poll, contacts_since=at)
    return replace(poll, since=at, contacts_since=cursor(poll, "Contact"))


def is_about(change: PersonOptOut, link: CrmLink | None) -> bool:
    """Return whether the record is the one that the lead is linked to: others of the same person do not count."""
    return link is not None and link.id == change.record
