"""The console: one lead's life as it happens, driven by its buttons."""

from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from sandbox.console.actions import PEOPLE
from tests.browser.test_accessibility import AXE
from tests.support.browser import Device, Visitor
from tests.support.local_cloud import RunningCloud

pytestmark = pytest.mark.timeout(600)

DEEDS = {
    "ja": {
        "form": "フォームを送信する",
        "visit": "料金ページを見る",
        "click": "メールのリンクをクリック",
        "accept": "Slack で「担当する」を押す",
        "minutes": "3分進める",
    },
    "en": {
        "form": "Send the form",
        "visit": "Look at the pricing page",
        "click": "Click the link in the mail",
        "accept": "Press Accept (担当する) in Slack",
        "minutes": "Let 3 minutes pass",
    },
}
CLICKED = {"ja": "メールのリンクをクリック", "en": "Clicked a link"}
VIEWED = {"ja": "ページを閲覧", "en": "Looked at a page"}
ACCEPTED = {"ja": "営業が担当になった", "en": "Accepted by sales"}
HUMAN = {"ja": "人", "en": "human"}
HOSTILE = "<script>document.title='x'</script>{{ 7 | times: 7 }}"


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_console_shows_a_lead_as_it_acts(browser: Browser, cloud: RunningCloud, lang: str) -> None:
    with Visitor.arrives(browser, cloud, Device.DESK, lang) as visitor:
        page, person = visitor.page, PEOPLE[lang]

        # given no lead yet
        page.goto(f"{cloud.status['console']}/?lang={lang}")
        visitor.takes_a_picture("console-empty")

        # when the form is sent, then mail and record come by themselves, but no card
        page.get_by_role("button", name=DEEDS[lang]["form"]).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(person["last_name"])
        expect(page.locator("#salesforce")).to_contain_text(person["company"])
        expect(page.frame_locator("#mails iframe").locator("body")).to_contain_text(person["last_name"])
        assert page.locator("#score circle").count() == 1
        visitor.takes_a_picture("console-new")

        # when the pricing page is looked at, then that counts
        _press(page, DEEDS[lang]["visit"])
        expect(page.locator("#activities")).to_contain_text(VIEWED[lang])
        expect(page.locator("#score circle")).to_have_count(2)

        # when the link is clicked, then the card comes, and when sales accepts the lead, that is seen too
        _press(page, DEEDS[lang]["click"])
        expect(page.locator("#activities")).to_contain_text(CLICKED[lang])
        expect(page.locator("#slack")).to_contain_text(person["company"])
        _press(page, DEEDS[lang]["accept"])
        expect(page.locator("#activities")).to_contain_text(ACCEPTED[lang])
        _press(page, DEEDS[lang]["minutes"])
        click = page.locator("#activities li", has_text=CLICKED[lang])
        expect(click).to_contain_text(HUMAN[lang])
        expect(page.get_by_role("status")).to_have_count(0)
        visitor.takes_a_picture("console")
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run({iframes: false})")["violations"]
        assert [(each["id"], node["html"], node["failureSummary"]) for each in found for node in each["nodes"]] == []

        # and on a phone it is all there
        page.set_viewport_size({"width": 390, "height": 844})
        assert not visitor.scrolls_sideways()
        visitor.takes_a_picture("console-narrow")


def test_hostile_text_is_shown_as_text(browser: Browser, cloud: RunningCloud) -> None:
    with Visitor.arrives(browser, cloud, Device.DESK, "en") as visitor:
        cloud.submit("whitepaper", email=visitor.email, last_name=HOSTILE, company=HOSTILE)
        visitor.page.goto(f"{cloud.status['console']}/?lang=en&lead={visitor.email}")
        expect(visitor.page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
        assert visitor.page.title() == f"{HOSTILE} · Ripen Console"


def test_the_console_shows_why_an_action_failed(browser: Browser, cloud: RunningCloud) -> None:
    with Visitor.arrives(browser, cloud, Device.DESK, "en") as visitor:
        visitor.page.goto(f"{cloud.status['console']}/?lang=en&lead=nobody@nowhere.example.jp")
        expect(visitor.page.get_by_role("alert")).to_contain_text("No lead has the address")


def test_a_form_of_another_site_cannot_press_a_button(cloud: RunningCloud) -> None:
    email = f"{uuid4().hex[:12]}@visitor.example.jp"
    address, answers = f"{cloud.status['console']}/do/form", {"email": email, "lang": "en"}
    for headers in ({"origin": "https://elsewhere.example"}, {}):
        assert httpx.post(address, data=answers, headers=headers).status_code == 403
    assert cloud.tried("lead", email, "--json").returncode == 1


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    page.wait_for_load_state()
    expect(page.get_by_role("alert")).to_have_count(0)
