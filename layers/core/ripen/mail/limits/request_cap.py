"""The cap on transactional mail. Anybody can request it for anybody, so it needs limits that no consent lifts.

One address gets at most five a day, and so does one inbox: Taro.Yamada+x@ and taroyamada@ often are the same inbox. One
mail goes out at most a thousand times an hour; what is over that waits for the next hour.
"""

from copy import replace
from datetime import datetime, timedelta
from zlib import crc32

from ripen.lead.contact import Contact
from ripen.mail.content.confirmation import CONFIRMATION
from ripen.mail.ledger import MailClass, Send
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import SendStep

PER_DAY = 5
PER_HOUR = 1000
_SAMPLE = 16
"""One mail in so many is counted, for all of them: the count of an hour is approximate, and costs little."""
_HOUR = timedelta(hours=1)


def inbox(email: str) -> str:
    """Return the address without tag and dots, by which mails are counted and nothing else is decided."""
    local, _, domain = email.partition("@")
    untagged = local.partition("+")[0] or local
    return f"{untagged.replace('.', '') or untagged}@{domain}"


def day(now: datetime) -> str:
    """Return the day of the counters, in UTC: 2026-11-29."""
    return now.date().isoformat()


def next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + _HOUR


def sent_today(contact: Contact, now: datetime) -> int:
    """Return the number of transactional mails that were claimed for this lead today."""
    return contact.requested.get(day(now), 0)


def with_mail_counted(contact: Contact, send: Send, now: datetime) -> Contact:
    """Return the contact after a claim. A mail counts once, however many attempts it takes."""
    if not counts(send):
        return contact
    return replace(contact, requested={day(now): sent_today(contact, now) + 1})


def counts(send: Send) -> bool:
    """Return whether the claim of this mail is counted."""
    return send.mail_class is MailClass.TRANSACTIONAL and send.attempt == 0


def counted_this_hour(send: Send) -> int:
    """Return what the claim adds to the mail's count of the hour: mostly nothing."""
    return _SAMPLE if counts(send) and crc32(send.id.encode()) % _SAMPLE == 0 else 0


def refused_with(send: Send, bundle: Bundle) -> frozenset[str]:
    """Return the transactional mails that a person refuses with this one: all that the same journeys send.

    It is empty for a marketing mail. A mail that the live playbook has removed may still go to people in an older
    version of its journey, so it is refused too.
    """
    if send.email == CONFIRMATION:
        return frozenset({send.email})
    if send.mail_class is MailClass.MARKETING:
        return frozenset()
    requested = {name for name, each in bundle.emails.items() if each.mail_class == "transactional"}
    refused = {send.email}
    for journey in bundle.journeys.values():
        sent = {step.email for step in journey.steps if isinstance(step, SendStep)}
        if send.email in sent or (journey.name == send.origin and not send.campaign):
            refused |= sent & requested
    return frozenset(refused)
