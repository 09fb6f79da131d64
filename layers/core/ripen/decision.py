"""A decision and its reason: why Ripen sent, skipped or held a mail, changed a rank, alerted sales, and so on.

The words for people are in operations/decision_words.py: kinds with their outcomes, and reasons, in both languages.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class DecisionKind(StrEnum):
    """The thing that a decision is about."""

    SEND = "send"
    ENROLLMENT = "enrollment"
    STEP = "step"
    RANK = "rank"
    VERDICT = "verdict"
    ALERT = "alert"
    CRM = "crm"
    WEBHOOK = "webhook"
    REPLY = "reply"
    ANSWER = "answer"
    """An odd answer in a form."""
    SUPPRESSION = "suppression"


class Outcome(StrEnum):
    """What was decided."""

    ACCEPTED = "accepted"
    """SES took the mail; of an alert: sales took the lead."""
    SKIPPED = "skipped"
    FAILED = "failed"
    HELD = "held"
    UNKNOWN = "unknown"
    POSTPONED = "postponed"
    RELEASED = "released"
    WOULD_HAVE_SENT = "would have sent"
    ENTERED = "entered"
    REFUSED = "refused"
    FINISHED = "finished"
    EXITED = "exited"
    STUCK = "stuck"
    TOOK = "took"
    MOVED = "moved"
    ROSE = "rose"
    FELL = "fell"
    ANNOUNCED = "announced"
    """Sales hears now about a lead that turned hot when the rules changed."""
    MACHINE = "machine"
    HUMAN = "human"
    REPEATED = "repeated"
    POSTED = "posted"
    NOT_A_FIT = "not a fit"
    WOULD_HAVE_POSTED = "would have posted"
    HANDED_OFF = "handed off"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    REASSIGNED = "reassigned"
    CREATED = "created"
    UPDATED = "updated"
    WAITS = "waits"
    DONE = "done"
    NOT_DONE = "not done"
    WOULD_HAVE_BEEN_DONE = "would have been done"
    OWNER_SET = "owner set"
    OWNER_NOT_SET = "owner not set"
    OWNER_ASKED = "owner asked"
    """A colleague owns the record and was asked to get in touch with the person who pressed Accept."""
    WOULD_HAVE_SET_OWNER = "would have set the owner"
    WOULD_HAVE_WRITTEN = "would have written"
    ANSWERED = "answered"
    WOULD_HAVE_CALLED = "would have called"
    AUTOMATIC = "automatic"
    GONE = "gone"
    """Of earlier versions, which suppressed an address if an automatic reply said that nobody reads it."""
    UNPROVEN = "unproven"
    """A reply whose sender nothing proves."""
    DOUBTFUL = "doubtful"
    """A reply that may be automatic."""
    JOINED = "joined"
    CLEANED = "cleaned"
    CUT = "cut"
    LEFT_OUT = "left out"


class Reason(StrEnum):
    """Ripen's own reasons. A decision may also carry the words of an outside system, or a reason with a detail.

    A detail follows a colon or the word "by": "policy: tag vip", "released by mika".
    """

    NO_CONSENT = "no consent"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"
    POLICY = "policy"
    OPTED_OUT = "opted out in Salesforce"
    OPEN_OPPORTUNITY = "open opportunity"
    QUIET_HOURS = "quiet hours"
    CAPPED = "capped"
    WARMING_UP = "warm-up"
    REQUESTED_TOO_OFTEN = "requested too often"
    OVER_HOURLY_LIMIT = "over the hourly limit"
    EXPIRED = "expired"
    LEFT_JOURNEY = "left the journey"
    CAMPAIGN_STOPPED = "campaign stopped"
    SENDING_STOPPED = "stopped"
    SHADOW = "shadow"
    NO_LEAD = "no such lead"
    NO_SUCH_MAIL = "no such mail"
    CANNOT_RENDER = "cannot be written"
    TOO_LARGE = "too large"
    REFUSED_BY_SES = "refused by SES"
    NO_ANSWER = "no answer from SES"
    SENT_AGAIN = "no answer, sent again"
    WORKER_LOST = "the worker did not come back"
    REJECTED_BY_SES = "rejected by SES"
    RENDERING_FAILED = "rendering failed"
    RELEASED = "released"
    DROPPED = "dropped"
    GOAL_REACHED = "goal reached"
    EXIT_CONDITION = "exit condition met"
    EXIT_STEP = "exit step"
    REPLIED = "replied"
    CONVERTED = "converted"
    ERASED = "erased"
    WENT_IN_CIRCLES = "went in circles"
    JOURNEY_CHANGED = "the journey was changed"
    TAKEN_OUT = "taken out"
    NO_JOURNEY = "no such journey"
    ENTERED_ONCE = "entered once already"
    ENTERED_LATELY = "entered recently"
    ASKED_AGAIN = "asked for the mail again"
    STILL_IN_IT = "still in it"
    ENTERED_FOR_THIS = "entered for this already"
    NOT_FOR_IT = "does not match `who`"
    TOO_LATE = "came too late"
    PLAYBOOK_CHANGED = "playbook changed"
    ACTIVITY = "activity"
    DECAY = "decay"
    VERDICTS_REVISED = "verdicts revised"
    NO_PROOF = "no proof"
    DISQUALIFIED = "disqualified"
    HIDDEN_LINK = "fetched the hidden link"
    HIDDEN_LINK_BY_ANOTHER = "another browser of this network fetched the hidden link"
    SCANNER = "identifies itself as a scanner"
    NO_BROWSER = "does not identify itself as a browser"
    NOT_A_PAGE_REQUEST = "not requested like a page"
    HEAD_REQUEST = "requested with HEAD"
    PERSON_FOLLOWED = "followed by a person"
    FOLLOWS_MACHINE = "follows a machine's click"
    MORE_VALUES = "more than one value"
    MORE_ADDRESSES = "more than one address"
    NOT_AN_OPTION = "not one of the options"
    NOT_A_DATE = "not a date"
    NO_CLEAR_YES = "not a clear yes"
    TOO_LONG = "too long"


class KeptDecision(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A decision that is kept in the row that it is about: a mail's or an enrollment's. It is an array in JSON."""

    at: datetime
    outcome: Outcome
    reason: str = ""
    step: str = ""
    visit: int = 0
    """The visit to the step that was decided about."""


