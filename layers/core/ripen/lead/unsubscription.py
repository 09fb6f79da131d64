"""Unsubscribing from everything, why, and taking it back, on the page that each mail links to."""

from collections.abc import Set
from copy import replace
from datetime import datetime, timedelta
from enum import StrEnum

from ripen.lead.contact import Contact, Permission, Withdrawal
from ripen.words import Words


class UnsubscribeReason(StrEnum):
    """What a reader may answer when the page asks why."""

    TOO_MANY = "too_many"
    NOT_RELEVANT = "not_relevant"
    NOT_ASKED = "not_asked"
    OTHER = "other"


REASONS: dict[UnsubscribeReason, Words] = {
    UnsubscribeReason.TOO_MANY: Words("too many mails", "メールが多すぎる"),
    UnsubscribeReason.NOT_RELEVANT: Words("the content is not for me", "内容が自分に合わない"),
    UnsubscribeReason.NOT_ASKED: Words("I did not ask for them", "申し込んだ覚えがない"),
    UnsubscribeReason.OTHER: Words("another reason", "その他"),
}
"""What the page offers as answers, and `ripen why` shows."""


UNDO_FOR = timedelta(days=7)
"""How long the page offers to take an unsubscription back. Afterwards only a form and its confirmation mail can."""


def is_unsubscribed(contact: Contact, refused: Set[str], purpose: str = "marketing") -> bool:
    """Return whether the lead refuses marketing mail and these transactional mails already."""
    return refuses(contact, purpose) and refused <= set(contact.refused)


def refuses(contact: Contact, purpose: str = "marketing") -> bool:
    """Return whether the lead unsubscribed and has given no consent for this purpose since."""
    permission = contact.consent.get(purpose)
    if contact.unsubscribed is None:
        return False
    return not (permission and permission.granted and permission.at > contact.unsubscribed)


def withdrawn(contact: Contact, refused: Set[str], record: str, now: datetime, send: str = "") -> Contact:
    """Return the contact after an unsubscription from everything and from these transactional mails.

    `record` names its proof, `send` the mail on whose page it was made. A later consent for one purpose does not bring
    back the others; only `restored` does.
    """
    no = Permission(granted=False, at=now, record=record)
    known = replace(contact.withdrawal, send=send) if contact.withdrawal and refuses(contact) else None
    return replace(
        contact,
        unsubscribed=now,
        consent=dict.fromkeys((*contact.consent, "marketing"), no),
        refused=tuple(sorted({*contact.refused, *refused})),
        withdrawal=known
        or Withdrawal(consent=contact.consent, unsubscribed=contact.unsubscribed, refused=contact.refused, send=send),
    )


def can_be_restored(contact: Contact, send: str, now: datetime) -> bool:
    """Return whether the page of this mail may take the unsubscription back.

    Only the mail on whose page it was made may, within a week, and once: others may have got the lead's older mails
    forwarded, and pressing both buttons in turn would write without an end.
    """
    before, at = contact.withdrawal, contact.unsubscribed
    if before is None or at is None or not refuses(contact) or contact.bounced or contact.complained:
        return False
    return before.send == send != contact.undone and now - at <= UNDO_FOR


def restored(contact: Contact, record: str, now: datetime) -> Contact:
    """Return the contact with the consents that stood before it unsubscribed, and nothing more.

    `record` names the proof, a press of the button on a page that we mailed a link to.
    """
    before = contact.withdrawal or Withdrawal()
    consent = {
        purpose: replace(permission, at=now, record=record) if permission.granted else permission
        for purpose, permission in before.consent.items()
    }
    return replace(
        contact,
        unsubscribed=before.unsubscribed,
        consent=consent,
        refused=before.refused,
        withdrawal=None,
        undone=before.send,
    )
