"""The send ledger: one row per message to one person, so that nothing is sent twice and nothing is lost."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


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


@dataclass(frozen=True, kw_only=True)
class Send:
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
    valid_until: datetime | None = None
    state: SendState = SendState.PLANNED
    reason: str = ""
    attempt: int = 0
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
    events: tuple[str, ...] = field(default=())
    """Digests of feedback already taken in: a repeated event changes nothing."""


@dataclass(frozen=True, kw_only=True)
class SendPointer:
    """From a send id (in a link, in SES's tags) to the lead, the mail and the bundle; kept at least two years."""

    lead: str
    email: str
    bundle: str = ""
    locale: str = ""
