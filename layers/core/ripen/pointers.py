"""Pointers: rows that map a key of another system to a lead."""

from datetime import datetime

from msgspec import Struct


class Seen(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Replay defence: the submission was accepted and became this activity of this lead."""

    lead: str
    activity: str
    expires: datetime | None = None


class Pointer(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Maps an address, a CRM id, … to its lead."""

    lead: str
    others: tuple[str, ...] = ()
    """The other leads of a CRM record that sales merged from several."""
