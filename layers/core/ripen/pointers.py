"""Pointers: rows that lead from a key of another system to a lead."""

from datetime import datetime

from msgspec import Struct


class Seen(Struct, frozen=True, kw_only=True):
    """Replay defence: this submission was taken, and became this activity of this lead."""

    lead: str
    activity: str
    expires: datetime | None = None


class Pointer(Struct, frozen=True, kw_only=True):
    """From an address, a CRM id, … to the lead it belongs to."""

    lead: str
