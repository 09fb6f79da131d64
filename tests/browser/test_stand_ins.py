"""The stand-ins' pages pass axe-core: the mailbox, and Salesforce's lists and records."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_accessibility import AXE, SIZES, described
from tests.sandbox.salesforce.conftest import AnOrg, org, served
from tests.support.browser import Device
from tests.support.ses_server import Served, serving

__all__ = ["org", "served"]


@pytest.fixture
def page(browser: Browser, device: Device, lang: str) -> Iterator[Page]:
    context = browser.new_context(viewport=SIZES[device], locale=lang, ignore_https_errors=True)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("mailbox")) as found:
        found.ses.create_email_identity(EmailIdentity="news@example.com")
        yield found


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    return [described(wrong) for wrong in page.evaluate("axe.run({iframes: false})")["violations"]]


@pytest.mark.parametrize("lang", ["en"])
def test_the_mailbox_is_accessible_and_sends_replies(mailbox: Served, page: Page, device: Device, lang: str) -> None:
    # given one mail that came and one that bounced
    for to in ("hanako@example.co.jp", "bounce@simulator.amazonses.com"):
        body = {"Html": {"Data": "<p>山田様</p>"}, "Text": {"Data": "山田様 https://ripen.example/c/x"}}
        content = {"Simple": {"Subject": {"Data": "資料のお届け"}, "Body": body}}
        mailbox.ses.send_email(
            FromEmailAddress="news@example.com",
            Destination={"ToAddresses": [to]},
            ReplyToAddresses=["reply+x@reply.example.com"],
            Content=content,
        )

    # when it is looked at, as a mail, as text and with its headers
    page.goto(mailbox.url)
    found = {"list": violations(page)}
    page.get_by_role("button", name="hanako").first.click()
    for tab in ("Mail", "Text", "Headers"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        found[tab] = violations(page)

    # and answered
    page.get_by_text("Reply", exact=True).click()
    page.get_by_role("textbox", name="Your answer").fill("木曜日にお話しできますか？")
    found["Reply"] = violations(page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("It ends this person's journeys")

    # then axe finds no mistake
    assert {what: wrong for what, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("lang", ["ja"])
def test_the_mailbox_speaks_the_language_of_the_browser_until_another_is_chosen(mailbox: Served, page: Page) -> None:
    # given a browser in Japanese, then the page is in Japanese
    page.goto(mailbox.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("メールボックス")
    assert violations(page) == []

    # when English is chosen, then the page stays in English
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mailbox")
    page.goto(mailbox.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Mailbox")


def test_the_pages_of_salesforce_are_accessible(org: AnOrg, page: Page, lang: str) -> None:
    lead = org.lead(FirstName="太郎", Ripen_Rank__c="hot", Ripen_Score__c=82, Ripen_Reasons__c="料金ページを3回閲覧")
    org.create("Task", Subject="電話する", WhoId=lead)
    found = {}
    for path in ("", f"lightning/r/Lead/{lead}/view", "lightning/r/Lead/x/view"):
        page.goto(f"{org.url}/{path}?lang={lang}")
        found[path] = violations(page)
    assert {what: wrong for what, wrong in found.items() if wrong} == {}
