"""The warm-up of a new sender: how many marketing mails a mailbox provider gets on each day of a plan.

Providers distrust a domain or an address that suddenly sends much. The caps grow by the same factor every day, from the
first day's to the number that is wanted in the end; then the warm-up is over.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from zlib import crc32
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen.calendar.local_time import instant
from ripen.mail.ledger import MailClass, Send


class Provider(StrEnum):
    """Mailbox providers that judge a sender each by itself."""

    GMAIL = "gmail"
    YAHOO = "yahoo"
    OUTLOOK = "outlook"
    CARRIERS = "carriers"
    """Japan's mobile carriers, who refuse bursts of mail first."""
    OTHERS = "others"


class WarmUp(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `setting#warm-up` row: the plan."""

    on: bool
    at: datetime
    """When it was started or, if it is not `on`, stopped."""
    by: str = ""
    days: int = 28
    per_day: int = 0
    """Mails a day and provider at the end of the plan."""


FIRST_DAY = {
    Provider.GMAIL: 100,
    Provider.YAHOO: 100,
    Provider.OUTLOOK: 100,
    Provider.CARRIERS: 50,
    Provider.OTHERS: 200,
}
_DOMAINS = {
    Provider.GMAIL: ("gmail.com", "googlemail.com"),
    Provider.YAHOO: ("yahoo.com", "yahoo.co.jp", "ymail.com", "ymail.ne.jp", "rocketmail.com", "aol.com", "aol.jp"),
    Provider.OUTLOOK: ("outlook.com", "outlook.jp", "hotmail.com", "hotmail.co.jp", "live.com", "live.jp", "msn.com"),
    Provider.CARRIERS: (
        *("docomo.ne.jp", "ezweb.ne.jp", "au.com", "uqmobile.jp", "softbank.ne.jp", "i.softbank.jp", "vodafone.ne.jp"),
        *("ymobile.ne.jp", "rakuten.jp"),
    ),
}
_MANY = 1600
"""From this cap on one mail in 16 is counted, for all of them, so that workers do not contend for one row."""
_SAMPLE = 16


def provider(address: str) -> Provider:
    """Return the provider of an address, by its domain: d.vodafone.ne.jp belongs to vodafone.ne.jp."""
    domain = address.rpartition("@")[2].lower()
    for found, domains in _DOMAINS.items():
        if any(domain == known or domain.endswith(f".{known}") for known in domains):
            return found
    return Provider.OTHERS


def cap(plan: WarmUp, of: Provider, day: int) -> int | None:
    """Return the most mails to a provider on a day of the plan, from 0; None once the plan is over."""
    if not plan.on or day >= plan.days or plan.per_day < 1:
        return None
    first = min(FIRST_DAY[of], plan.per_day)
    if plan.days <= 1:
        return plan.per_day
    factor: float = (plan.per_day / first) ** (max(day, 0) / (plan.days - 1))
    return round(first * factor)


def day_of(plan: WarmUp, now: datetime, zone: ZoneInfo) -> int:
    """Return the number of the company's current day in the plan, from 0."""
    return (now.astimezone(zone).date() - plan.at.astimezone(zone).date()).days


def today(now: datetime, zone: ZoneInfo) -> date:
    """Return the company's day, by which mails are counted."""
    return now.astimezone(zone).date()


def tomorrow(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the same local time of the company's next day."""
    local = now.astimezone(zone)
    return instant(local.date() + timedelta(days=1), local.time(), zone)


def counted(send: Send, most: int) -> int:
    """Return what the claim of a mail adds to its provider's count. A mail counts once, however many attempts."""
    if send.mail_class is not MailClass.MARKETING or send.attempt:
        return 0
    if most < _MANY:
        return 1
    return _SAMPLE if crc32(send.id.encode()) % _SAMPLE == 0 else 0
