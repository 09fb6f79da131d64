"""A visitor uses the landing page and its form."""

import pytest
from playwright.sync_api import Browser, expect

from sandbox.console.actions import PEOPLE
from tests.support.browser import LABELS, Device, Visitor
from tests.support.local_cloud import RunningCloud

pytestmark = pytest.mark.timeout(600)

PAGES = ("whitepaper", "whitepaper-thanks", "whitepaper-read", "pricing")
THANKS = {"ja": "お申し込みありがとうございます", "en": "Thank you, it is on its way"}
WRONG = {
    ("", "ja"): "入力してください。",
    ("", "en"): "This field is required.",
    ("hanako@", "ja"): "メールアドレスの形式が正しくありません。",
    ("hanako@", "en"): "This is not an e-mail address.",
}


def test_a_form_filled_in_by_hand_leads_to_the_thank_you_page(visitor: Visitor) -> None:
    # given the landing page in the visitor's language
    visitor.opens("pages/whitepaper")
    expect(visitor.page.locator("html")).to_have_attribute("lang", visitor.lang)
    visitor.takes_a_picture("page")

    # when the form is filled in and sent
    visitor.types(email=visitor.email, **PEOPLE[visitor.lang])
    visitor.page.get_by_role("checkbox").check()
    visitor.takes_a_picture("page-filled-in")
    visitor.sends()

    # then the visitor sees the thank-you page, and we have a lead
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(THANKS[visitor.lang])
    visitor.takes_a_picture("thanks")
    lead = visitor.cloud.lead(visitor.email)
    known = {name: lead["profile"][name] for name in ("last_name", "company", "job_title", "locale")}
    typed = PEOPLE[visitor.lang]
    assert known == {name: typed[name] for name in known if name in typed} | {"locale": visitor.lang}
    assert lead["consent"]["consent"]["marketing"]["granted"] is True


@pytest.mark.parametrize("typed", ["", "hanako@"])
def test_a_wrong_address_has_an_error_beside_its_field_and_the_answers_stay(visitor: Visitor, typed: str) -> None:
    # given everything but a good address
    others = PEOPLE[visitor.lang]
    visitor.opens("pages/whitepaper")
    visitor.types(**({"email": typed} if typed else {}), **others)
    visitor.page.get_by_role("checkbox").check()

    # when it is sent
    visitor.sends()

    # then the error is at its field, and nothing has to be typed again
    field = visitor.page.get_by_label(LABELS[visitor.lang]["email"], exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(WRONG[typed, visitor.lang])
    expect(field).to_have_value(typed)
    for name, answer in others.items():
        expect(visitor.page.get_by_label(LABELS[visitor.lang][name], exact=True)).to_have_value(answer)
    expect(visitor.page.get_by_role("checkbox")).to_be_checked()
    expect(field).to_be_in_viewport()
    assert not visitor.scrolls_sideways()
    visitor.takes_a_picture(f"refused-{'missing' if not typed else 'malformed'}")


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways_on_a_phone(browser: Browser, cloud: RunningCloud, lang: str, name: str) -> None:
    with Visitor.arrives(browser, cloud, Device.PHONE, lang) as visitor:
        visitor.opens(f"pages/{name}")
        for width in (390, 320):
            visitor.page.set_viewport_size({"width": width, "height": 700})
            assert not visitor.scrolls_sideways(), width


def test_the_form_works_by_keyboard_alone_and_skips_the_honeypot(
    browser: Browser, cloud: RunningCloud, lang: str
) -> None:
    with Visitor.arrives(browser, cloud, Device.DESK, lang) as visitor:
        # given a person without a mouse
        keyboard = visitor.page.keyboard
        visitor.opens("pages/whitepaper")
        visited = []

        # when the form is gone through from field to field
        answers = {"email": visitor.email, **PEOPLE[lang]}
        for _ in range(40):
            keyboard.press("Tab")
            name = visitor.page.evaluate("document.activeElement.name || document.activeElement.type || ''")
            visited.append(name)
            if name in answers:
                keyboard.type(answers[name])
            elif name == "consent":
                keyboard.press("Space")
            elif name == "submit":
                keyboard.press("Enter")
                break

        # then every field was met in its order, the trap was not, and the form is sent
        assert [name for name in visited if name] == [*answers, "consent", "submit"]
        expect(visitor.page.get_by_role("heading", level=1)).to_have_text(THANKS[lang])


def test_the_focus_is_visible(browser: Browser, cloud: RunningCloud) -> None:
    with Visitor.arrives(browser, cloud, Device.DESK, "en") as visitor:
        visitor.opens("pages/whitepaper")
        for name in ("email", "consent"):
            field = visitor.page.locator(f"[name={name}]")
            visitor.page.keyboard.press("Tab")
            while not field.evaluate("it => it === document.activeElement"):
                visitor.page.keyboard.press("Tab")
            outline = field.evaluate("it => getComputedStyle(it).outlineStyle + getComputedStyle(it).outlineWidth")
            assert not outline.startswith("none") and not outline.endswith(" 0px"), name


def test_the_honeypot_is_invisible_to_people(visitor: Visitor) -> None:
    visitor.opens("pages/whitepaper")
    trap = visitor.page.locator("[name=website]")
    assert trap.count() == 1
    box = trap.bounding_box()
    assert box is not None and box["x"] + box["width"] < 0
    assert visitor.page.get_by_role("textbox", name="website").count() == 0


def test_the_link_to_the_other_language_keeps_the_campaign(browser: Browser, cloud: RunningCloud) -> None:
    with Visitor.arrives(browser, cloud, Device.PHONE, "ja") as visitor:
        visitor.page.goto(f"{cloud.status['api']}/pages/whitepaper?lang=ja&utm_source=expo")
        visitor.page.get_by_role("link", name="English").click()
        expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
        assert visitor.page.locator("[name=utm_source]").get_attribute("value") == "expo"
