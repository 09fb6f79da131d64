"""An alert: one card in Slack about one lead or one campaign, posted once and kept up to date."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from ripen.campaign.halt import Halt

HOT = "hot"
CONTACT_REQUEST = "contact request"
REPLY = "reply"
UNPROVEN_REPLY = "unproven reply"


class AlertState(StrEnum):
    PLANNED = "planned"
    CLAIMED = "claimed"
    POSTED = "posted"
    FAILED = "failed"
    SHADOW = "shadow"
    """Not posted because of shadow mode, and not posted later."""


class Alert(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `alert#<id>` row: PLANNED → CLAIMED → POSTED.

    An ambiguous post is looked up by its metadata before it is posted again.
    """

    id: str
    lead: str
    """"" if the alert is about a campaign."""
    kind: str
    """HOT and CONTACT_REQUEST show the lead, the latter with the title of its form in `text`. "note", REPLY and
    UNPROVEN_REPLY show `text` from a journey or a reply, "halt" shows `halt`."""
    planned: datetime
    state: AlertState = AlertState.PLANNED
    claimed: datetime | None = None
    """When a worker claimed it; None after an answer was lost, so that any worker may look the post up."""
    posted: datetime | None = None
    text: str = ""
    left_out: int = 0
    """Later unproven replies, or contact requests, of the same day that got no card."""
    halt: Halt | None = None
    channel: str = ""
    """The channel it was posted to; before that, the channel it is meant for ("" is the sales channel)."""
    ts: str = ""
    """Slack's id of the message within the channel."""
    shown: str = ""
    """Digest of the card as Slack shows it, so that an update that changes nothing is skipped."""
    outcome: str = ""
    """"" while open, then "accepted" or "not a fit"."""
    by: str = ""
    """Slack user id of the person who pressed the button."""
    by_name: str = ""
    acted: datetime | None = None
    attempts: int = 0
    error: str = ""
