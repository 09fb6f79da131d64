"""The reader's mail, its link and its unsubscribe page; and the screens of sales."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, expect

from sandbox.console.actions import PEOPLE
from tests.support.browser import Device, Visitor
from tests.support.local_cloud import RunningCloud, eventually

pytestmark = pytest.mark.timeout(600)

SUBJECT = {"ja": "ガイド「問い合わせを商談に変える5つの手順」", "en": "Your guide"}
BUTTON = {"ja": "ガイドを読む", "en": "Read the guide"}
STOP = {"ja": "配信を停止する", "en": "Unsubscribe"}
PAPER = {"ja": "問い合わせを商談に変える5つの手順", "en": "From inquiry to meeting: five steps"}
ASKED = {"ja": "メールの配信を停止しますか？", "en": "Stop receiving our mails?"}
HOT = {"ja": "ホット", "en": "Hot"}
DONE = {"ja": "配信を停止しました", "en": "You are unsubscribed"}


def test_the_mail_arrives_and_its_link_opens_the_guide(visitor: Visitor) -> None:
    # given a person who has asked for the paper
    visitor.has_asked_for_the_paper()

    # when the mail is read
    mail = _opened(visitor)
    visitor.takes_a_picture("mail", whole=False)
    with visitor.page.context.expect_page() as opened:
        mail.get_by_role("link", name=BUTTON[visitor.lang]).click()

    # then its link leads to the paper, in the same language, and is remembered
    paper = opened.value
    expect(paper.get_by_role("heading", level=1)).to_have_text(PAPER[visitor.lang])
    assert "/c/" not in paper.url
    eventually(lambda: [done for done in _activities(visitor) if done["kind"] == "link_clicked"])


@pytest.mark.parametrize(("device", "lang"), [(Device.PHONE, "ja"), (Device.DESK, "en")])
def test_the_unsubscribe_link_asks_first_and_then_ends_the_mails(visitor: Visitor) -> None:
    # given a mail in the reader's hands
    visitor.has_asked_for_the_paper()
    mail = _opened(visitor)

    # when the reader goes to the page behind its link
    with visitor.page.context.expect_page() as opened:
        mail.get_by_role("link", name=STOP[visitor.lang]).click()
    page = opened.value
    expect(page.get_by_role("heading", level=1)).to_have_text(ASKED[visitor.lang])
    assert visitor.email not in page.content()

    # then nothing has happened yet
    assert visitor.cloud.lead(visitor.email)["consent"]["unsubscribed"] is None

    # but it has once the button is pressed
    Visitor(page, visitor.cloud, visitor.device, visitor.lang).takes_a_picture("unsubscribe")
    page.get_by_role("button", name=STOP[visitor.lang]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(DONE[visitor.lang])
    Visitor(page, visitor.cloud, visitor.device, visitor.lang).takes_a_picture("unsubscribed")
    assert eventually(lambda: visitor.cloud.lead(visitor.email)["consent"]["unsubscribed"])


def test_sales_finds_the_lead_in_salesforce_and_its_card_in_slack(
    browser: Browser, cloud: RunningCloud, lang: str
) -> None:
    with Visitor.arrives(browser, cloud, Device.DESK, lang) as visitor:
        # given a lead that is hot
        visitor.has_asked_for_the_paper()
        cloud.reads_mail(visitor.email)
        lead = eventually(lambda: _told(visitor))

        # when a person in sales looks the lead up
        page, url = visitor.page, f"{lead['profile']['crm']['url']}?lang={lang}"

        def is_hot() -> bool:
            page.goto(url)
            return page.get_by_text(HOT[lang], exact=True).count() > 0

        eventually(is_hot)  # Salesforce and Slack hear of it by different workers

        # then the record says who it is and why
        person = PEOPLE[lang]
        for text in (person["last_name"], person["company"], person["job_title"], visitor.email):
            expect(page.get_by_text(text).first).to_be_visible()
        expect(page.get_by_text(HOT[lang], exact=True).first).to_be_visible()
        visitor.takes_a_picture("record")

        # and so does the card in Slack
        page.goto(cloud.status["slack"])
        expect(page.get_by_text(person["company"]).last).to_be_visible()
        visitor.takes_a_picture("card", whole=False)


def _opened(visitor: Visitor) -> Frame:
    """Open the visitor's latest mail in the mailbox and return the frame that shows it."""
    eventually(lambda: visitor.cloud.mails(visitor.email))
    page = visitor.page
    page.goto(visitor.cloud.status["mailbox"])
    page.get_by_role("button", name=visitor.email).click()
    expect(page.get_by_role("heading", level=2)).to_contain_text(SUBJECT[visitor.lang])
    frame = page.locator("iframe").element_handle().content_frame()
    assert frame is not None
    return frame


def _activities(visitor: Visitor) -> list[dict[str, Any]]:
    return list(visitor.cloud.lead(visitor.email)["activities"])


def _told(visitor: Visitor) -> dict[str, Any]:
    """Return the lead once its card is posted and it is in Salesforce."""
    lead = visitor.cloud.lead(visitor.email)
    return lead if lead["profile"]["crm"] and lead["alerts"] and lead["alerts"][0]["state"] == "posted" else {}
