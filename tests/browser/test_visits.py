"""The beacons that our script sends from a real browser, and those that it must not send."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, Request, Response, Route, expect

from capture.track import SCRIPT
from sandbox.console.actions import PEOPLE
from tests.support.browser import Device, Visitor
from tests.support.local_cloud import RunningCloud, eventually

pytestmark = pytest.mark.timeout(600)

OWN_SITE = "https://www.ripen.example"
_needs_bodies = pytest.mark.skipif(
    os.environ.get("BROWSER") == "firefox", reason="Playwright shows no body of a beacon in Firefox"
)
VIEWED = re.compile(r"料金ページを\d+月\d+日に3回閲覧")


def test_the_card_counts_views_of_the_pricing_page_before_the_form(browser: Browser, cloud: RunningCloud) -> None:
    with Visitor.arrives(browser, cloud, Device.DESK, "ja") as visitor:
        # given a visitor from a campaign who views the pricing page three times
        pricing = f"{cloud.status['api']}/pages/pricing?lang=ja&utm_source=spring-fair"
        for _ in range(3):
            with _told(visitor.page):
                visitor.page.goto(pricing)

        # when the same browser fills in the form
        visitor.opens("pages/whitepaper")
        visitor.types(email=visitor.email, **PEOPLE["ja"] | {"last_name": "三度見"})
        visitor.page.wait_for_timeout(3_200)  # a page counts as read after three seconds
        visitor.sends()
        expect(visitor.page.get_by_role("heading", level=1)).to_have_text("お申し込みありがとうございます")

        # and the person follows the link in the mail, then the card says so, and the first touch is the earliest
        cloud.reads_mail(visitor.email)
        [card] = eventually(lambda: [card for card in cloud.cards("三度見") if VIEWED.search(str(card))])
        assert card["ts"]
        # (the join brings the earlier touch a moment after the card)
        eventually(lambda: cloud.lead(visitor.email)["touches"]["first"]["utm_source"] == "spring-fair")
        lead = cloud.lead(visitor.email)
        views = [done for done in lead["activities"] if done["subject"] == "pricing"]
        assert [view["kind"] for view in views] == ["page_viewed"] * 3
        assert lead["touches"]["first"]["at"] < lead["touches"]["lead"]["at"]
        assert lead["touches"]["first"]["utm_source"] == "spring-fair"

        # and the beacon that the page sent as it was left has arrived too
        assert eventually(lambda: [done for done in _done(visitor, "page_read") if done["subject"] == "whitepaper"])


def test_a_page_opened_from_a_mail_sends_the_token_and_removes_it_from_its_address(
    browser: Browser, cloud: RunningCloud
) -> None:
    with Visitor.arrives(browser, cloud, Device.DESK, "en") as visitor:
        # given a mail, and an unknown browser
        visitor.has_asked_for_the_paper()
        [mail] = eventually(lambda: cloud.mails(visitor.email))
        link = next(word for word in mail["text"].split() if "/c/" in word)

        # when its link is opened there
        with _told(visitor.page):
            visitor.page.goto(link)
        assert "rpn=" not in visitor.page.url

        # then the visit is likely the lead's, and counts for the click
        [view] = eventually(lambda: _done(visitor, "page_viewed"))
        [click] = [done for done in _done(visitor, "link_clicked") if done["id"] == view["facts"]["click"]]
        assert view["facts"]["likely"] == "yes"
        assert click["subject"] == "whitepaper-delivery"
        assert PEOPLE["en"]["first_name"] not in visitor.page.content()


def test_a_visitor_with_global_privacy_control_leaves_no_trace(browser: Browser, cloud: RunningCloud) -> None:
    with Visitor.arrives(browser, cloud, Device.DESK, "ja") as visitor:
        sent = _listen(visitor.page)
        visitor.page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
        visitor.opens("pages/pricing")
        visitor.page.wait_for_timeout(600)
        visitor.opens("pages/whitepaper")
        assert sent == []
        assert visitor.page.evaluate("[localStorage.length, window.ripen.visitor()]") == [0, ""]


def test_a_browser_without_storage_and_beacons_still_sends_the_form(browser: Browser, cloud: RunningCloud) -> None:
    with Visitor.arrives(browser, cloud, Device.DESK, "ja") as visitor:
        broken: list[Error] = []

        def note(error: Error) -> None:
            broken.append(error)

        visitor.page.on("pageerror", note)
        visitor.page.add_init_script(
            "for (const [of, name] of [[window, 'localStorage'], [window, 'fetch'],"
            " [navigator, 'sendBeacon'], [crypto, 'getRandomValues']])"
            " Object.defineProperty(of, name, {get() { throw new Error(name) }});"
        )
        visitor.opens("pages/whitepaper")
        visitor.types(email=visitor.email)
        visitor.sends()
        expect(visitor.page.get_by_role("heading", level=1)).to_have_text("お申し込みありがとうございます")
        assert broken == []


@_needs_bodies
def test_a_site_of_the_company_sends_views_and_downloads_only_after_consent(
    browser: Browser, cloud: RunningCloud
) -> None:
    with Visitor.arrives(browser, cloud, Device.DESK, "ja") as visitor:
        # given a page that asks for consent
        sent, page = _listen(visitor.page), visitor.page
        page.route(f"{OWN_SITE}/**", lambda route: _own_page(route, cloud))
        page.goto(f"{OWN_SITE}/pricing")
        page.wait_for_function("window.ripen")
        page.wait_for_timeout(600)
        assert sent == []
        assert page.evaluate("localStorage.length") == 0

        # when the visitor agrees, reads, takes a file and leaves
        page.evaluate("ripen.consent(true)")
        page.mouse.wheel(0, 4000)
        page.wait_for_timeout(3200)
        page.get_by_role("link", name="PDF").click()
        page.evaluate("history.pushState({}, '', '/thanks'); ripen.view()")
        page.wait_for_timeout(600)

        # then beacons say so
        view, download, dwell, after = _events(sent)
        assert [view["type"], download["type"], dwell["type"], after["type"]] == [
            "page_view",
            "download",
            "dwell",
            "page_view",
        ]
        assert [dwell["url"], after["url"], after["referrer"]] == [view["url"], f"{OWN_SITE}/thanks", view["url"]]
        assert dwell["seconds"] >= 3
        assert dwell["scroll"] > 50
        assert download["target"] == f"{OWN_SITE}/guide.pdf"

        # and none is sent after the consent is withdrawn
        page.goto(f"{OWN_SITE}/pricing")
        page.wait_for_function("window.ripen")
        before = page.evaluate("localStorage.length")
        page.evaluate("ripen.consent(false)")
        assert [before, page.evaluate("localStorage.length")] == [1, 0]


def _own_page(route: Route, cloud: RunningCloud) -> None:
    html = (
        "<!doctype html><title>Plans</title><body style='height:3000px'><a href='/guide.pdf' download>PDF</a>"
        f"<script async src='{cloud.status['api']}/ripen.js' data-consent='required'></script>"
    )
    route.fulfill(content_type="text/html", body=html)


def _listen(page: Page) -> list[dict[str, Any]]:
    """Return a list that collects all beacons from now on."""
    sent: list[dict[str, Any]] = []

    def note(asked: Request) -> None:
        if asked.url.endswith("/track") and asked.post_data_json:
            sent.append(asked.post_data_json)

    page.context.on("request", note)
    return sent


@_needs_bodies
def test_the_answer_to_a_refused_form_is_no_page_view(browser: Browser) -> None:
    page, home = browser.new_page(), "https://go.example"
    told: list[str] = []

    def answer(route: Route) -> None:
        if route.request.url == f"{home}/track":
            beacon: Any = route.request.post_data_json
            told.extend(event["url"] for event in beacon["events"])
        is_script = route.request.url == f"{home}/ripen.js"
        body = SCRIPT if is_script else '<a href="https://else.example/">on</a><script src="/ripen.js"></script>'
        route.fulfill(body=body, content_type="text/javascript" if is_script else "text/html")

    page.route(f"{home}/**", answer)
    for path in ("pages/guide", "forms/guide", "forms-we-like"):
        page.goto(f"{home}/{path}")
        page.evaluate("document.links[0].onclick = () => false")
        page.get_by_role("link").click()
        page.wait_for_timeout(300)  # a beacon is sent after 200 ms
    page.close()
    assert told == [f"{home}/pages/guide"] * 2 + [f"{home}/forms-we-like"] * 2


@contextmanager
def _told(page: Page, at_least: int = 1) -> Iterator[None]:
    """Wait at the block's end until the beacons of its actions are answered."""
    taken: list[int] = []

    def note(answer: Response) -> None:
        if answer.url.endswith("/track"):
            taken.append(answer.status)

    page.context.on("response", note)
    yield
    for _ in range(100):
        if len(taken) >= at_least:
            break
        page.wait_for_timeout(200)
    assert taken[:at_least] == [204] * at_least


def _events(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for beacon in sent for event in beacon["events"]]


def _done(visitor: Visitor, kind: str) -> list[dict[str, Any]]:
    return [done for done in visitor.cloud.lead(visitor.email)["activities"] if done["kind"] == kind]
