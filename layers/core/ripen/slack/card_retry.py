"""A card that Slack did not take: how long it waits, and when a person must act.

Whatever Slack refuses is retried until it works, unless the card's content is at fault.
"""

from copy import replace
from datetime import datetime, timedelta

from ripen.backoff import backoff
from ripen.errors import Undeliverable, Unsure
from ripen.slack.alert import Alert, AlertState
from ripen.slack.slack_errors import EARLIER_CARD, error_code, is_final

_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)
_LOOK_UP = timedelta(seconds=15)
"""How long after an ambiguous post it is looked up; doubled with each one that did not come through."""
_LONG = timedelta(minutes=10)


def failing(alert: Alert, reason: str, now: datetime) -> Alert:
    """Return the alert after an attempt that failed."""
    since = alert.failing_since or now
    return replace(alert, claimed=None, attempts=alert.attempts + 1, error=reason, failing_since=since)


def behind(alert: Alert, now: datetime) -> Alert:
    """Return the alert while an earlier card of its lead is not posted."""
    return replace(alert, error=EARLIER_CARD, failing_since=alert.failing_since or now)


def without_errors(alert: Alert) -> Alert:
    """Return the alert without its errors."""
    return replace(alert, attempts=0, error="", failing_since=None)


def retry_wait(alert: Alert, error: Undeliverable | Unsure) -> timedelta:
    """Return the wait after this error: as long as Slack says, else from 30 seconds to 15 minutes."""
    if isinstance(error, Unsure):
        return backoff(alert.attempts, _LOOK_UP, _LONGEST_WAIT)
    return backoff(alert.attempts, _FIRST_WAIT, _LONGEST_WAIT, error.after or None)


def needs_a_person(alert: Alert, now: datetime) -> bool:
    """Return whether the card has waited for Slack for ten minutes, or Slack refused its content.

    Sales does not know about the lead.
    """
    if alert.state is AlertState.FAILED:
        return is_final(error_code(alert.error))
    return alert.failing_since is not None and now - alert.failing_since >= _LONG
