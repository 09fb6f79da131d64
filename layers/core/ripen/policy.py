"""May this mail go to this person now? Each no has a reason in words, which becomes the decision people can read."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ripen.bundle import Policy
from ripen.contact import Contact, Permission, Suppression
from ripen.ledger import MailClass, Send

STOPPED_PAUSE = timedelta(seconds=60)
"""How long a mail waits before we look again whether sending is stopped."""
_WEEK = 7


@dataclass(frozen=True)
class Claim:
    """It may go."""


@dataclass(frozen=True)
class Skip:
    """It may not, and never will."""

    reason: str


@dataclass(frozen=True)
class Wait:
    """Nothing goes now; the mail keeps its place."""

    until: datetime


Judgement = Claim | Skip | Wait


def judge(
    send: Send, contact: Contact, suppressed: Suppression | None, stopped: bool, policy: Policy, now: datetime
) -> Judgement:
    """Transactional mail is held back only by a stop, its own expiry, or an address that bounced or complained;
    marketing mail also needs a consent that stands, and room under the cap."""
    if stopped:
        return Wait(now + STOPPED_PAUSE)
    reason = _never(send, contact, suppressed, now)
    if not reason and send.mail_class is MailClass.MARKETING:
        reason = _unwanted(contact) or _capped(send, contact, policy, now)
    return Skip(reason) if reason else Claim()


def counted(contact: Contact, send: Send, now: datetime) -> Contact:
    """The contact after a claim: marketing mail counts under the cap, once however often it is tried."""
    oldest = _day(now - timedelta(days=_WEEK))
    sent = {day: count for day, count in contact.sent.items() if day >= oldest}
    if send.mail_class is MailClass.MARKETING and send.attempt == 0:
        sent[_day(now)] = sent.get(_day(now), 0) + 1
    return replace(contact, sent=sent)


def refuses(contact: Contact) -> bool:
    """Unsubscribed, and no consent has been given since."""
    permission = contact.consent.get("marketing")
    if contact.unsubscribed is None:
        return False
    return not (permission and permission.granted and permission.at > contact.unsubscribed)


def withdrawn(contact: Contact, record: str, now: datetime) -> Contact:
    """The contact of somebody who has just unsubscribed; `record` names the proof."""
    no = Permission(granted=False, at=now, record=record)
    return replace(contact, unsubscribed=now, consent=contact.consent | {"marketing": no})


def _never(send: Send, contact: Contact, suppressed: Suppression | None, now: datetime) -> str:
    if send.valid_until and now > send.valid_until:
        return "expired"
    if contact.complained:
        return "complained"
    if contact.bounced:
        return "bounced"
    return "suppressed" if suppressed else ""


def _unwanted(contact: Contact) -> str:
    if refuses(contact):
        return "unsubscribed"
    permission = contact.consent.get("marketing")
    return "" if permission and permission.granted else "no consent"


def _capped(send: Send, contact: Contact, policy: Policy, now: datetime) -> str:
    if policy.per_week is None or send.attempt > 0:
        return ""
    first = _day(now - timedelta(days=_WEEK - 1))
    week = sum(count for day, count in contact.sent.items() if day >= first)
    return "capped" if week >= policy.per_week else ""


def _day(at: datetime) -> str:
    return at.date().isoformat()
