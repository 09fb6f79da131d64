"""Render a mail for one lead from the playbook, ready for the provider."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.header import Header
from email.utils import formataddr
from typing import Any

from msgspec import Struct

from ripen.decision import Reason
from ripen.lead.lead import Profile
from ripen.lead.text import one_line
from ripen.mail.content import confirmation
from ripen.mail.content.mail_links import MailLinks
from ripen.mail.ledger import MailClass, Send
from ripen.playbook import template, wording
from ripen.playbook.bundle import Bundle, Email, Mail
from ripen.playbook.graph import Texts
from ripen.playbook.template_limits import TemplateError

LARGEST, CLIPPED = 200_000, 100_000
"""In bytes of a part, as it is sent. A larger mail is not sent. Gmail cuts off at 102 KB, with the unsubscribe link."""
_LONGEST_DETAIL = 200
_QUEUE = "00G"
"""The prefix of a Salesforce queue's id. A queue is no person, so no mail is signed with its name."""
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_BLANK_LINES = re.compile(r"(?:[ \t\u3000]*\r?\n){3,}")
"""Such as those that remain of {% if … %} on lines of its own."""
_OF_ENTRY = re.compile(r"\{[{%][^}]*\b(?:entry|answers)\b")


class RenderError(Exception):
    """The mail cannot be rendered for this lead. The text is a Reason, with a detail without personal data."""


class OutgoingMail(Struct, frozen=True, kw_only=True):
    """A mail for the provider. Header values are ASCII on one line.

    `to` is the address as the lead typed it. `html` is "" for a mail that has only a text part.
    """

    sender: str
    to: str
    reply_to: str
    subject: str
    html: str
    text: str
    headers: dict[str, str] = {}
    tags: dict[str, str] = {}
    """SES returns the tags with each event about the mail."""
    mail_class: MailClass = MailClass.MARKETING
    follows: str = ""
    """The provider's id of the mail that this one follows in its journey, "" if there is none."""
    locale: str = ""

    @property
    def weight(self) -> int:
        """The bytes of its larger part."""
        return max(len(self.html.encode()), len(self.text.encode()))


class Blank(dict[str, Any]):
    """Variables of which a missing one is blank."""

    def __missing__(self, name: str) -> str:
        return ""


class Answers(dict[str, Any]):
    """The answers of webhook steps; the answer of a step that was not called is blank."""

    def __missing__(self, step: str) -> Blank:
        return Blank()


def compose(
    send: Send,
    profile: Profile,
    bundle: Bundle,
    links: MailLinks,
    now: datetime,
    facts: Mapping[str, str] | None = None,
    answers: Mapping[str, Any] | None = None,
) -> OutgoingMail:
    """Return the mail for its next attempt. Raises RenderError.

    `facts` and `answers` are those of the enrollment that planned the mail, if there is one.
    """
    email = _email(send, bundle)
    locale = _locale(email, profile, bundle)
    mail = email.locales[locale]
    variables = (
        _variables(profile, bundle, email, locale, now)
        | _entry_variables(facts or {}, answers or {})
        | _link_variables(send, mail, links)
    )
    subject, html, text = _rendered(mail, variables)
    sender, reply_to = _sender(email, profile, bundle, locale)
    if reply_to == one_line(bundle.brand.reply_to):
        reply_to = links.reply_to(send) or reply_to
    composed = OutgoingMail(
        sender=sender,
        to=profile.email,
        reply_to=reply_to,
        subject=subject,
        html=_with_hidden_link(html, links.hidden(send)) if html else "",
        text=text,
        headers=_headers(send, email, bundle, links),
        tags=_tags(send),
        mail_class=send.mail_class,
        locale=locale,
    )
    if composed.weight > LARGEST:
        raise RenderError(f"{Reason.TOO_LARGE}: {composed.weight // 1000} KB of {LARGEST // 1000} KB")
    return composed


def _email(send: Send, bundle: Bundle) -> Email:
    email = confirmation.MAIL if send.email == confirmation.CONFIRMATION else bundle.emails.get(send.email)
    if email is None:
        raise RenderError(Reason.NO_SUCH_MAIL)
    return email


