"""Hostile text from the form appears as text in mail, card, record, console and mailbox.

A real browser runs nothing of it.
"""

import html
from itertools import batched
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.support.browser import Device, Visitor
from tests.support.hostile_input import TEXTS
from tests.support.local_cloud import RunningCloud, eventually

pytestmark = pytest.mark.timeout(600)

PATIENCE = 300
FIELDS = ("last_name", "first_name", "company", "department", "job_title")
HOT = {"phone": "03-1234-5678"}
TITLE = "部長 "
"""A title with which the leads turn hot by their click."""
PEOPLE = {
    f"hostile{number}@sample-shoji.example.jp": {"department": "x", "job_title": "x"}
    | dict(zip(FIELDS, texts, strict=False))
    for number, texts in enumerate(batched([*TEXTS.values(), "[x]", "${x}", "x"], len(FIELDS), strict=True))
}


@pytest.fixture(scope="module")
def lives(cloud: RunningCloud) -> dict[str, dict[str, Any]]:
    """Return the report of each lead, once mail, card and record exist."""
    for email, typed in PEOPLE.items():
        sent = HOT | typed | {"email": email, "job_title": TITLE + typed["job_title"]}
        assert cloud.submit("whitepaper", **sent).status_code == 202
    return {email: _settled(cloud, email) for email in PEOPLE}


def _settled(cloud: RunningCloud, email: str) -> dict[str, Any]:
    eventually(lambda: cloud.mails(email), PATIENCE)
    cloud.reads_mail(email)
    eventually(lambda: cloud.cards(email), PATIENCE)
    eventually(lambda: cloud.lead(email)["profile"]["crm"], PATIENCE)
    return cloud.lead(email)


def test_hostile_text_is_stored_mailed_posted_and_synced_as_typed(
    cloud: RunningCloud, lives: dict[str, dict[str, Any]]
) -> None:
    for email, typed in PEOPLE.items():
        # in our own books
        profile = lives[email]["profile"]
        assert {name: profile[name] for name in FIELDS} == typed | {"job_title": TITLE + typed["job_title"]}

        # in one mail, to one person, with nothing run or pulled in
        [mail] = cloud.mails(email)
        assert mail["to"] == email and "49" not in mail["subject"]
        assert not {"bcc", "cc"} & {name.lower() for name in mail["headers"]}
        assert "<script>" not in mail["html"] and "<img" not in mail["html"]

        # on one card
        [card] = cloud.cards(email)
        said = "\n".join(_texts(card["blocks"]))
        for name in ("last_name", "first_name", "company", "department", "job_title"):
            assert typed[name] in said, (name, said)

        # and in Salesforce
        [record] = cloud.records("Lead", "LastName, FirstName, Company, Title", Email=email)
        assert (record["LastName"], record["Company"]) == (typed["last_name"], typed["company"])
        assert record["FirstName"] == typed["first_name"][:40].strip()
        assert record["Title"] == TITLE + typed["job_title"].replace("@{", "@ {")


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_browser_shows_hostile_text_and_runs_none_of_it(
    browser: Browser, cloud: RunningCloud, lives: dict[str, dict[str, Any]], lang: str
) -> None:
    with Visitor.arrives(browser, cloud, Device.DESK, lang) as visitor:
        ran: list[str] = []

        def note(dialog: Dialog) -> None:
            ran.append(dialog.message)
            dialog.dismiss()

        visitor.page.on("dialog", note)
        for email, typed in PEOPLE.items():
            visitor.page.goto(lives[email]["profile"]["crm"]["url"])
            _shows(visitor.page, typed["last_name"], typed["company"])
            visitor.page.goto(f"{cloud.status['console']}/?lead={email}&lang={lang}")
            _shows(visitor.page, typed["last_name"], typed["company"])
        visitor.page.goto(cloud.status["salesforce"])
        _shows(visitor.page, *(typed["company"] for typed in PEOPLE.values()))
        visitor.page.goto(cloud.status["mailbox"])
        _shows(visitor.page, *PEOPLE)
        assert ran == []


def _shows(page: Page, *texts: str) -> None:
    for text in texts:
        expect(page.locator("body")).to_contain_text(text)
    assert page.locator("img[src=x]").count() == 0


def _texts(found: Any) -> list[str]:
    match found:
        case {"type": "mrkdwn", "text": str(text)}:
            return [html.unescape(text)]
        case {"text": str(text)}:
            return [text]
        case dict():
            return [text for value in found.values() for text in _texts(value)]
        case list():
            return [text for value in found for text in _texts(value)]
        case _:
            return []
