"""The press of a button on a card in Slack, kept until it is done in Salesforce and shown on the card."""

from datetime import datetime

from msgspec import Struct


class CardAction(Struct, frozen=True, kw_only=True):
    """The `action#<id>` row. `id` comes from Slack's trigger id; `verb` is "accept" or "not_fit"."""

    id: str
    lead: str
    alert: str
    verb: str
    user: str
    user_name: str
    at: datetime
    response_url: str = ""
    claimed: datetime | None = None
    """When a worker claimed it to ask Salesforce. Other workers leave it alone for five minutes."""
    done: datetime | None = None
    outcome: str = ""
    attempts: int = 0
