"""May we write to this lead: consent, refusals, and what was sent lately."""

from datetime import datetime

from msgspec import Struct


class Permission(Struct, frozen=True, kw_only=True):
    """Where one purpose stands now; the proof is the append-only ConsentRecord named by `record`."""

    granted: bool
    at: datetime
    record: str


class Contact(Struct, frozen=True, kw_only=True):
    """The lead's `contact` row. A claim of a send is made only if this row is unchanged since it was judged."""

    lead: str
    consent: dict[str, Permission] = {}
    """By purpose; today there is one, "marketing"."""
    unsubscribed: datetime | None = None
    bounced: datetime | None = None
    complained: datetime | None = None
    replied: datetime | None = None
    """The latest answer in person to a mail of ours."""
    sent: dict[str, int] = {}
    """Claims of marketing mail by the lead's own day, "2026-11-21": the counters behind the frequency cap (cap.py); days before
    the last seven are dropped."""


class ConsentRecord(Struct, frozen=True, kw_only=True):
    """What was agreed or withdrawn, with the wording shown: the proof that the law asks for (特定電子メール法)."""

    id: str
    lead: str
    purpose: str
    granted: bool
    at: datetime
    source: str
    """Where: "form:whitepaper", "unsubscribe", "complaint", …"""
    version: str = ""
    wording: str = ""
    url: str = ""


class Suppression(Struct, frozen=True, kw_only=True):
    """An address nobody may write to, by its keyed hash: survives the lead. `reason` is "bounce", "complaint" or
    "gone" (a machine there says that nobody reads it)."""

    reason: str
    at: datetime
    detail: str = ""


def consented_purposes(contact: Contact | None) -> frozenset[str]:
    """The purposes for which a consent stands: given, and not withdrawn since."""
    if contact is None:
        return frozenset()
    ended = contact.unsubscribed
    return frozenset(
        purpose for purpose, known in contact.consent.items() if known.granted and (ended is None or known.at > ended)
    )
