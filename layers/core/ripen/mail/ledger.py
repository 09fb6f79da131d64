"""The send ledger: one row for each mail to a lead, so that no mail is sent twice and no mail is lost."""

from copy import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from zlib import crc32

from msgspec import Struct

from ripen.agenda import Lane
from ripen.backoff import backoff
from ripen.decision import KeptDecision, Reason
from ripen.playbook.graph import Priority


class SendState(StrEnum):
    """The state of a send. UNKNOWN means that SES gave no clear answer; HELD waits for a person.

    FAILED is what SES reported after it took the mail. Rows of older code are FAILED for our own faults too.
    """

    PLANNED = "planned"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    HELD = "held"
    FAILED = "failed"
    SKIPPED = "skipped"


class MailClass(StrEnum):
    """A transactional mail was requested by the lead, and goes without a consent to marketing."""

    MARKETING = "marketing"
    TRANSACTIONAL = "transactional"


class Send(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `send#<id>` row, kept for at least two years because links in the mail lead to it.

    docs/internals/sending.md explains the states and their moves.
    """

    id: str
    lead: str
    email: str
    """The name of the mail in the playbook, not an address."""
    mail_class: MailClass
    origin: str
    """The name of the journey or the campaign."""
    step: str
    planned: datetime
    entry: str = ""
    """The key of the enrollment that planned the mail."""
    follows: str = ""
    """Id of the send before it in the same enrollment; mail programs show the two as one conversation."""
    campaign: bool = False
    priority: Priority = "normal"
    capped: Literal["skip", "hold", "drop"] = "skip"
    """What happens to the mail over the frequency cap (graph.SendStep)."""
    valid_until: datetime | None = None
    state: SendState = SendState.PLANNED
    reason: str = ""
    attempt: int = 0
    """How many times the mail was claimed."""
    not_before: datetime | None = None
    """No claim before this time, even if a worker is woken earlier."""
    claimed: datetime | None = None
    unknown: datetime | None = None
    """When the outcome became unknown."""
    accepted: datetime | None = None
    message_id: str = ""
    """The id that SES gave the mail."""
    bundle: str = ""
    """The playbook that the mail was rendered from. The claim sets it, so that a second attempt sends the same bytes.
    """
    subject: str = ""
    locale: str = ""
    """The language of the mail. The claim sets it; the links of a mail lead to the targets in its language."""
    delivered: datetime | None = None
    soft_bounced: datetime | None = None
    """When it came back for a reason that may pass, such as a full mailbox."""
    bounced: datetime | None = None
    complained: datetime | None = None
    clicked: datetime | None = None
    """When a click in the mail was judged human; only for mails of campaigns."""
    decisions: tuple[KeptDecision, ...] = ()
    """The latest few (send_decisions.py)."""


LEASE = timedelta(minutes=5)
"""After this time without an answer, the worker that claimed the mail is assumed to have died."""
RESOLVE = timedelta(minutes=60)
"""How long an unknown outcome waits for an event of SES."""
_EARLY = timedelta(seconds=2)
"""How much too early a queue may deliver a wake-up."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=10)
_VALID_AFTER_RELEASE = timedelta(days=1)
_PACED = {"high": Lane.MAIL_HIGH, "normal": Lane.MAIL, "low": Lane.MAIL_LOW}

OPEN = frozenset({SendState.PLANNED, SendState.CLAIMED, SendState.UNKNOWN})
"""States from which a send moves on without a person: such a row is always on the agenda."""
FAILED_BY_PROVIDER = frozenset({Reason.REJECTED_BY_SES, Reason.RENDERING_FAILED})
"""Reasons of FAILED that SES reported after it took the mail: an acceptance does not undo them."""


class IllegalMove(Exception):
    """The send is not in a state that allows this move, because another worker moved it: read the row again."""


class MovedSend(Struct, frozen=True):
    """The send after a move, and when a worker must look at it again (None: never)."""

    send: Send
    due: datetime | None = None


def lane(send: Send) -> Lane:
    """Return the lane of the agenda.

    Transactional mail goes first. A planned marketing mail waits for a slot of the send rate; once it is claimed, it is
    tracked in the bulk lane.
    """
    if send.mail_class is MailClass.TRANSACTIONAL:
        return Lane.HOT
    return _PACED[send.priority] if send.state is SendState.PLANNED else Lane.BULK


def may_be_claimed(send: Send, now: datetime) -> bool:
    return send.state is SendState.PLANNED and (send.not_before is None or send.not_before <= now + _EARLY)


def claim(send: Send, bundle: str, subject: str, locale: str, now: datetime) -> MovedSend:
    """Move PLANNED → CLAIMED, for at most five minutes."""
    _require(send, SendState.PLANNED)
    claimed = replace(
        send,
        state=SendState.CLAIMED,
        attempt=send.attempt + 1,
        claimed=now,
        not_before=None,
        bundle=bundle,
        subject=subject,
        locale=locale,
        reason="",
    )
    return MovedSend(claimed, now + LEASE)


def skip(send: Send, reason: str) -> MovedSend:
    """Move PLANNED → SKIPPED."""
    _require(send, SendState.PLANNED)
    return MovedSend(replace(send, state=SendState.SKIPPED, reason=reason))


def departure(send: Send, due: datetime | None, now: datetime) -> datetime | None:
    """Return when the mail went or, as far as is known, will go; None if it never goes."""
    match send.state:
        case SendState.PLANNED:
            return max(due or now, now)
        case SendState.SKIPPED | SendState.FAILED:
            return None
    return send.accepted or send.claimed


def postpone(send: Send, reason: str, until: datetime) -> MovedSend:
    """Keep the mail PLANNED, with the reason why it waits until then."""
    _require(send, SendState.PLANNED)
    return MovedSend(replace(send, reason=reason, not_before=until), until)


def hold(send: Send, reason: str) -> MovedSend:
    """Move PLANNED → HELD: the mail cannot be rendered until a person corrects the playbook."""
    _require(send, SendState.PLANNED)
    return MovedSend(replace(send, state=SendState.HELD, reason=reason))


def is_held(send: Send) -> bool:
    """Return whether a person decides about the mail.

    Older code failed a mail that it could not render and a mail that SES refused. Such a row can be released too.
    """
    if send.state is SendState.FAILED:
        return send.reason not in FAILED_BY_PROVIDER
    return send.state is SendState.HELD


def may_have_arrived(send: Send) -> bool:
    """Return whether SES may have taken the mail without an answer. Otherwise a held mail could not be sent."""
    if send.state is SendState.HELD:
        return send.unknown is not None
    return send.state in (SendState.CLAIMED, SendState.UNKNOWN)


def release(send: Send, who: str, now: datetime) -> MovedSend:
    """Move HELD → PLANNED: a person wants the mail sent.

    A mail that may have arrived is rendered from the same playbook again, any other one from the live playbook. The
    mail is valid for at least one more day, however long it was held.
    """
    _require_held(send)
    until = max(send.valid_until, now + _VALID_AFTER_RELEASE) if send.valid_until else None
    bundle = send.bundle if may_have_arrived(send) else ""
    planned = replace(send, state=SendState.PLANNED, unknown=None, claimed=None, valid_until=until, bundle=bundle)
    return MovedSend(replace(planned, reason=f"{Reason.RELEASED} by {who}"), now)


def drop(send: Send, who: str) -> MovedSend:
    """Move HELD → SKIPPED."""
    _require_held(send)
    return MovedSend(replace(send, state=SendState.SKIPPED, reason=f"{Reason.DROPPED} by {who}"))


def accept(send: Send, message_id: str, at: datetime) -> MovedSend:
    """Move any state → ACCEPTED: SES has the mail, and that outweighs each state of ours.

    A mail that SES reported as failed afterwards stays FAILED. The earliest time and the first message id are kept.
    """
    gave_up = send.state is SendState.FAILED and send.reason in FAILED_BY_PROVIDER
    return MovedSend(
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


def skip_in_shadow(send: Send, bundle: str, subject: str) -> MovedSend:
    """Move PLANNED → SKIPPED in shadow mode: the mail would have gone. It does not go later either."""
    _require(send, SendState.PLANNED)
    return MovedSend(replace(send, state=SendState.SKIPPED, reason=Reason.SHADOW, bundle=bundle, subject=subject))


def refuse(send: Send, reason: str, permanent: bool, after: int | None, now: datetime) -> MovedSend:
    """Move CLAIMED → HELD if permanent, else → PLANNED after a pause.

    SES did not take the mail, so a person can correct it and release it. The pause is `after` seconds, or one that
    grows with each attempt.
    """
    _require(send, SendState.CLAIMED)
    if permanent:
        return MovedSend(replace(send, state=SendState.HELD, reason=reason, claimed=None))
    again = now + backoff(send.attempt - 1, _FIRST_PAUSE, _LONGEST_PAUSE, asked=after)
    if after is None:
        again = with_jitter(send, again)
    later = replace(send, state=SendState.PLANNED, reason=reason, not_before=again, claimed=None)
    return MovedSend(later, again)


def mark_unknown(send: Send, reason: str, now: datetime) -> MovedSend:
    """Move CLAIMED → UNKNOWN: SES gave no clear answer."""
    _require(send, SendState.CLAIMED)
    return MovedSend(replace(send, state=SendState.UNKNOWN, reason=reason, unknown=now), now + RESOLVE)


def time_out(send: Send, now: datetime) -> MovedSend | None:
    """Return the move that a send makes when its time is over, None if it is not over yet.

    A claim whose lease has ended becomes UNKNOWN. An UNKNOWN that no event settled within an hour is PLANNED again if
    it is transactional, and HELD for a person otherwise.
    """
    if send.state is SendState.CLAIMED and send.claimed and send.claimed + LEASE <= now + _EARLY:
        return mark_unknown(send, Reason.WORKER_LOST, now)
    if send.state is SendState.UNKNOWN and send.unknown and send.unknown + RESOLVE <= now + _EARLY:
        if send.mail_class is MailClass.TRANSACTIONAL:
            again = replace(send, state=SendState.PLANNED, unknown=None, claimed=None, reason=Reason.SENT_AGAIN)
            return MovedSend(again, now)
        return MovedSend(replace(send, state=SendState.HELD, reason=Reason.NO_ANSWER))
    return None


def with_jitter(send: Send, until: datetime) -> datetime:
    """Return a time up to 9 seconds later, so that mails that waited together do not return together."""
    return until + timedelta(seconds=crc32(send.id.encode()) % 10)


def _require(send: Send, state: SendState) -> None:
    if send.state is not state:
        raise IllegalMove(f"{send.id} is {send.state}, not {state}")


def _require_held(send: Send) -> None:
    if not is_held(send):
        raise IllegalMove(f"{send.id} is {send.state}, not held")
