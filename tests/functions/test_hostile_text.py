"""What people type is shown as text everywhere it surfaces: page, profile, mail, Slack, Salesforce, command line.

Every text goes through every field of the example playbook's form.
"""

import html as markup
from collections.abc import Iterator
from html.parser import HTMLParser
from io import StringIO
from itertools import count
from typing import Any
from unicodedata import category

import msgspec
import pytest
from rich.console import Console, Group

from capture.form import Dependencies, serve
from cli.output.lead import lead_parts
from ripen.adapters.playbook import Live
from ripen.adapters.table import Table, keys
from ripen.crm import upsert
from ripen.lead.address import address_hash
from ripen.lead.lead import CrmLink, Profile, Touch
from ripen.lead.state import Rank, State
from ripen.mail.content.mail_links import MailLinks
from ripen.mail.content.message import OutgoingMail, compose
from ripen.scoring.score import Score
from ripen.slack import card
from ripen.slack.alert import Alert, AlertOutcome
from ripen.slack.card_facts import CardFacts
from ripen_authoring.compile import compile_playbook
from sandbox.slack.blocks import refused
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON, FakeQueue
from tests.support.gateway_events import BROWSER, KEY, SITE, a_json_post, a_post
from tests.support.hostile_input import BROKEN, HIDDEN, TEXTS
from tests.support.planned_mails import LINK_KEYS, a_send
from tests.test_architecture import ROOT

FIELDS = ("last_name", "first_name", "company", "department", "job_title")
EMAIL = "hanako@example.co.jp"
SCORE = Score(fit=40, engagement=38, total=78)
LIVE = Live(compile_playbook(ROOT / "playbook"), SITE)


@pytest.fixture
def dependencies(table: Table, queue: FakeQueue) -> Dependencies:
    ids: Iterator[int] = count(1)
    return Dependencies(table, queue, LIVE, KEY, NOON, lambda: f"{next(ids):032x}")


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("text", (TEXTS | HIDDEN).values(), ids=TEXTS | HIDDEN)
def test_a_page_shows_typed_text_only_in_its_field(dependencies: Dependencies, text: str, lang: str) -> None:
    # given the page as it is after something harmless
    names = (*FIELDS, "phone", "email")
    harmless = _refused(dependencies, dict.fromkeys(names, "x") | {"lang": lang})

    # when it comes back with what was typed
    page = _refused(
        dependencies, dict.fromkeys(names, text) | {"lang": lang, "page": text, "utm_source": text, "nonce": text}
    )

    # then it is in the fields, and the page has no other parts than before
    assert [page.values[name] for name in names] == [text] * len(names)
    assert page.values["utm_source"] == text
    assert [part for part in page.parts if "utm_source" not in part[1]] == harmless.parts


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_text_is_kept_as_typed_without_invisible_characters(dependencies: Dependencies, text: str) -> None:
    kept = _taken(dependencies, dict.fromkeys(FIELDS, f"\u202e{text}\u200b"))
    assert [getattr(kept, field) for field in FIELDS] == [text] * len(FIELDS)


def test_an_invisible_name_counts_as_missing(dependencies: Dependencies) -> None:
    assert _taken(dependencies, {"last_name": "\u200d \u200b\u200c"}).last_name == ""


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_line_breaks_become_spaces_and_control_characters_are_removed(
    dependencies: Dependencies, text: str, field: str
) -> None:
    kept = getattr(_taken(dependencies, {field: text}), field)
    on_one_line = text.replace("\r\n", " ").replace("\u2028", " ")
    assert kept == "".join(letter for letter in on_one_line if category(letter) not in ("Cc", "Cs"))
    assert kept.isprintable()


@pytest.mark.parametrize("content", ["json", "form"])
def test_a_hundred_kilobytes_are_refused_with_a_reason(dependencies: Dependencies, content: str) -> None:
    huge = {"email": EMAIL, "company": "x" * 100_000}
    answer = serve(a_json_post(huge) if content == "json" else a_post(headers=BROWSER, **huge), dependencies)
    assert answer["statusCode"] == 413
    assert len(answer["body"]) < 20_000


def test_the_largest_body_is_shown_again_in_its_field(dependencies: Dependencies) -> None:
    much = "x" * 60_000
    assert _refused(dependencies, {"email": "x", "company": much}).values["company"] == much


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("email", LIVE.bundle.emails)
def test_a_mail_shows_text_as_text(email: str, lang: str) -> None:
    harmless = _mail(email, a_lead(locale=lang))
    for text in (TEXTS | {"long": "寿" * 200}).values():
        mail = _mail(email, a_lead(locale=lang, last_name=text, first_name="", company=text))
        assert _Read.of(mail.html).parts == _Read.of(harmless.html).parts
        assert "49" not in mail.subject + mail.text
        assert mail.text.count("http") == harmless.text.count("http")
        assert mail.subject.isprintable() or "\u200d" in mail.subject
        assert {**mail.headers, "to": mail.to} == {**harmless.headers, "to": harmless.to}


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_mail_greets_by_every_plausible_name(lang: str) -> None:
    for text in (TEXTS["liquid"], TEXTS["family"], TEXTS["old letters"], TEXTS["arabic"], TEXTS["entity"]):
        mail = _mail("whitepaper-delivery", a_lead(locale=lang, last_name=text, first_name=""))
        assert text in mail.text
        assert text in markup.unescape(mail.html)


