"""One mail to one person: the playbook's words with this lead's name in them, ready for the provider."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.header import Header
from email.utils import formataddr
from typing import Any

from msgspec import Struct

from ripen.lead.lead import Profile
from ripen.lead.text import one_line
from ripen.mail.ledger import Send
from ripen.playbook import template, wording
from ripen.playbook.bundle import Bundle, Email, Mail
from ripen.playbook.graph import Texts
from ripen.playbook.template_limits import TemplateError
from ripen.tracking import link_token
from ripen.tracking.click_signals import HIDDEN_LINK

_QUEUE = "00G"
"""Ids of Salesforce's queues begin so; no person signs for one."""
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_OF_ENTRY = re.compile(r"\{[{%][^}]*\b(?:entry|answers)\b")


class Unwritable(Exception):
    """The mail cannot be written from this playbook for this lead; the text says why, without personal data."""


class OutgoingMail(Struct, frozen=True, kw_only=True):
    """What is handed to the provider. Header values are ASCII on one line; `to` is the address as the lead typed it;
    `html` is "" for a mail of text alone."""

    sender: str
    to: str
    reply_to: str
    subject: str
    html: str
    text: str
    headers: dict[str, str] = {}
    tags: dict[str, str] = {}
    """Come back with every event of the provider about this mail."""
    locale: str = ""


class Blank(dict[str, Any]):
    """What is not there is blank."""

    def __missing__(self, name: str) -> str:
        return ""


class Answers(dict[str, Any]):
    """By webhook step; one that was not called has said nothing."""

    def __missing__(self, step: str) -> Blank:
        return Blank()


def compose(
    send: Send,
    profile: Profile,
    bundle: Bundle,
    site: str,
    key: bytes,
    now: datetime,
    facts: Mapping[str, str] | None = None,
    answers: Mapping[str, Any] | None = None,
    reply_domain: str = "",
) -> OutgoingMail:
    """Return the mail as its next attempt. Raises Unwritable.

    `key` signs the links (Secrets.key("link")). `facts` and `answers` are those of the enrollment that planned it, if one did.
    `reply_domain` is where we receive replies ourselves.
    """
    email = bundle.emails.get(send.email)
    if email is None:
        raise Unwritable(f"the playbook has no mail {send.email}")
    locale = _locale(email, profile, bundle)
    mail = email.locales[locale]
    unsubscribe_url = (
        f"{site}/unsubscribe/{link_token.sign_token(key, link_token.Purpose.UNSUBSCRIBE, link_token.Link(send.id))}"
    )
    variables = (
        _variables(profile, bundle, email, locale, now)
        | _of_entry(facts or {}, answers or {})
        | {
            "unsubscribe_url": unsubscribe_url,
            "links": [
                f"{site}/c/{link_token.sign_token(key, link_token.Purpose.CLICK, link_token.Link(send.id, number))}"
                for number in range(len(mail.links))
            ],
        }
    )
    subject, html, text = _rendered(mail, variables)
    trap = f"{site}/c/{link_token.sign_token(key, link_token.Purpose.CLICK, link_token.Link(send.id, HIDDEN_LINK))}"
    sender, reply_to = _from(email, profile, bundle, locale)
    if reply_domain and reply_to == one_line(bundle.brand.reply_to):
        reply_to = (
            f"reply+{link_token.sign_token(key, link_token.Purpose.REPLY, link_token.Link(send.id))}@{reply_domain}"
        )
    return OutgoingMail(
        sender=sender,
        to=profile.email,
        reply_to=reply_to,
        subject=subject,
        html=_trapped(html, trap) if html else "",
        text=text,
        headers={
            "List-Unsubscribe": f"<{unsubscribe_url}>",  # RFC 8058: one HTTPS address, and both headers
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Feedback-ID": f"{_word(send.email)}:{_word(send.origin)}:{send.mail_class}:ripen",  # Gmail's feedback loop
        },
        tags={
            "send_id": send.id,
            "lead": send.lead,
            "class": str(send.mail_class),
            "attempt": str(send.attempt + 1),
        },
        locale=locale,
    )


