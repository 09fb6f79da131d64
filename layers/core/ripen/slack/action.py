"""The press of a button on a card in Slack: what it leads to, and the row that keeps it until it is carried out.

A press of Accept first closes the card for others ("accepting"). The lead is accepted when the CRM has agreed.
After a lasting failure the card is open again.
"""

from copy import replace
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from ripen import ids
from ripen.backoff import backoff
from ripen.lead.activity import Activity, Kind
from ripen.slack.alert import Alert, AlertOutcome, Asked

ACCEPT = "accept"
NOT_FIT = "not_fit"
OPEN_CRM = "open_crm"

LEASE = timedelta(minutes=5)
PATIENCE = timedelta(days=1)
"""How long a press waits for Slack, for Salesforce, or for the lead to be there."""
RESPONSE_LIFETIME = timedelta(minutes=30)
"""How long Slack takes answers that only the person sees. Source: docs.slack.dev, "Handling user interaction"."""
_LONGEST_WAIT = timedelta(hours=6)


class PressOutcome(StrEnum):
    """What became of a press."""

    OPEN = ""
    ACCEPTED = "accepted"
    NOT_A_FIT = "not a fit"
    ASKED = "owner asked"
    ASKED_BEFORE = "owner asked before"
    FAILED = "failed"
    NO_ALERT = "no such alert"
    NOTHING = "nothing to do"
    TOO_LATE = "too late"
    CLOSED = "closed before"
    NOT_ALLOWED = "not allowed"


SILENT = {PressOutcome.ACCEPTED, PressOutcome.NOT_A_FIT, PressOutcome.NO_ALERT, PressOutcome.NOTHING}
"""Outcomes that nobody is told: the card shows them, or nothing happened."""


class Course(StrEnum):
    """What to do with a press, as the alert is now."""

    BEGIN = "begin"
    RESUME = "resume"
    """This press is being carried out."""
    NOTHING = "nothing"
    """The person pressed twice."""
    TOO_LATE = "too late"
    CLOSED = "closed"
    """Somebody else said that the lead is not a fit."""


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
    """When a worker claimed it to ask Salesforce or Slack. Other workers leave it alone for five minutes."""
    done: datetime | None = None
    outcome: PressOutcome = PressOutcome.OPEN
    """OPEN until it is settled. Then people are told, and the row is done."""
    reason: str = ""
    """Why it failed or was not allowed: a Failure, a Refusal, or Salesforce's own words."""
    answered: bool = False
    """Whether the person got the answer that nobody else sees."""
    replied: bool = False
    """Whether a worker began to post the reply in the thread, so that it is looked up before it is posted."""
    attempts: int = 0


def course(action: CardAction, alert: Alert) -> Course:
    """Return what to do with a press that is not settled."""
    if alert.press == action.id:
        return Course.RESUME
    own, early = alert.settled_by == action.user, alert.settled is not None and action.at <= alert.settled
    match alert.outcome:
        case AlertOutcome.OPEN:
            return Course.NOTHING if own and early else Course.BEGIN
        case _ if alert.by == action.user:
            return Course.NOTHING
        case AlertOutcome.NOT_A_FIT:
            return Course.CLOSED
        case _:
            return Course.TOO_LATE


def begun(alert: Alert, action: CardAction) -> Alert:
    """Return the alert while the acceptance is being carried out."""
    return replace(
        alert,
        outcome=AlertOutcome.ACCEPTING,
        by=action.user,
        by_name=action.user_name,
        acted=action.at,
        press=action.id,
    )


def answered(alert: Alert, action: CardAction, outcome: AlertOutcome, now: datetime) -> Alert:
    """Return the alert that the person has answered for good."""
    return replace(
        alert,
        outcome=outcome,
        by=action.user,
        by_name=action.user_name,
        acted=action.at,
        press="",
        settled=now,
        settled_by=action.user,
    )


def reopened(alert: Alert, action: CardAction, now: datetime, asked: Asked | None = None) -> Alert:
    """Return the alert with its buttons back; with `asked`, it says that the owner was asked."""
    return replace(
        alert,
        outcome=AlertOutcome.OPEN,
        by="",
        by_name="",
        acted=None,
        press="",
        asked=asked or alert.asked,
        settled=now,
        settled_by=action.user,
    )


def can_answer(action: CardAction, now: datetime) -> bool:
    """Return whether an answer that only the person sees may still reach them."""
    return action.response_url != "" and now < action.at + RESPONSE_LIFETIME


def is_claimed(action: CardAction, now: datetime) -> bool:
    """Return whether another worker works on it. Two that search for a Task at once would find none and create two."""
    return action.claimed is not None and now < action.claimed + LEASE


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
