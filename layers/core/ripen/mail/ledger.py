"""The send ledger: one row per message to one person, so that nothing is sent twice and nothing is lost."""

from copy import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from zlib import crc32

from msgspec import Struct

from ripen.agenda import Lane
from ripen.backoff import backoff
from ripen.decision import Decision, DecisionKind, Outcome, Reason
from ripen.ids import digest
from ripen.playbook.graph import Priority


class SendState(StrEnum):
    PLANNED = "planned"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    HELD = "held"
    FAILED = "failed"
    SKIPPED = "skipped"


class MailClass(StrEnum):
    """Transactional is what the person asked for and goes without marketing consent."""

    MARKETING = "marketing"
    TRANSACTIONAL = "transactional"


class Send(Struct, frozen=True, kw_only=True):
    """The `send#<id>` row. States and their moves: reference in docs/architecture.md, "The send ledger"."""

    id: str
    lead: str
    email: str
    """Name of the mail in the playbook, not an address."""
    mail_class: MailClass
    origin: str
    """The journey's or the campaign's name."""
    step: str
    planned: datetime
    entry: str = ""
    """The enrollment's key; "" for a campaign's mail."""
    campaign: bool = False
    priority: Priority = "normal"
    capped: Literal["skip", "hold", "drop"] = "skip"
    """What becomes of it over the cap (graph.SendStep)."""
    valid_until: datetime | None = None
    state: SendState = SendState.PLANNED
    reason: str = ""
    attempt: int = 0
    """How many times it was claimed."""
    not_before: datetime | None = None
    """Set where the provider refused for now: no claim until then, whoever wakes us."""
    claimed: datetime | None = None
    unknown: datetime | None = None
    """Since when the outcome is unknown."""
    accepted: datetime | None = None
    message_id: str = ""
    """SES's."""
    bundle: str = ""
    """The playbook it was rendered from, set by the claim, so that a resend is byte-equal."""
    subject: str = ""
    delivered: datetime | None = None
    bounced: datetime | None = None
    complained: datetime | None = None
    clicked: datetime | None = None
    """A campaign's mail: since when a click in it is known to be a person's."""
    events: tuple[str, ...] = ()
    """Digests of feedback already taken in: a repeated event changes nothing."""


class SendPointer(Struct, frozen=True, kw_only=True):
    """From a send id (in a link, in SES's tags) to the lead, the mail and the bundle; kept at least two years."""

    lead: str
    email: str
    bundle: str = ""
    locale: str = ""
    campaign: str = ""
    """The campaign it belongs to, if it is one's: an unsubscription by it counts there."""


