"""What becomes of an alert's hand-off: it is routed, begins to wait when the card is posted, and takes its steps.

Each message is an alert of its own, so it is posted once, as cards are: direct to a person, or in the card's thread.
"""

from copy import replace
from datetime import datetime

from msgspec import Struct

from ripen import ids
from ripen.decision import Outcome
from ripen.hand_off.clock import Step, next_step, started, taken, team_of, waited_minutes
from ripen.hand_off.hand_off import HandOff
from ripen.hand_off.routing import Route
from ripen.playbook.bundle import Bundle
from ripen.slack.alert import ESCALATION, OWN_HAND_OFF, REASSIGNMENT, REMINDER, Alert, AlertOutcome, AlertState
from ripen.slack.hand_off_words import direct_words, thread_words

_TAKEN = (AlertOutcome.ACCEPTED, AlertOutcome.RELEASING, AlertOutcome.NOT_A_FIT)
_OUTCOMES = {Step.REMIND: Outcome.REMINDED, Step.ESCALATE: Outcome.ESCALATED, Step.REASSIGN: Outcome.REASSIGNED}
_KINDS = {Step.REMIND: REMINDER, Step.ESCALATE: ESCALATION, Step.REASSIGN: REASSIGNMENT}


class HandOffChange(Struct, frozen=True, kw_only=True):
    """The alert after a change of its hand-off, and what is said and recorded about it."""

    alert: Alert
    hand_off: HandOff
    """That of the alert."""
    messages: tuple[Alert, ...] = ()
    outcome: Outcome
    facts: dict[str, str] = {}


def routed(alert: Alert, route: Route, owner_id: str) -> Alert:
    """Return the alert with its route; its card goes to the team's channel, if it has one."""
    team = route.team
    hand_off = HandOff(
        rule=route.rule.name if route.rule else "",
        team=team.name if team else "",
        owner=route.owner,
        owner_id=owner_id,
        unassigned=route.unassigned,
    )
    return replace(alert, hand_off=hand_off, channel=(team.channel if team else "") or alert.channel)


def begins(alert: Alert) -> bool:
    """Return whether the card has been posted and the clock of its hand-off has not been started."""
    hand_off = alert.hand_off
    is_new = hand_off is not None and hand_off.team != "" and hand_off.since is None
    return is_new and alert.state is AlertState.POSTED and alert.outcome is AlertOutcome.OPEN


def begun(alert: Alert, hand_off: HandOff, bundle: Bundle, now: datetime) -> HandOffChange:
    """Start the clock at the time of the post, and tell the owner."""
    running = started(hand_off, alert.posted or now)
    after = replace(alert, hand_off=running)
    messages = (_message(after, running, OWN_HAND_OFF, running.owner, bundle, now),) if running.owner else ()
    facts = {"owner": running.owner or running.team, "team": running.team, "rule": running.rule}
    return HandOffChange(alert=after, hand_off=running, messages=messages, outcome=Outcome.HANDED_OFF, facts=facts)


def due_step(alert: Alert, bundle: Bundle) -> tuple[datetime, Step] | None:
    """Return the next step and its time, while nobody has accepted the lead."""
    is_open = alert.state is AlertState.POSTED and alert.outcome is AlertOutcome.OPEN
    return next_step(alert.hand_off, bundle) if is_open and alert.hand_off else None


def stepped(
    alert: Alert, hand_off: HandOff, step: Step, bundle: Bundle, now: datetime, owner: str = "", owner_id: str = ""
) -> HandOffChange:
    """Take a step. `owner` is the next owner for Step.REASSIGN; without one, the lead stays with its owner."""
    minutes = waited_minutes(hand_off, now, bundle)
    after = taken(hand_off, step, now)
    team = team_of(hand_off, bundle)
    match step:
        case Step.REMIND:
            to = hand_off.owner
        case Step.ESCALATE:
            to = team.manager if team else ""
        case Step.REASSIGN:
            to = owner
            after = replace(after, owner=owner or after.owner, owner_id=owner_id if owner else after.owner_id)
    changed = replace(alert, hand_off=after)
    said = tuple(_message(changed, after, _KINDS[step], who, bundle, now) for who in ((to, "") if to else ()))
    facts = {"owner": to or hand_off.owner or hand_off.team, "minutes": str(minutes), "team": hand_off.team}
    return HandOffChange(alert=changed, hand_off=after, messages=said, outcome=_OUTCOMES[step], facts=facts)


def is_waiting(alert: Alert) -> bool:
    """Return whether the hand-off belongs in the team's list of those that nobody has accepted."""
    hand_off = alert.hand_off
    return hand_off is not None and hand_off.since is not None and alert.outcome not in _TAKEN


def _message(alert: Alert, hand_off: HandOff, kind: str, to: str, bundle: Bundle, now: datetime) -> Alert:
    """Return the message to a person, or in the thread of the card without one."""
    words, minutes = direct_words if to else thread_words, waited_minutes(hand_off, now, bundle)
    return Alert(
        id=ids.digest("hand-off", alert.id, kind, to),
        lead=alert.lead,
        kind=kind,
        planned=now,
        text=words(kind, hand_off, minutes, bundle.brand.default_locale),
        channel="" if to else alert.channel,
        to=to,
        about=alert.id,
    )
