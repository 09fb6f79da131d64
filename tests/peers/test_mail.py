"""An independent parser reads our mails: all of the example playbook, in both languages, to people of all kinds."""

import re
from base64 import b64encode
from copy import replace
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ripen.adapters.ses.mailer import Ses
from ripen.lead.lead import Profile
from ripen.mail.content.mail_links import MailLinks
from ripen.mail.content.message import compose
from ripen.playbook.bundle import Bundle
from ripen.tracking import link_token
from ripen_authoring.compile import compile_playbook
from sandbox.ses.message import build
from tests.support import node_peers
from tests.support.builders import a_lead
from tests.support.fakes import NOON
from tests.support.planned_mails import LINK_KEYS, SITE, a_send

MARKUP = "<script>{{ 7*7 }}&amp;<b>"
PEOPLE = {
    "Hanako": a_lead(),
    "Jane": a_lead(locale="en", first_name="Jane", last_name="Miller", company="Sample Trading Inc."),
    "nobody": a_lead(last_name="", first_name="", company=""),
    "Bcc": a_lead(last_name="山田\r\nBcc: victim@example.com", company="a\r\n\r\nb"),
    "markup": a_lead(last_name=MARKUP, first_name="", company=MARKUP),
    "markup without a name": a_lead(last_name="", first_name="", company=MARKUP),
    "long": a_lead(last_name="寿" * 200, first_name="限" * 200, company="無" * 200),
    "odd address": a_lead(email="o'hara+tag@xn--wgv71a119e.example", locale="en"),
}


ACCEPTED = {
    "no-deprecated-attr": "Outlook lays out by align, bgcolor and width, and knows no style for them",
    "prefer-native-element": "mail programs remove <article>; MJML writes <div role=article>",
}
"""Rules of html-validate that mails break, and why."""


@dataclass(frozen=True)
class Mail:
    profile: Profile
    send: str
    raw: bytes
    theirs: dict[str, Any]
    """The mail as postal-mime reads it."""

    @property
    def pythons(self) -> EmailMessage:
        read = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(read, EmailMessage)
        return read

    def header(self, name: str) -> list[str]:
        return [header["value"] for header in self.theirs["headers"] if header["key"] == name]


class Client:
    """Keeps the requests to SES."""

    meta = SimpleNamespace(region_name="ap-northeast-1")

    def send_email(self, **request: Any) -> dict[str, str]:
        self.request = request
        return {"MessageId": "m1"}

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return compile_playbook(Path(__file__).parents[2] / "playbook")


@pytest.fixture(scope="module")
def mails(bundle: Bundle) -> list[Mail]:
    written = [
        (replace(profile, locale=locale), *_written(bundle, email, replace(profile, locale=locale)))
        for email, locale, profile in product(_with_html(bundle), ("ja", "en"), PEOPLE.values())
    ]
    read = node_peers.run("mail", [b64encode(raw).decode() for _, _, raw in written])
    return [Mail(profile, send, raw, theirs) for (profile, send, raw), theirs in zip(written, read, strict=True)]


def _with_html(bundle: Bundle) -> list[str]:
    """Return the mails that have an HTML part."""
    return [name for name, email in bundle.emails.items() if all(mail.html for mail in email.locales.values())]


def _written(bundle: Bundle, email: str, profile: Profile) -> tuple[str, bytes]:
    send, client = a_send(email=email, mail_class=bundle.emails[email].mail_class), Client()
    Ses("set1", client).send(compose(send, profile, bundle, MailLinks(SITE, LINK_KEYS), NOON))
    return send.id, build(client.request, "m1", NOON)


def test_each_mail_goes_to_one_person_and_comes_from_us(mails: list[Mail], bundle: Bundle) -> None:
    for mail in mails:
        assert [to["address"] for to in mail.theirs["to"]] == [mail.profile.email]
        assert (mail.theirs["cc"], mail.theirs["bcc"], mail.theirs["attachments"]) == ([], [], 0)
        assert mail.theirs["from"] == {
            "address": bundle.brand.sender,
            "name": bundle.brand.sender_name[mail.profile.locale],
        }
        assert [to["address"] for to in mail.theirs["replyTo"]] == [bundle.brand.reply_to]
        assert [to.addr_spec for to in mail.pythons["To"].addresses] == [mail.profile.email]
        assert mail.pythons["Cc"] is mail.pythons["Bcc"] is None
        assert mail.pythons.defects == []


