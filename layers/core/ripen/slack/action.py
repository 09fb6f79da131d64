"""The press of a button on a card in Slack, kept until it is done in Salesforce and shown on the card."""

from copy import replace
from datetime import datetime, timedelta

from msgspec import Struct

from ripen import ids
from ripen.backoff import backoff
from ripen.lead.activity import Activity, Kind

ACCEPT = "accept"
NOT_FIT = "not_fit"
OPEN_CRM = "open_crm"

ACCEPTED = "accepted"
NOT_A_FIT = "not a fit"

NO_ALERT = "no such alert"
TOO_LATE = "too late"
NOT_ALLOWED = "not allowed"
LEASE = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(hours=6)


class CardAction(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
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
    """ACCEPTED or NOT_A_FIT, or why the press changed nothing: NO_ALERT, TOO_LATE, NOT_ALLOWED. "" while it is open."""
    attempts: int = 0


def is_claimed(action: CardAction, now: datetime) -> bool:
    """Return whether another worker works on it. Two that search for a Task at once would find none and create two."""
    return action.claimed is not None and now < action.claimed + LEASE


def outcome_of(action: CardAction) -> str:
    """Return the outcome of the alert if this press is the first."""
    return ACCEPTED if action.verb == ACCEPT else NOT_A_FIT


def activity_of(action: CardAction, now: datetime) -> Activity:
    """Return the lead's activity for the press."""
    return Activity(
        id=ids.digest("activity", action.id),
        lead=action.lead,
        kind=Kind.ACCEPTED_BY_SALES if action.verb == ACCEPT else Kind.REJECTED_BY_SALES,
        at=action.at,
        received=now,
        facts={"alert": action.alert, "user": action.user},
    )


def retried(action: CardAction, first: timedelta, now: datetime) -> tuple[CardAction, datetime]:
    """Return the action without its claim and its next due time: after `first`, doubled with each attempt."""
    return replace(action, attempts=action.attempts + 1, claimed=None), now + backoff(
        action.attempts, first, _LONGEST_WAIT
    )
