"""The frequency cap: how many more marketing mails may go to a lead, by calendar days in the lead's time zone.

The last place of a day is kept for a mail of higher priority that is due on the same day. The numbers are the
playbook's: `policy` in ripen.yaml.
"""

from collections.abc import Iterable
from copy import replace
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from ripen.calendar.local_time import instant
from ripen.lead.contact import Contact
from ripen.mail.ledger import MailClass, Send, SendState
from ripen.playbook.bundle import Policy

PlannedMail = tuple[Send, datetime]
"""A mail of the lead, and when it is due."""

_WEEK = 7
_PRIORITIES = {"high": 0, "normal": 1, "low": 2}


def with_mail_counted(contact: Contact, send: Send, now: datetime, zone: ZoneInfo) -> Contact:
    """Return the contact after a claim: a marketing mail counts once, however many attempts it takes."""
    if send.mail_class is not MailClass.MARKETING or send.attempt:
        return contact
    today = now.astimezone(zone).date()
    oldest = (today - timedelta(days=_WEEK)).isoformat()
    sent = {day: count for day, count in contact.sent.items() if day >= oldest}
    return replace(contact, sent=sent | {today.isoformat(): sent.get(today.isoformat(), 0) + 1})


def places_left(contact: Contact, policy: Policy, now: datetime, zone: ZoneInfo) -> int | None:
    """Return how many more mails may go on the lead's current day, None without a cap."""
    return _places_left(contact, policy, now.astimezone(zone).date())


def next_place(contact: Contact, policy: Policy, now: datetime, zone: ZoneInfo, kept: int) -> datetime | None:
    """Return the start of the next day on which a mail may go, None if the cap lets none go.

    `kept` is the number of other mails that still go today.
    """
    if 0 in (policy.per_day, policy.per_week):
        return None
    today = now.astimezone(zone).date()
    sent = contact.sent | {today.isoformat(): contact.sent.get(today.isoformat(), 0) + kept}
    days = (today + timedelta(days=number) for number in count(1))
    day = next(day for day in days if _places_left(replace(contact, sent=sent), policy, day) != 0)
    return instant(day, time(), zone)


def outranking_mail(send: Send, planned: Iterable[PlannedMail], now: datetime, zone: ZoneInfo) -> str:
    """Return the name of a mail that the last place of the day is kept for, "" if there is none.

    It has a higher priority, is due by the end of the lead's day, and was never claimed.
    """
    tomorrow = instant(now.astimezone(zone).date() + timedelta(days=1), time(), zone)
    return next(
        (
            other.email
            for other, due in planned
            if other.state is SendState.PLANNED
            and other.mail_class is MailClass.MARKETING
            and other.attempt == 0
            and _PRIORITIES[other.priority] < _PRIORITIES[send.priority]
            and due < tomorrow
            and (other.valid_until is None or now <= other.valid_until)
        ),
        "",
    )


def _places_left(contact: Contact, policy: Policy, day: date) -> int | None:
    first = (day - timedelta(days=_WEEK - 1)).isoformat()
    week = sum(count for each, count in contact.sent.items() if each >= first)
    left = [
        most - sent
        for most, sent in ((policy.per_day, contact.sent.get(day.isoformat(), 0)), (policy.per_week, week))
        if most is not None
    ]
    return max(0, min(left)) if left else None
