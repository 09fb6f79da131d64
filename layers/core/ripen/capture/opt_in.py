"""A consent that counts only after the button on the page that a confirmation mail links to.

Anybody can tick a box for anybody. So a box lifts no refusal, and a form may ask for a double opt-in from everybody.
"""

from copy import replace
from datetime import datetime

from ripen.lead.activity import ConsentProof
from ripen.lead.contact import AskedConsent, Contact, Permission, consented_purposes
from ripen.mail.content import confirmation
from ripen.mail.ledger import Send


def must_confirm(contact: Contact, purpose: str, double: bool) -> bool:
    """Return whether a consent needs the button: after a refusal, or if the form always asks for it (`double`)."""
    if purpose in consented_purposes(contact):
        return False
    known = contact.consent.get(purpose)
    return double or contact.unsubscribed is not None or (known is not None and not known.granted)


def ask(contact: Contact, asked: AskedConsent, now: datetime) -> tuple[Contact, Send | None]:
    """Return the contact with the consent that waits for the button, and the mail with the link to it.

    There is no mail if one was planned in the last seven days: its link confirms the newest consent that was asked.
    """
    before = contact.asked
    if before and now - before.mailed < confirmation.AGAIN:
        return replace(contact, asked=replace(asked, mailed=before.mailed)), None
    return replace(contact, asked=replace(asked, mailed=now)), confirmation.plan(contact.lead, asked.record, now)


def confirmed(contact: Contact, record: str, now: datetime) -> Contact:
    """Return the contact after the button was pressed: the address is proven, and nothing is refused any more.

    `record` is the id of the activity with the proof.
    """
    contact = replace(contact, proven=contact.proven or now)
    if contact.asked is None:
        return contact
    granted = Permission(granted=True, at=now, record=record)
    consent = contact.consent | {contact.asked.proof.purpose: granted}
    return replace(contact, consent=consent, unsubscribed=None, refused=(), asked=None, withdrawal=None)


def proof(asked: AskedConsent, network: str) -> ConsentProof:
    """Return the proof of a confirmed consent: the wording of the form, and a keyed hash of the reader's network."""
    return replace(asked.proof, network=network)
