"""What a press of a button leads to: whether it counts, as the alert is now, and what becomes of the alert.

A press of Accept first closes the card for others ("accepting"). The lead is accepted when the CRM has agreed. After a
lasting failure the card is open again. Release is the reverse: only the person who accepted may press it.
"""

from copy import replace
from datetime import datetime
from enum import StrEnum

from ripen import ids
from ripen.crm.ownership import Handover
from ripen.hand_off.clock import started
from ripen.lead.activity import Activity, Kind
from ripen.slack.action import ACCEPT, RELEASE, CardAction
from ripen.slack.alert import Alert, AlertOutcome, Asked


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
    NOT_YOURS = "not yours"
    """Somebody else accepted the lead, so this person cannot release it."""


def course(action: CardAction, alert: Alert) -> Course:
    """Return what to do with a press that is not settled."""
    if alert.press == action.id:
        return Course.RESUME
    if action.verb == RELEASE:
        return _course_of_release(action, alert)
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


def _course_of_release(action: CardAction, alert: Alert) -> Course:
    is_old = alert.settled is not None and action.at <= alert.settled
    match alert.outcome:
        case AlertOutcome.OPEN | AlertOutcome.NOT_A_FIT:
            return Course.NOTHING
        case _ if alert.by != action.user:
            return Course.NOT_YOURS
        case AlertOutcome.ACCEPTED:
            return Course.NOTHING if is_old else Course.BEGIN
        case _:
            return Course.NOTHING


def begun(alert: Alert, action: CardAction) -> Alert:
    """Return the alert while the press is being carried out."""
    if action.verb == RELEASE:
        return replace(alert, outcome=AlertOutcome.RELEASING, press=action.id)
    return replace(
        alert,
        outcome=AlertOutcome.ACCEPTING,
        by=action.user,
        by_name=action.user_name,
        acted=action.at,
        press=action.id,
    )


def answered(
    alert: Alert, action: CardAction, outcome: AlertOutcome, now: datetime, handover: Handover | None = None
) -> Alert:
    """Return the alert that the person has answered."""
    return replace(
        alert,
        outcome=outcome,
        by=action.user,
        by_name=action.user_name,
        acted=action.at,
        press="",
        handover=handover,
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
        handover=None,
        settled=now,
        settled_by=action.user,
    )


def released(alert: Alert, action: CardAction, now: datetime) -> Alert:
    """Return the alert after a release: its buttons are back, and the clock of its hand-off begins again."""
    opened = reopened(alert, action, now)
    return replace(opened, hand_off=started(opened.hand_off, now)) if opened.hand_off else opened


def was_asked(alert: Alert, owner: str) -> bool:
    """Return whether this owner has been asked already."""
    return alert.asked is not None and alert.asked.owner == owner


def still_accepted(alert: Alert, action: CardAction, now: datetime) -> Alert:
    """Return the alert after a release that failed."""
    return replace(alert, outcome=AlertOutcome.ACCEPTED, press="", settled=now, settled_by=action.user)


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
