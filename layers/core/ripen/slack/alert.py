"""An alert: one card in Slack about one lead or one campaign, posted once and kept up to date."""

from copy import replace
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from ripen.campaign.halt import Halt
from ripen.crm.ownership import Handover
from ripen.hand_off.hand_off import HandOff
from ripen.lead.lead import FormAnswers

HOT = "hot"
CONTACT_REQUEST = "contact request"
HAND_OFF = "hand-off"
"""By a step of a journey."""
HAND_OFFS = (HOT, CONTACT_REQUEST, HAND_OFF)
"""The kinds of alerts that hand a lead off to sales."""
OWN_HAND_OFF = "your hand-off"
REMINDER = "reminder"
ESCALATION = "escalation"
REASSIGNMENT = "reassignment"
HAND_OFF_MESSAGES = (OWN_HAND_OFF, REMINDER, ESCALATION, REASSIGNMENT)
"""The kinds of messages about a hand-off: direct ones show its card, and others are lines in the thread of it."""
REPLY = "reply"
UNPROVEN_REPLY = "unproven reply"
DOUBTFUL_REPLY = "doubtful reply"
"""Perhaps a machine's."""


class AlertState(StrEnum):
    PLANNED = "planned"
    CLAIMED = "claimed"
    POSTED = "posted"
    FAILED = "failed"
    SHADOW = "shadow"
    """Not posted because of shadow mode, and not posted later."""


class AlertOutcome(StrEnum):
    """What sales made of the lead."""

    OPEN = ""
    ACCEPTING = "accepting"
    """A person pressed Accept, and the CRM has not agreed yet."""
    ACCEPTED = "accepted"
    RELEASING = "releasing"
    """The person gives the lead back, and the CRM has not agreed yet."""
    NOT_A_FIT = "not a fit"


class Asked(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The owner in the CRM was asked to get in touch with a person who pressed Accept."""

    by: str
    """Slack user id of that person."""
    by_name: str
    owner: str
    """Id of the owner in the CRM."""
    owner_name: str
    owner_email: str = ""
    at: datetime


class Alert(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `alert#<id>` row: PLANNED → CLAIMED → POSTED.

    An ambiguous post is looked up by its metadata before it is posted again.
    """

    id: str
    lead: str
    """"" if the alert is about a campaign."""
    kind: str
    """HAND_OFFS show the lead: CONTACT_REQUEST with the title of its form in `text`, HAND_OFF with the step's reason.

    HAND_OFF_MESSAGES are about another alert. "note", REPLY, UNPROVEN_REPLY and DOUBTFUL_REPLY show `text` from a
    journey or a reply, "halt" shows `halt`."""
    to: str = ""
    """The address in Slack of the colleague who gets a direct message; "" for a message in a channel."""
    about: str = ""
    """Id of the hand-off's alert that a message is about."""
    hand_off: HandOff | None = None
    """Who got the lead; None before it is routed, and without routing.yaml."""
    planned: datetime
    state: AlertState = AlertState.PLANNED
    claimed: datetime | None = None
    """When a worker claimed it; None after an answer was lost, so that any worker may look the post up."""
    posted: datetime | None = None
    text: str = ""
    answers: FormAnswers | None = None
    """What a contact request said besides the fields of the profile."""
    left_out: int = 0
    """Later replies of this kind, or contact requests, of the same day that got no card."""
    halt: Halt | None = None
    channel: str = ""
    """The channel it was posted to; before that, the channel it is meant for ("" is the sales channel)."""
    ts: str = ""
    """Slack's id of the message within the channel."""
    shown: str = ""
    """Digest of the card as Slack shows it, so that an update that changes nothing is skipped."""
    outcome: AlertOutcome = AlertOutcome.OPEN
    by: str = ""
    """Slack user id of the person who pressed the button. "" while the alert is open."""
    by_name: str = ""
    acted: datetime | None = None
    press: str = ""
    """Id of the press that is being carried out, "" if none is."""
    asked: Asked | None = None
    handover: Handover | None = None
    """What the acceptance changed in the CRM; None if nothing, as in shadow mode."""
    settled: datetime | None = None
    """When the last press was settled. A second press of the same person from before then counts as a double press."""
    settled_by: str = ""
    attempts: int = 0
    error: str = ""
    """Why the last attempt failed ("chat.postMessage: not_in_channel"), or why the card waits."""
    failing_since: datetime | None = None
    """When the first of the attempts that failed in a row was made."""


def with_answer_of(alert: Alert, now: Alert) -> Alert:
    """Return the alert with what presses and later messages have written to the row in the meantime."""
    press = ("outcome", "by", "by_name", "acted", "press", "asked", "handover", "settled", "settled_by")
    return replace(alert, **{name: getattr(now, name) for name in (*press, "left_out", "hand_off")})
