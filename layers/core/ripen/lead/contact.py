"""Whether a lead may get mail: consents, refusals, and the number of recent mails."""

from datetime import datetime

from msgspec import Struct

from ripen.lead.activity import ConsentProof


class Permission(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The present consent for one purpose. `record` is the id of what proves it.

    That is the activity of a form, whose `consent` names the wording, or else a ConsentRecord.
    """

    granted: bool
    at: datetime
    record: str


class AskedConsent(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A consent that waits for the button on the page that the confirmation mail links to."""

    proof: ConsentProof
    form: str
    record: str
    """Id of the form's activity."""
    mailed: datetime
    """When the latest confirmation mail was planned."""


class Withdrawal(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What stood before the lead unsubscribed on our page, so that the lead can take it back there."""

    consent: dict[str, Permission] = {}
    unsubscribed: datetime | None = None
    refused: tuple[str, ...] = ()
    send: str = ""
    """The mail on whose page the lead unsubscribed."""


class Contact(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The lead's `contact` row. A send is claimed only if this row is unchanged since the policy was checked."""

    lead: str
    consent: dict[str, Permission] = {}
    """Permissions by purpose; there is one purpose today, "marketing"."""
    unsubscribed: datetime | None = None
    bounced: datetime | None = None
    complained: datetime | None = None
    proven: datetime | None = None
    """When the address was proven: by a POST from a page whose link was mailed to it. Until then its mails show no text
    that a stranger may have typed."""
    replied: datetime | None = None
    """When the lead last answered one of our mails in person."""
    sent: dict[str, int] = {}
    """Claims of marketing mail by the lead's local day, "2026-11-21", for the last seven days; frequency_cap.py counts
    them."""
    requested: dict[str, int] = {}
    """Claims of transactional mail on the latest day that had one (UTC); request_cap.py counts them."""
    refused: tuple[str, ...] = ()
    """Transactional mails that the lead unsubscribed from."""
    asked: AskedConsent | None = None
    withdrawal: Withdrawal | None = None
    undone: str = ""
    """The mail on whose page the lead took its latest unsubscription back."""


class ConsentRecord(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One consent or withdrawal that no form proves. A form's activity has the proof itself (ConsentProof)."""

    id: str
    lead: str
    purpose: str
    granted: bool
    at: datetime
    source: str
    """What it came by: "unsubscribe", "complaint" …"""


class Suppression(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An address that gets no mail, stored under its keyed hash; the row outlives the lead.

    `reason` is "bounce", "complaint" or "gone" (of earlier versions: an automatic reply said that nobody
    reads the mailbox).
    """

    reason: str
    at: datetime
    detail: str = ""


def consented_purposes(contact: Contact | None) -> frozenset[str]:
    """Return the purposes for which the lead gave a consent and has not withdrawn it since."""
    if contact is None:
        return frozenset()
    unsubscribed = contact.unsubscribed
    return frozenset(
        purpose
        for purpose, permission in contact.consent.items()
        if permission.granted and (unsubscribed is None or permission.at > unsubscribed)
    )
