"""Bounces: what each is about, and when those that may pass are final.

Sources: RFC 3463 and RFC 7505 (enhanced status codes); Amazon SES Developer Guide, "Bounce types". Mailchimp gives up a
mailbox after as many soft bounces.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import StrEnum

from ripen.mail.ledger import MailClass, Send


class BounceCause(StrEnum):
    """What a bounce is about. Only the first kind suppresses the address at once, and the second if it goes on."""

    ADDRESS = "address"
    """Nobody can be reached at the address."""
    MAILBOX = "mailbox"
    """The mailbox is full or its server does not answer: a soft bounce, which may pass."""
    MAIL = "mail"
    """The mail is too large, or its content is refused. Another mail may arrive."""
    SENDER = "sender"
    """Our authentication or reputation."""


SOFT_BOUNCES = 7
"""The number of days with a soft bounce, without a delivery in between, with which a mailbox is given up."""
SOFT_BOUNCES_OF_READER = 15
"""The same for an address that a person proved to read."""

_BY_SUB_TYPE = {
    "NoEmail": BounceCause.ADDRESS,
    "Suppressed": BounceCause.ADDRESS,
    "OnAccountSuppressionList": BounceCause.ADDRESS,
    "MailboxFull": BounceCause.MAILBOX,
    "MessageTooLarge": BounceCause.MAIL,
    "ContentRejected": BounceCause.MAIL,
    "AttachmentRejected": BounceCause.MAIL,
    "CustomTimeoutExceeded": BounceCause.MAIL,
}
_BY_STATUS = {
    r"5\.4\.4": BounceCause.ADDRESS,
    r"[45]\.1\.[78]": BounceCause.SENDER,
    r"[45]\.7\.\d+": BounceCause.SENDER,
    r"[45]\.(2\.3|3\.4|6\.\d+)": BounceCause.MAIL,
    r"[45]\.(2\.2|4\.7)": BounceCause.MAILBOX,
}


def bounce_cause(type: str, sub_type: str, status: str) -> BounceCause:
    """Return what the bounce is about: by SES's sub-type, else by the status code, else by SES's type.

    The sub-type General says nothing, and SES calls some bounces permanent that are about the mail or about us.
    """
    if sub_type in _BY_SUB_TYPE:
        return _BY_SUB_TYPE[sub_type]
    for pattern, cause in _BY_STATUS.items():
        if re.fullmatch(pattern, status):
            return cause
    return BounceCause.ADDRESS if type == "Permanent" else BounceCause.MAILBOX


def gives_up_after(at: datetime, send: Send, sends: Iterable[Send], is_proven: Callable[[], bool]) -> int:
    """Return on how many days its mailbox took no marketing mail, if this soft bounce of `send` gives it up; else 0.

    `sends` are the lead's mails in any order, with or without this one. `is_proven` tells whether a person has proved
    to read the address; it is called only if the answer depends on it.

    Several bounces on one day (UTC) are one trouble. Transactional mail does not count: a stranger who types the
    address into forms could cause it.
    """
    if send.mail_class is not MailClass.MARKETING:
        return 0
    known = list(sends)
    soft = [at, *(each.soft_bounced for each in known if each.mail_class is MailClass.MARKETING and each.soft_bounced)]
    start = max((day for each in known if (day := _starts_again(each))), default=date.min)
    count = len({bounced.date() for bounced in soft if bounced.date() > start})
    if count < SOFT_BOUNCES or (count < SOFT_BOUNCES_OF_READER and is_proven()):
        return 0
    return count


def _starts_again(send: Send) -> date | None:
    """Return the day after which the count begins: of a delivery that stayed so, or of a bounce that was final.

    Who lifts a suppression (`ripen unsuppress`) gives the address a new start.
    """
    if send.bounced:
        return send.bounced.date()
    return send.delivered.date() if send.delivered and not send.soft_bounced else None