@pytest.mark.parametrize("locale", ["ja", "en"])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_card_shows_text_as_text(text: str, locale: str) -> None:
    # given a card that has the text wherever a person, a colleague or a rule may write
    touch = Touch(at=NOON, utm_source=text, url="https://go.example.jp/")
    link = CrmLink(object="Lead", id="00Q1", url="https://acme.example/00Q1", owner_name=text)
    profile = a_lead(**dict.fromkeys(FIELDS, text) | {"first_name": ""}, first_touch=touch, crm=link)
    outcome = AlertOutcome.ACCEPTED
    accepted = Alert(id="a" * 26, lead="lead1", kind="hot", planned=NOON, outcome=outcome, by_name=text, acted=NOON)
    message = card.lead_card(
        accepted,
        CardFacts(profile=profile, rank=Rank.HOT, score=SCORE, news=text, reasons=[text]),
        locale,
        "Asia/Tokyo",
    )

    # then Slack takes it, and people read what was typed: nothing is a link, a mention, or gone
    assert refused(message["blocks"]) == []
    assert "<" not in "".join(_marked(message))
    shown = "\n".join(map(markup.unescape, _marked(message)))
    typed = ["name", "company", "department", "job title", "reason", "accepted by", "owner"]
    assert shown.count(text) == len(typed)
    plain = "\n".join(_plain(message))
    assert plain.count(text) == len(["news", "origin"])
    assert text in markup.unescape(message["text"])


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_crm_gets_the_text_as_typed(text: str) -> None:
    profile = a_lead(**dict.fromkeys(FIELDS, text))
    state = State(lead="lead1", rank=Rank.HOT, episode=1)
    wanted = upsert.desired_record(profile, state, SCORE, (text,), LIVE.bundle.sync, "ja", NOON.date())
    assert wanted.as_lead["LastName"] == wanted.as_lead["Company"] == wanted.as_lead["Title"] == text
    assert wanted.as_contact["Department"] == text
    assert wanted.ours["Ripen_Reasons__c"] == text


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_command_line_prints_text_as_text(text: str) -> None:
    profile = a_lead(**dict.fromkeys(FIELDS, text))
    found = {
        "profile": msgspec.to_builtins(profile) | {"crm": None},
        "score": {"total": 1, "fit": 1, "engagement": 0},
        "whole_points": {"total": 1, "fit": 1, "engagement": 0},
        "rank": "cold",
        "grade": "",
        "level": 0,
        "disqualified": "",
        "lacks_proof": False,
        "expired_activities": 0,
        "reasons": [{"points": 1.0, "words": text, "disqualifies": False}],
        "answers": [{"title": text, "heading": text, "answers": [[text, text]]}],
        "consent": {},
        "enrollments": [],
        "sends": [],
        "alerts": [
            {"id": "a1", "kind": "hot", "state": "posted", "outcome": "accepted", "by_name": text, "posted": None}
        ],
        "hand_off_messages": [],
        "decisions": [],
        "crm": None,
        "waiting": [],
    }
    out = StringIO()
    Console(file=out, highlight=False, width=400).print(Group(*lead_parts(found, "UTC", a_bundle())))
    seen = ["title", "title", "company", "department", "job title", "reason", "form", "label", "answer", "by"]
    assert out.getvalue().count(text) == len(seen)


def _refused(dependencies: Dependencies, answers: dict[str, str]) -> "_Read":
    """The page that comes back for a submission without a good address."""
    answer = serve(a_post(headers=BROWSER, **answers), dependencies)
    assert answer["statusCode"] == 400
    return _Read.of(answer["body"])


def _taken(dependencies: Dependencies, answers: dict[str, str]) -> Profile:
    assert serve(a_json_post({"email": EMAIL} | answers), dependencies)["statusCode"] == 202
    return _lead(dependencies)


def _lead(dependencies: Dependencies) -> Profile:
    pointer = dependencies.table.get(keys.address(address_hash(KEY, EMAIL)))
    assert pointer
    row = dependencies.table.get(keys.profile(pointer.value.lead))
    assert row
    return row.value


def _mail(email: str, profile: Profile) -> OutgoingMail:
    return compose(a_send(email=email), profile, LIVE.bundle, MailLinks(SITE, LINK_KEYS), NOON)


def _marked(message: dict[str, Any]) -> list[str]:
    """The texts that Slack formats."""
    return _texts({"blocks": message["blocks"]}, "mrkdwn")


def _plain(message: dict[str, Any]) -> list[str]:
    return _texts({"blocks": message["blocks"]}, "plain_text")


def _texts(found: Any, type: str) -> list[str]:
    match found:
        case {"type": kind, "text": str(text)}:
            return [text] if kind == type else []
        case dict():
            return [text for value in found.values() for text in _texts(value, type)]
        case list():
            return [text for value in found for text in _texts(value, type)]
        case _:
            return []


class _Read(HTMLParser):
    """What a page or a mail is made of, and what stands in its fields."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[tuple[str, str]] = []
        self.values: dict[str, str] = {}

    @classmethod
    def of(cls, html: str) -> "_Read":
        read = cls()
        read.feed(html)
        read.close()
        return read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.parts.append((tag, " ".join([named.get("name") or "", *named])))
        if tag == "input":
            self.values[named.get("name") or ""] = named.get("value") or ""
