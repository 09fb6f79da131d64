"""A visitor: one browser on one site, before and after we know who it is.

It is a lead's *for sure* once a form was filled in there, and *likely* once a link in the lead's mail was followed: mails
are forwarded, so what is likely may score the lead, but never tells anybody anything about it.
"""

import re
from datetime import datetime

from msgspec import Struct

_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class VisitorPointer(Struct, frozen=True, kw_only=True):
    """Whose the visits of this browser are from now on."""

    lead: str
    sure: bool


class Join(Struct, frozen=True, kw_only=True):
    """The `join#<visitor>` row of a lead: due while earlier visits of that browser are still to be copied."""

    lead: str
    visitor: str
    at: datetime


class Bridge(Struct, frozen=True, kw_only=True):
    """From a click in a mail to the page that it opened, once and for ten minutes. `click` is the click's activity."""

    lead: str
    send: str
    click: str
    at: datetime
    visitor: str = ""
    """Who crossed it; "" while nobody has."""


def is_visitor(id: str) -> bool:
    """Is it an id such as our script makes?"""
    return _ID.fullmatch(id) is not None