def asks_of_entry(email: Email) -> bool:
    """Does it say something of the run of the journey that sends it?"""
    return any(
        _OF_ENTRY.search(part) is not None
        for mail in email.locales.values()
        for part in (mail.subject, mail.preheader, mail.html, mail.text)
    )


def mailbox(name: str, address: str) -> str:
    """`name <address>` for a header: the name RFC 2047-encoded where it is not ASCII, in words of at most 75 letters."""
    name = one_line(name)
    if name.isascii():
        return formataddr((name, one_line(address)))
    return f"{Header(name, 'utf-8', maxlinelen=75).encode(linesep='')} <{one_line(address)}>"


def _trapped(html: str, url: str) -> str:
    """The mail with its hidden link, which people neither see, hear nor reach by Tab: who fetches it is a machine."""
    style = "display:none;mso-hide:all;visibility:hidden;max-height:0;overflow:hidden"
    trap = f'<div style="{style}" aria-hidden="true"><a href="{url}" tabindex="-1" rel="nofollow"></a></div>'
    before, body, after = html.rpartition("</body>")
    return before + trap + body + after if body else html + trap


def _rendered(mail: Mail, variables: dict[str, object]) -> tuple[str, str, str]:
    try:
        variables["preheader"] = template.render_line(mail.preheader, variables)
        return (
            template.render_line(mail.subject, variables),
            template.render_html(mail.html, variables),
            template.render_text(mail.text, variables),
        )
    except TemplateError as error:
        raise Unwritable(str(error)) from error


def _variables(profile: Profile, bundle: Bundle, email: Email, locale: str, now: datetime) -> dict[str, object]:
    brand, default = bundle.brand, bundle.brand.default_locale
    own = ("last_name", "first_name", "company", "department", "job_title", "locale")
    return {
        "lead": Blank(profile.attributes | {name: getattr(profile, name) for name in own}),
        "owner": {"name": profile.crm.owner_name if profile.crm else ""},
        "greeting": wording.greeting(profile, locale),
        "brand": {
            "name": _said(brand.name, locale, default),
            "sender_name": _sender_name(bundle, email, locale),
            "postal_address": _said(brand.postal_address, locale, default),
            "contact": _said(brand.contact, locale, default),
        },
        "mail": {"class": str(email.mail_class)},
        "today": wording.long_date(now, locale, brand.time_zone),
    }


def _from(email: Email, profile: Profile, bundle: Bundle, locale: str) -> tuple[str, str]:
    """Whom it is from and who gets the replies. An owner's own address only where the brand's domain is verified for it:
    another one would fail SPF and DKIM."""
    brand, owner = bundle.brand, profile.crm
    if email.sender == "brand" or owner is None or not owner.owner_name or owner.owner.startswith(_QUEUE):
        return mailbox(_sender_name(bundle, email, locale), brand.sender), one_line(brand.reply_to)
    address = owner.owner_email if _ADDRESS.fullmatch(owner.owner_email) else ""
    ours = _domain(address) == _domain(brand.sender)
    return mailbox(owner.owner_name, address if ours else brand.sender), address or one_line(brand.reply_to)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _of_entry(facts: Mapping[str, str], answers: Mapping[str, Any]) -> dict[str, object]:
    """Return {{ entry.… }} and {{ answers.<step>.… }}; what is missing is blank."""
    return {
        "entry": Blank(facts),
        "answers": Answers({step: Blank(said) for step, said in answers.items() if isinstance(said, dict)}),
    }


def _locale(email: Email, profile: Profile, bundle: Bundle) -> str:
    for locale in (profile.locale, bundle.brand.default_locale, *email.locales):
        if locale in email.locales:
            return locale
    raise Unwritable(f"the mail {email.name} is written in no language")


def _sender_name(bundle: Bundle, email: Email, locale: str) -> str:
    default = bundle.brand.default_locale
    return _said(email.sender_name, locale, default) or _said(bundle.brand.sender_name, locale, default)


def _said(texts: Texts, locale: str, default: str) -> str:
    return texts.get(locale) or texts.get(default, "")


def _word(name: str) -> str:
    return "".join(c if (c.isascii() and c.isalnum()) or c in "-_" else "-" for c in name)[:60]
