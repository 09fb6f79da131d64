"""A visitor: one browser on one site, before and after we know whose it is.

The visitor is bound to a lead by a form that was submitted there, and only likely the lead's after a link in the lead's
mail was followed, because mails are forwarded. A likely visit may score the lead, but never reveals anything about the
lead.
"""

import re
from datetime import datetime

from msgspec import Struct

_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class VisitorPointer(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The lead that the visits of this browser belong to from now on."""

    lead: str
    bound: bool
    """True after a form, False if the visitor is only likely the lead's."""


class Join(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `join#<visitor>` row of a lead: due while earlier visits of that browser are still to be copied."""

    lead: str
    visitor: str
    at: datetime


class Bridge(Struct, frozen=True, kw_only=True):
    """Connects a click in a mail with the first browser that opens its page within ten minutes (link_token.py)."""

    lead: str
    click: str
    """Id of the click's activity."""
    at: datetime


class Crossing(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `bridge#<click>` row: the browser that crossed the bridge, so that no other one may."""

    visitor: str


def followed_mail_to(pointer: VisitorPointer, lead: str) -> bool:
    """Return whether the browser came by a link in a mail to this lead, and no form was posted there since.

    A form with the lead's address in such a visit proves the browser.
    """
    return pointer.lead == lead and not pointer.bound


def is_visitor(id: str) -> bool:
    """Return whether the text has the form of an id that our script makes."""
    return _ID.fullmatch(id) is not None
