"""A visitor: one browser on one site, before and after we know whose it is.

The visitor is surely a lead's after a form was submitted there, and only likely a lead's after a link in the lead's
mail was followed, because mails are forwarded. A likely visit may score the lead, but never reveals anything about the
lead.
"""

import re
from datetime import datetime

from msgspec import Struct

_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class VisitorPointer(Struct, frozen=True, kw_only=True):
    """The lead to whom the visits of this browser belong from now on."""

    lead: str
    sure: bool


class Join(Struct, frozen=True, kw_only=True):
    """The `join#<visitor>` row of a lead: due while earlier visits of that browser are still to be copied."""

    lead: str
    visitor: str
    at: datetime


class Bridge(Struct, frozen=True, kw_only=True):
    """Connects a click in a mail with the page that it opened, once and for ten minutes."""

    lead: str
    send: str
    click: str
    """Id of the click's activity."""
    at: datetime
    visitor: str = ""
    """The visitor that crossed it, "" while none has."""


def is_visitor(id: str) -> bool:
    """Return whether the text has the form of an id that our script makes."""
    return _ID.fullmatch(id) is not None
