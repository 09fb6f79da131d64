"""An action: what a person in Slack asked for by a button, kept until it is done in Salesforce and on the card."""

from datetime import datetime

from msgspec import Struct


class CardAction(Struct, frozen=True, kw_only=True):
    """`id` comes from Slack's trigger id; `verb` is "accept" or "not_fit"."""

    id: str
    lead: str
    alert: str
    verb: str
    user: str
    user_name: str
    at: datetime
    response_url: str = ""
    claimed: datetime | None = None
    """When a worker took it to ask Salesforce: another leaves it alone for five minutes."""
    done: datetime | None = None
    outcome: str = ""
    attempts: int = 0
