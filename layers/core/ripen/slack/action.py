"""The press of a button on a card in Slack, kept until it is carried out and people are told."""

from copy import replace
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from ripen.backoff import backoff
from ripen.crm.ownership import Handover

ACCEPT = "accept"
NOT_FIT = "not_fit"
RELEASE = "release"
OPEN_CRM = "open_crm"

LEASE = timedelta(minutes=5)
PATIENCE = timedelta(days=1)
"""How long a press waits for Slack, for Salesforce, or for the lead to be there."""
RESPONSE_LIFETIME = timedelta(minutes=30)
"""How long Slack takes answers that only the person sees. Source: docs.slack.dev, "Handling user interaction"."""
_LONGEST_WAIT = timedelta(minutes=15)


class PressOutcome(StrEnum):
    """What became of a press."""

    OPEN = ""
    ACCEPTED = "accepted"
    NOT_A_FIT = "not a fit"
    RELEASED = "released"
    ASKED = "owner asked"
    ASKED_BEFORE = "owner asked before"
    FAILED = "failed"
    NO_ALERT = "no such alert"
    NOTHING = "nothing to do"
    TOO_LATE = "too late"
    CLOSED = "closed before"
    NOT_YOURS = "accepted by another person"
    NOT_ALLOWED = "not allowed"


SILENT = {PressOutcome.ACCEPTED, PressOutcome.NOT_A_FIT, PressOutcome.NO_ALERT, PressOutcome.NOTHING}
"""Outcomes that nobody is told: the card shows them, or nothing happened."""


class CardAction(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `action#<id>` row. `id` comes from Slack's trigger id; `verb` is "accept", "not_fit" or "release"."""

    id: str
    lead: str
    alert: str
    verb: str
    user: str
    user_name: str
    at: datetime
    response_url: str = ""
    claimed: datetime | None = None
    """When a worker claimed it to ask Salesforce or Slack. Other workers leave it alone for five minutes."""
    done: datetime | None = None
    outcome: PressOutcome = PressOutcome.OPEN
    """OPEN until it is settled. Then people are told, and the row is done."""
    reason: str = ""
    """Why it failed or was not allowed: a Failure, a Refusal, or Salesforce's own words."""
    handover: Handover | None = None
    """What the acceptance is about to change in the CRM: the former owner would be unknown after a lost answer."""
    owner_name: str = ""
    """The owner in the CRM after a release."""
    answered: bool = False
    """Whether the person got the answer that nobody else sees."""
    replied: bool = False
    """Whether a worker began to post the reply in the thread, so that it is looked up before it is posted."""
    attempts: int = 0
    error: str = ""
    """Why the last attempt failed, "" after a success."""


def can_answer(action: CardAction, now: datetime) -> bool:
    """Return whether an answer that only the person sees may still reach them."""
    return action.response_url != "" and now < action.at + RESPONSE_LIFETIME


def is_claimed(action: CardAction, now: datetime) -> bool:
    """Return whether another worker works on it. Two that search for a Task at once would find none and create two."""
    return action.claimed is not None and now < action.claimed + LEASE


def retried(action: CardAction, error: str, first: timedelta, now: datetime) -> tuple[CardAction, datetime]:
    """Return the action without its claim and its next due time: after `first`, doubled with each attempt."""
    later = replace(action, attempts=action.attempts + 1, claimed=None, error=error)
    return later, now + backoff(action.attempts, first, _LONGEST_WAIT)
