"""An alert: one card in Slack about one lead, or one campaign, posted once and kept up to date."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from ripen.campaign.halt import Halt


class AlertState(StrEnum):
    PLANNED = "planned"
    CLAIMED = "claimed"
    POSTED = "posted"
    FAILED = "failed"
    SHADOW = "shadow"
    """Would have been posted, had it not been for shadow mode; it is not posted later."""


class Alert(Struct, frozen=True, kw_only=True):
    """PLANNED → CLAIMED → POSTED. An ambiguous post is looked up by its metadata before it is made again (rule 5)."""

    id: str
    lead: str
    """"" where it is about a campaign."""
    kind: str
    """"hot": the card of a lead; "note": `text`, from a journey; "reply": `text`, from a mail of the lead's; "halt": of
    a campaign."""
    planned: datetime
    state: AlertState = AlertState.PLANNED
    claimed: datetime | None = None
    posted: datetime | None = None
    text: str = ""
    halt: Halt | None = None
    channel: str = ""
    """Where it stands, once posted; before, where it is wanted ("": the sales channel)."""
    ts: str = ""
    """Slack's name of the message within the channel."""
    shown: str = ""
    """Digest of the card as it stands in Slack: an update that would change nothing is not made."""
    outcome: str = ""
    """"" while open, then "accepted" or "not a fit"."""
    by: str = ""
    """Slack user id of who did it."""
    by_name: str = ""
    acted: datetime | None = None
    attempts: int = 0
    error: str = ""