def _headers(send: Send, email: Email, bundle: Bundle, links: MailLinks) -> dict[str, str]:
    """Return the headers for one-click unsubscription (RFC 8058), and one that says what kind of mail it is.

    Marketing mail names its list, which is its purpose (RFC 2919): people filter by it. A transactional mail answers no
    mail, but comes from a machine (RFC 3834), so that absence notices stay away. Marketing mail does not say so,
    because people may answer it.
    """
    if send.mail_class is MailClass.MARKETING:
        kind = {"List-Id": f"<{_word(email.purpose)}.{_domain(one_line(bundle.brand.sender))}>"}
    else:
        kind = {"Auto-Submitted": "auto-generated"}
    return kind | {
        "List-Unsubscribe": f"<{links.unsubscribe(send)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _tags(send: Send) -> dict[str, str]:
    """Return our ids, and the two fields of Gmail's Feedback-ID header that the sender may choose.

    SES writes that header itself. Source: Amazon SES Developer Guide, "Message tags" (ses:feedback-id-a and -b).
    """
    return {
        "send_id": send.id,
        "lead": send.lead,
        "class": str(send.mail_class),
        "attempt": str(send.attempt + 1),
        "ses:feedback-id-a": _word(send.email),
        "ses:feedback-id-b": _word(send.origin),
    }


def _link_variables(send: Send, mail: Mail, links: MailLinks) -> dict[str, object]:
    return {
        "unsubscribe_url": links.unsubscribe(send),
        "confirm_url": links.confirm(send),
        "links": [links.click(send, number) for number in range(len(mail.links))],
    }


def uses_entry(email: Email) -> bool:
    """Return whether the mail uses variables of the enrollment that sends it."""
    return any(
        _OF_ENTRY.search(part) is not None
        for mail in email.locales.values()
        for part in (mail.subject, mail.preheader, mail.html, mail.text)
    )


def named_address(name: str, address: str) -> str:
    """Return `name <address>` for a header.

    A name that is not ASCII is encoded by RFC 2047, in words of at most 75 letters.
    """
    name = one_line(name)
    if name.isascii():
        return formataddr((name, one_line(address)))
    return f"{Header(name, 'utf-8', maxlinelen=75).encode(linesep='')} <{one_line(address)}>"


def _with_hidden_link(html: str, url: str) -> str:
    """Return the mail with its hidden link. People cannot see, hear or tab to it, so only a machine fetches it."""
    style = "display:none;mso-hide:all;visibility:hidden;max-height:0;overflow:hidden"
    link = f'<div style="{style}" aria-hidden="true"><a href="{url}" tabindex="-1" rel="nofollow"></a></div>'
    before, body, after = html.rpartition("</body>")
    return before + link + body + after if body else html + link


def _rendered(mail: Mail, variables: dict[str, object]) -> tuple[str, str, str]:
    try:
        variables["preheader"] = template.render_line(mail.preheader, variables)
        return (
            template.render_line(mail.subject, variables),
            template.render_html(mail.html, variables),
            _BLANK_LINES.sub("\n\n", template.render_text(mail.text, variables)).lstrip("\r\n"),
        )
    except TemplateError as error:
        raise RenderError(f"{Reason.CANNOT_RENDER}: {str(error)[:_LONGEST_DETAIL]}") from error


def _variables(profile: Profile, bundle: Bundle, email: Email, locale: str, now: datetime) -> dict[str, object]:
    brand, default = bundle.brand, bundle.brand.default_locale
    own = ("last_name", "first_name", "company", "department", "job_title", "locale")
    return {
        "lead": Blank(profile.attributes | {name: getattr(profile, name) for name in own}),
        "owner": {"name": profile.crm.owner_name if profile.crm else ""},
        "greeting": wording.greeting(profile, locale),
        "brand": {
            "name": _localised(brand.name, locale, default),
            "sender_name": _sender_name(bundle, email, locale),
            "legal_name": _localised(brand.legal_name or brand.sender_name, locale, default),
            "postal_address": _localised(brand.postal_address, locale, default),
            "contact": _localised(brand.contact, locale, default),
        },
        "mail": {"class": str(email.mail_class)},
        "today": wording.long_date(now, locale, brand.time_zone),
    }


def _sender(email: Email, profile: Profile, bundle: Bundle, locale: str) -> tuple[str, str]:
    """Return the From and Reply-To addresses.

    A mail comes from the owner's own address only in the brand's domain: another domain would fail SPF and DKIM.
    """
    brand, owner = bundle.brand, profile.crm
    own = brand.transactional_sender if email.mail_class == "transactional" else ""
    sender = own or brand.sender
    if email.sender == "brand" or owner is None or not owner.owner_name or owner.owner.startswith(_QUEUE):
        return named_address(_sender_name(bundle, email, locale), sender), one_line(brand.reply_to)
    address = owner.owner_email if _ADDRESS.fullmatch(owner.owner_email) else ""
    ours = _domain(address) == _domain(brand.sender)
    return named_address(owner.owner_name, address if ours else sender), address or one_line(brand.reply_to)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _entry_variables(facts: Mapping[str, str], answers: Mapping[str, Any]) -> dict[str, object]:
    """Return the variables {{ entry.… }} and {{ answers.<step>.… }}; a missing one is blank."""
    return {
        "entry": Blank(facts),
        "answers": Answers({step: Blank(said) for step, said in answers.items() if isinstance(said, dict)}),
    }


def _locale(email: Email, profile: Profile, bundle: Bundle) -> str:
    for locale in (profile.locale, bundle.brand.default_locale, *email.locales):
        if locale in email.locales:
            return locale
    raise RenderError(f"{Reason.CANNOT_RENDER}: it is written in no language")


def _sender_name(bundle: Bundle, email: Email, locale: str) -> str:
    default = bundle.brand.default_locale
    return _localised(email.sender_name, locale, default) or _localised(bundle.brand.sender_name, locale, default)


def _localised(texts: Texts, locale: str, default: str) -> str:
    return texts.get(locale) or texts.get(default, "")


def _word(name: str) -> str:
    return "".join(c if (c.isascii() and c.isalnum()) or c in "-_" else "-" for c in name)[:60] or "-"