class Decision(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An append-only row that explains one decision about a lead."""

    id: str
    lead: str
    at: datetime
    what: DecisionKind
    subject: str
    """The email, journey, rank or record that the decision is about."""
    outcome: Outcome
    reason: str = ""
    """A Reason, if need be with a detail, or the words of an outside system."""
    bundle: str = ""
    """Hash of the playbook that was in force."""
    activities: tuple[str, ...] = ()
    facts: dict[str, str] = {}


class EmbeddedDecision(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, array_like=True
):
    """A decision inside the row that it is about. The row says the rest: the lead and the time."""

    what: DecisionKind
    outcome: Outcome
    subject: str
    reason: str = ""
    bundle: str = ""
    activities: tuple[str, ...] = ()
    """Empty if the decision is inside the only activity that caused it."""
    facts: dict[str, str] = {}


def embed(decision: Decision, owner: str) -> EmbeddedDecision:
    """Return the decision as it is kept inside the row with the id `owner`."""
    return EmbeddedDecision(
        what=decision.what,
        outcome=decision.outcome,
        subject=decision.subject,
        reason=decision.reason,
        bundle=decision.bundle,
        activities=() if decision.activities == (owner,) else decision.activities,
        facts=decision.facts,
    )


def extract(embedded: EmbeddedDecision, lead: str, owner: str, number: int, at: datetime) -> Decision:
    """Return the decision with that number inside the row with the id `owner`."""
    return Decision(
        id=f"{owner}.{number}",
        lead=lead,
        at=at,
        what=embedded.what,
        subject=embedded.subject,
        outcome=embedded.outcome,
        reason=embedded.reason,
        bundle=embedded.bundle,
        activities=embedded.activities or (owner,),
        facts=embedded.facts,
    )
