"""The frequency cap: how many marketing mails a lead got lately, by the lead's own calendar days.

The last place of a day is kept for a mail of higher priority that is planned for the same day.
"""

from collections.abc import Iterable
from copy import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ripen.calendar.local_time import instant
from ripen.lead.contact import Contact
from ripen.mail.ledger import MailClass, Send, SendState
from ripen.playbook.bundle import Policy

Planned = tuple[Send, datetime]
"""A mail and when it is due."""

_WEEK = 7
_ORDER = {"high": 0, "normal": 1, "low": 2}


def counted(contact: Contact, send: Send, now: datetime, zone: ZoneInfo) -> Contact:
    """The contact after a claim: marketing mail counts, once however often it is tried."""
    today = now.astimezone(zone).date()
    oldest = (today - timedelta(days=_WEEK)).isoformat()
    sent = {day: count for day, count in contact.sent.items() if day >= oldest}
    if send.mail_class is MailClass.MARKETING and send.attempt == 0:
        sent[today.isoformat()] = sent.get(today.isoformat(), 0) + 1
    return replace(contact, sent=sent)


def room(contact: Contact, policy: Policy, now: datetime, zone: ZoneInfo) -> int | None:
    """How many more may go today; None where there is no cap."""
    return _room(contact, policy, now.astimezone(zone).date())


def opens(contact: Contact, policy: Policy, now: datetime, zone: ZoneInfo, kept: int) -> datetime | None:
    """When the next day begins on which one may go, if only the `kept` ones go until then. None: never."""
    today = now.astimezone(zone).date()
    sent = contact.sent | {today.isoformat(): contact.sent.get(today.isoformat(), 0) + kept}
    for days in range(1, _WEEK + 1):
        day = today + timedelta(days=days)
        left = _room(replace(contact, sent=sent), policy, day)
        if left is None or left > 0:
            return instant(day, time(), zone)
    return None


def goes_first(send: Send, planned: Iterable[Planned], now: datetime, zone: ZoneInfo) -> str:
    """The mail of higher priority that is due by the end of the lead's day and has no place yet; "" if there is none."""
    tomorrow = instant(now.astimezone(zone).date() + timedelta(days=1), time(), zone)
    return next(
        (
            other.email
            for other, due in planned
            if other.state is SendState.PLANNED
            and other.mail_class is MailClass.MARKETING
            and other.attempt == 0
            and _ORDER[other.priority] < _ORDER[send.priority]
            and due < tomorrow
            and (other.valid_until is None or now <= other.valid_until)
        ),
        "",
    )


def _room(contact: Contact, policy: Policy, day: date) -> int | None:
    first = (day - timedelta(days=_WEEK - 1)).isoformat()
    week = sum(count for each, count in contact.sent.items() if each >= first)
    left = [
        most - sent
        for most, sent in ((policy.per_day, contact.sent.get(day.isoformat(), 0)), (policy.per_week, week))
        if most is not None
    ]
    return max(0, min(left)) if left else None
