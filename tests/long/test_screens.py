"""axe-core finds no mistake on any screen of a running cloud, in both languages, on a phone and a desktop."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from sandbox.console.actions import PEOPLE
from tests.browser.conftest import browser, device, lang, visitor
from tests.browser.test_accessibility import AXE, described
from tests.support.browser import SEND, Visitor
from tests.support.local_cloud import eventually

__all__ = ["browser", "device", "lang", "visitor"]
PAGES = sorted({page.name.partition(".")[0] for page in Path("playbook/pages").glob("[!_]*.liquid")})

pytestmark = pytest.mark.timeout(0)


class Axe:
    """Opens screens and keeps what axe finds on them."""

    def __init__(self, page: Page) -> None:
        self.page, self.seen = page, 0
        self.found: dict[str, list[str]] = {}

    def looks(self, screen: str, options: str = "{iframes: false}") -> None:
        """Look at the screen that is open."""
        self.page.evaluate(AXE.read_text())
        wrong = [described(each) for each in self.page.evaluate(f"axe.run({options})")["violations"]]
        self.seen += 1
        if wrong:
            self.found[screen] = wrong

    def opens(self, screen: str, url: str) -> None:
        """Open a screen and look at it."""
        self.page.goto(url)
        self.looks(screen)


@pytest.fixture
def axe(visitor: Visitor) -> Iterator[Axe]:
    yield Axe(visitor.page)


def test_pages_of_visitors_have_no_mistakes(visitor: Visitor, axe: Axe) -> None:
    api, page = visitor.cloud.status["api"], visitor.page
    for name in (*PAGES, "no-such-page"):
        axe.opens(name, f"{api}/pages/{name}?lang={visitor.lang}")

    # a form that is refused, and one that is accepted
    visitor.opens("pages/whitepaper")
    page.get_by_role("button", name=SEND[visitor.lang]).click()
    axe.looks("refused by the browser or by us")
    visitor.types(email=visitor.email)
    visitor.sends()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state()
    axe.looks("thank-you")
    assert axe.found == {}, f"{axe.seen} screens"


def test_pages_that_a_mail_links_to_have_no_mistakes(visitor: Visitor, axe: Axe) -> None:
    visitor.has_asked_for_the_paper()
    [mail] = eventually(lambda: visitor.cloud.mails(visitor.email))
    for number, link in enumerate(sorted({word for word in mail["text"].split() if word.startswith("http")})):
        axe.opens(f"link {number} of the mail", link)
        for button in axe.page.locator("form[method=post] button").all()[:1]:
            button.click()
            axe.page.wait_for_load_state()
            axe.looks(f"after the button of link {number}")
    axe.opens("a bad link", f"{visitor.cloud.status['api']}/unsubscribe/x?lang={visitor.lang}")
    axe.opens("a bad confirmation", f"{visitor.cloud.status['api']}/confirm/x?lang={visitor.lang}")
    assert axe.found == {}, f"{axe.seen} screens"


def test_the_console_and_the_stand_ins_have_no_mistakes(visitor: Visitor, axe: Axe) -> None:
    status, page = visitor.cloud.status, visitor.page
    visitor.has_asked_for_the_paper()
    eventually(lambda: visitor.cloud.mails(visitor.email))
    axe.opens("console", f"{status['console']}/?lang={visitor.lang}")
    axe.opens("mailbox", f"{status['mailbox']}/?lang={visitor.lang}")
    page.get_by_role("button", name=visitor.email).first.click()
    axe.looks("a mail in the mailbox")
    axe.opens("Salesforce", f"{status['salesforce']}/?lang={visitor.lang}")
    last = PEOPLE[visitor.lang]["last_name"]
    if links := page.get_by_role("link", name=last).all():
        axe.opens("a lead in Salesforce", urljoin(page.url, links[0].get_attribute("href") or ""))
    assert axe.found == {}, f"{axe.seen} screens"


def test_axe_has_something_to_find(visitor: Visitor, axe: Axe) -> None:
    visitor.page.set_content("<html><body><main><h1>x</h1><form><input name=email></form></main></body></html>")
    axe.looks("a mistake made on purpose")
    assert "label" in str(axe.found)