def test_two_mail_libraries_read_the_same_mail(mails: list[Mail]) -> None:
    for mail in mails:
        assert mail.theirs["subject"] == mail.pythons["Subject"]
        for kind in ("html", "plain"):
            part = mail.pythons.get_body((kind,))
            assert part is not None
            theirs = mail.theirs["html" if kind == "html" else "text"]
            assert _tight(part.get_content()) == _tight(theirs)


def test_the_headers_allow_unsubscribing_with_one_click(mails: list[Mail]) -> None:
    for mail in mails:
        [address], [post] = mail.header("list-unsubscribe"), mail.header("list-unsubscribe-post")
        assert address.isascii() and len(address) <= 995
        assert post == "List-Unsubscribe=One-Click"
        signed = re.fullmatch(rf"<{SITE}/unsubscribe/([^>]+)>", address)
        assert signed and link_token.read_token(LINK_KEYS, link_token.Purpose.UNSUBSCRIBE, signed[1]).send == mail.send


def test_no_line_of_a_mail_is_too_long(mails: list[Mail]) -> None:
    """RFC 5322, 2.1.1: 998 without the line break."""
    for mail in mails:
        assert max(len(line) for line in mail.raw.split(b"\r\n")) <= 998


def test_each_link_is_ours_and_signed_for_this_mail(mails: list[Mail]) -> None:
    for mail in mails:
        page = _Page.of(mail.theirs["html"])
        in_text = re.findall(r"https?://\S+", mail.theirs["text"])
        assert set(in_text) == {link for link in page.links if not link.startswith(("mailto:", "tel:"))}
        assert page.links and page.loaded == []
        for link in in_text:
            _is_ours(link, mail.send)


def test_text_and_html_say_the_same(mails: list[Mail]) -> None:
    for mail in mails:
        in_text = re.sub(r"https?://\S+", "", mail.theirs["text"])
        assert _uncounted(in_text) == _uncounted(_Page.of(mail.theirs["html"]).words)


def test_the_html_is_valid_and_accessible(mails: list[Mail]) -> None:
    pages = [mail.theirs["html"] for mail in mails if mail.profile == replace(a_lead(), locale=mail.profile.locale)]

    mistakes = node_peers.run("markup", {"pages": pages, "off": list(ACCEPTED)})

    assert len(pages) >= 20
    assert [mistake for of_page in mistakes for mistake in of_page] == []


def test_typed_text_is_shown_as_text(mails: list[Mail]) -> None:
    for mail in mails:
        page, typed = _Page.of(mail.theirs["html"]), mail.profile
        assert "script" not in page.tags
        if MARKUP in (typed.last_name, typed.company) and (typed.last_name or typed.locale == "ja"):
            assert MARKUP in page.words
            assert MARKUP in mail.theirs["text"]


def _is_ours(link: str, send: str) -> None:
    signed = re.fullmatch(rf"{SITE}/(c|unsubscribe)/([A-Za-z0-9._-]+)", link)
    assert signed, link
    purpose = link_token.Purpose.CLICK if signed[1] == "c" else link_token.Purpose.UNSUBSCRIBE
    assert link_token.read_token(LINK_KEYS, purpose, signed[2]).send == send


def _uncounted(text: str) -> str:
    """Return the text without the numbers of list items, which a program adds to HTML."""
    return re.sub(r"\d+\.", "", _tight(text))


def _tight(text: str) -> str:
    return "".join(text.split())


class _Page(HTMLParser):
    """The visible text of an HTML part, its links, and the resources that it loads."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.tags: set[str] = set()
        self._unseen: list[str] = []

    @classmethod
    def of(cls, html: str) -> "_Page":
        page = cls()
        page.feed(html)
        page.close()
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.add(tag)
        if tag == "a" and not self._unseen:
            self.links.append(named.get("href") or "")
        if named.get("src"):
            self.loaded.append(named["src"] or "")
        hidden = "display:none" in (named.get("style") or "").replace(" ", "")
        if tag in ("style", "title", "script") or hidden or (self._unseen and tag == self._unseen[-1]):
            self._unseen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen and tag == self._unseen[-1]:
            self._unseen.pop()

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.words += data
