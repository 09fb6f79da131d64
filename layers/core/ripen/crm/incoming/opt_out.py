"""Opt-outs that sales entered in the CRM, read as they change: a lead that does nothing is not written for months."""

from datetime import datetime

from msgspec import Struct

from ripen.crm.incoming.polling import Poll

OBJECTS = ("Lead", "Contact")


class OptOutPoll(Poll, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `poll#opt-outs#Lead` row, and that of Contacts, on the agenda from the first publication on.

    Each has its own, so that a user without the right to read Contacts does not stop the opt-outs of Leads.
    """

    since: datetime


class PersonOptOut(Struct, frozen=True, kw_only=True):
    """A Lead or Contact that sales has changed."""

    id: str
    lead: str
    """Our lead, by the key in the record."""
    opted_out: bool
    """True if the person wants no mail or no calls."""
    changed: datetime
