"""A visitor: one browser on one site, before and after we know whose it is.

A form that was submitted there binds it to a lead. A link in the lead's mail makes it only likely the lead's, because
mails are forwarded. A likely visit may score the lead, but never reveals anything about the lead. visit_owner.py has
the rules.
"""

import re
from datetime import datetime

from msgspec import Struct

_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Stay(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The time in which the visits of a browser belong to one lead."""

    lead: str
    """"" while leads share the browser: its visits are nobody's."""
    bound: bool
    """True after a form, False if the browser is only likely the lead's."""
    since: datetime | None = None
    """The visits from then on, by our clock; None: all earlier ones too."""


class MailVisit(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The last visit that a click in a mail began: to whom the mail was, and when the page was opened."""

    lead: str
    at: datetime


class VisitorPointer(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Whose the visits of this browser are: the fields of the present stay, and what the rules ask."""

    lead: str
    bound: bool
    since: datetime | None = None
    proven: bool = False
    """Whether a form proved that the browser is the lead's."""
    seen: datetime | None = None
    """When the lead last came by a click or posted a form; None in rows of older releases."""
    before: Stay | None = None
    """The stay before: a visit may be recorded late."""
    mail_visit: MailVisit | None = None


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


def is_visitor(id: str) -> bool:
    """Return whether the text has the form of an id that our script makes."""
    return _ID.fullmatch(id) is not None