LEASE = timedelta(minutes=5)
"""How long a claim may take before we take it that the worker died."""
RESOLVE = timedelta(minutes=60)
"""How long an unknown outcome waits for SES's own event."""
_EARLY = timedelta(seconds=2)
"""A queue may ring this much before the time."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=10)
_RELEASED = timedelta(days=1)
_PACED = {"high": Lane.MAIL_HIGH, "normal": Lane.MAIL, "low": Lane.MAIL_LOW}

OPEN = frozenset({SendState.PLANNED, SendState.CLAIMED, SendState.UNKNOWN})
"""States from which a send moves on by itself: such a row is always on the agenda."""
BY_PROVIDER = frozenset({Reason.REJECTED_BY_SES, Reason.RENDERING_FAILED})
"""Reasons of FAILED that came as an event after the mail was taken: an acceptance does not undo them."""


class IllegalMove(Exception):
    """The row is not in a state from which this can happen: somebody else moved it, read it again."""


class Moved(Struct, frozen=True):
    """The row after a move, and when somebody must look at it again (None: never)."""

    send: Send
    due: datetime | None = None


def lane(send: Send) -> Lane:
    """What a person waits for goes before mass mail, which is paced; what has set out is looked after unpaced."""
    if send.mail_class is MailClass.TRANSACTIONAL:
        return Lane.HOT
    return _PACED[send.priority] if send.state is SendState.PLANNED else Lane.BULK


def may_be_claimed(send: Send, now: datetime) -> bool:
    return send.state is SendState.PLANNED and (send.not_before is None or send.not_before <= now + _EARLY)


def claim(send: Send, bundle: str, subject: str, now: datetime) -> Moved:
    """PLANNED → CLAIMED, for at most five minutes."""
    _from(send, SendState.PLANNED)
    claimed = replace(
        send,
        state=SendState.CLAIMED,
        attempt=send.attempt + 1,
        claimed=now,
        not_before=None,
        bundle=bundle,
        subject=subject,
        reason="",
    )
    return Moved(claimed, now + LEASE)


def skip(send: Send, reason: str) -> Moved:
    """PLANNED → SKIPPED."""
    _from(send, SendState.PLANNED)
    return Moved(replace(send, state=SendState.SKIPPED, reason=reason))


def leaves(send: Send, due: datetime | None, now: datetime) -> datetime | None:
    """When the mail went or, where it still waits, is to go as far as is known; None where it never will."""
    match send.state:
        case SendState.PLANNED:
            return max(due or now, now)
        case SendState.SKIPPED | SendState.FAILED:
            return None
    return send.accepted or send.claimed


def postpone(send: Send, reason: str, until: datetime) -> Moved:
    """PLANNED, and not before then: the policy has it wait."""
    _from(send, SendState.PLANNED)
    return Moved(replace(send, reason=reason, not_before=until), until)


def release(send: Send, who: str, now: datetime) -> Moved:
    """HELD → PLANNED: somebody has looked, and wants it sent although it may have gone before. It has a day for that, however
    long it was held."""
    _from(send, SendState.HELD)
    until = max(send.valid_until, now + _RELEASED) if send.valid_until else None
    planned = replace(send, state=SendState.PLANNED, unknown=None, claimed=None, valid_until=until)
    return Moved(replace(planned, reason=f"{Reason.RELEASED} by {who}"), now)


def drop(send: Send, who: str) -> Moved:
    """HELD → SKIPPED."""
    _from(send, SendState.HELD)
    return Moved(replace(send, state=SendState.SKIPPED, reason=f"{Reason.DROPPED} by {who}"))


def fail(send: Send, reason: str) -> Moved:
    """PLANNED → FAILED: it could not even be written."""
    _from(send, SendState.PLANNED)
    return Moved(replace(send, state=SendState.FAILED, reason=reason))


def accept(send: Send, message_id: str, at: datetime) -> Moved:
    """Any state → ACCEPTED: that the provider took it is proof, and no doubt or plan of ours outweighs it.

    Only what the provider itself gave up afterwards stays FAILED. The earliest time and the first message id stay.
    """
    gave_up = send.state is SendState.FAILED and send.reason in BY_PROVIDER
    return Moved(
        replace(
            send,
            state=send.state if gave_up else SendState.ACCEPTED,
            reason=send.reason if gave_up else "",
            accepted=min(send.accepted or at, at),
            message_id=send.message_id or message_id,
            unknown=None,
            not_before=None,
        )
    )


def foresee(send: Send, bundle: str, subject: str) -> Moved:
    """PLANNED → SKIPPED in shadow mode: it would have gone. It does not go later either."""
    _from(send, SendState.PLANNED)
    return Moved(replace(send, state=SendState.SKIPPED, reason=Reason.SHADOW, bundle=bundle, subject=subject))


def refuse(send: Send, reason: str, permanent: bool, after: int | None, now: datetime) -> Moved:
    """CLAIMED → FAILED for good, or → PLANNED and not before `after` seconds (by default longer with each attempt)."""
    _from(send, SendState.CLAIMED)
    if permanent:
        return Moved(replace(send, state=SendState.FAILED, reason=reason))
    again = now + backoff(send.attempt - 1, _FIRST_PAUSE, _LONGEST_PAUSE, asked=after)
    if after is None:
        again = spread(send, again)
    later = replace(send, state=SendState.PLANNED, reason=reason, not_before=again, claimed=None)
    return Moved(later, again)


def doubt(send: Send, reason: str, now: datetime) -> Moved:
    """CLAIMED → UNKNOWN: there was no clear answer."""
    _from(send, SendState.CLAIMED)
    return Moved(replace(send, state=SendState.UNKNOWN, reason=reason, unknown=now), now + RESOLVE)


def overdue(send: Send, now: datetime) -> Moved | None:
    """What time alone does: a claim whose lease is over → UNKNOWN; an UNKNOWN that no event settled within the hour →
    PLANNED again if the person waits for it, HELD for a human otherwise. None: nothing yet."""
    if send.state is SendState.CLAIMED and send.claimed and send.claimed + LEASE <= now + _EARLY:
        return doubt(send, Reason.WORKER_LOST, now)
    if send.state is SendState.UNKNOWN and send.unknown and send.unknown + RESOLVE <= now + _EARLY:
        if send.mail_class is MailClass.TRANSACTIONAL:
            again = replace(send, state=SendState.PLANNED, unknown=None, claimed=None, reason=Reason.SENT_AGAIN)
            return Moved(again, now)
        return Moved(replace(send, state=SendState.HELD, reason=Reason.NO_ANSWER))
    return None


def decision(before: Send, after: Send, now: datetime) -> Decision | None:
    """What a move means to people: None where the send is only claimed, or tried again."""
    outcome = _outcome(before, after)
    if not outcome:
        return None
    return Decision(
        id=digest("decision", after.id, outcome, after.attempt),
        lead=after.lead,
        at=now,
        what=DecisionKind.SEND,
        subject=after.email,
        outcome=outcome,
        reason=after.reason,
        bundle=after.bundle,
        facts={"send": after.id, "origin": after.origin, "step": after.step, "attempt": str(after.attempt)}
        | ({"subject": after.subject} if after.reason == Reason.SHADOW else {}),
    )


def _outcome(before: Send, after: Send) -> Outcome | None:
    """Past tense, or "" where nothing was decided."""
    if after.reason == Reason.SHADOW and after.state is not before.state:
        return Outcome.WOULD_HAVE_SENT
    match before.state, after.state:
        case SendState.PLANNED, SendState.PLANNED:
            return Outcome.POSTPONED if after.reason != before.reason else None
        case SendState.HELD, SendState.PLANNED:
            return Outcome.RELEASED
        case _, SendState.PLANNED | SendState.CLAIMED:
            return None
        case _:
            return Outcome(after.state.value) if after.state is not before.state else None


def spread(send: Send, until: datetime) -> datetime:
    """Up to 9 seconds later, so that what waited together does not return together."""
    return until + timedelta(seconds=crc32(send.id.encode()) % 10)


def _from(send: Send, state: SendState) -> None:
    if send.state is not state:
        raise IllegalMove(f"{send.id} is {send.state}, not {state}")
