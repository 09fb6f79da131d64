"""Every page and mail passes axe-core on a phone and a desktop, in both languages.

The functions answer the browser directly; no cloud is needed.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, ViewportSize

from capture import form as form_function
from capture import page as page_function
from nurture.preferences import respond
from ripen.adapters import gateway
from ripen.adapters.playbook import Live
from ripen.adapters.table import Create, Table, keys
from ripen.lead.contact import Contact
from ripen.mail.content.mail_links import MailLinks
from ripen.mail.content.message import compose
from ripen.playbook.bundle import Bundle
from ripen.tracking import link_token
from ripen_authoring.compile import compile_playbook
from tests.support.browser import Device
from tests.support.builders import a_lead
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.gateway_events import BROWSER, KEY, KEYS, SITE, a_post, an_event
from tests.support.planned_mails import a_send, sent, unsubscribing

AXE = Path(__file__).parents[1] / "peers/node_modules/axe-core/axe.min.js"
SIZES: dict[Device, ViewportSize] = {
    Device.PHONE: {"width": 390, "height": 844},
    Device.DESK: {"width": 1280, "height": 900},
}
SEND = "a" * 26
RULES = {
    "page": "axe.run()",
    # The other rules are for sites: a mail is read inside a page that has a heading and landmarks of its own.
    "mail": "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})",
}

type Shown = dict[str, str]
"""HTML of pages, by name."""


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return compile_playbook(Path(__file__).parents[2] / "playbook")


@pytest.fixture
def shown(bundle: Bundle, table: Table, lang: str) -> Shown:
    return {
        **_pages(bundle, lang),
        **_refused(bundle, table, lang),
        **_unsubscribing(bundle, table, lang),
        **_mails(bundle, lang),
    }


def test_all_pages_and_mails_are_accessible(browser: Browser, shown: Shown, lang: str, device: Device) -> None:
    context = browser.new_context(viewport=SIZES[device], locale=lang)
    page, axe = context.new_page(), AXE.read_text()
    found: dict[str, list[str]] = {}
    for what, html in shown.items():
        page.unroute_all()
        page.route("**/*", _answering(html))
        page.goto(f"{SITE}/{what.replace(' ', '-')}")
        page.evaluate(axe)
        for wrong in page.evaluate(RULES["mail" if what.startswith("mail") else "page"])["violations"]:
            found.setdefault(what, []).append(described(wrong))
    context.close()
    assert found == {}


def test_axe_finds_a_mistake_made_on_purpose(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<html><body><main><h1>x</h1><form><input name=email></form></main></body></html>")
    page.evaluate(AXE.read_text())
    wrong = {found["id"] for found in page.evaluate("axe.run()")["violations"]}
    page.close()
    assert {"label", "html-has-lang", "document-title"} <= wrong


def described(wrong: dict[str, Any]) -> str:
    where = [node["html"][:160] + " – " + node["failureSummary"].replace("\n", " ")[:300] for node in wrong["nodes"]]
    return f"{wrong['id']}: {where}"


def _answering(html: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8")


def _pages(bundle: Bundle, lang: str) -> Shown:
    live = Live(bundle, SITE)
    names = (*bundle.pages, "thanks", "no-such-page")
    events = {name: an_event("GET", f"/pages/{name}", {"page": name}, query=f"lang={lang}") for name in names}
    return {
        name: str(page_function.serve(gateway.request(event), live, "nonce1")["body"]) for name, event in events.items()
    }


def _refused(bundle: Bundle, table: Table, lang: str) -> Shown:
    """Return the form with its errors, and the page for a form that is not on a page of ours."""
    dependencies = form_function.Dependencies(table, FakeQueue(), Live(bundle, SITE), KEY, NOON, lambda: "id1")
    wrong = {
        "email": "hanako@",
        "last_name": "長" * 300,
        "company": "株式会社サンプル",
        "page": "whitepaper",
        "lang": lang,
    }
    nothing = a_post("whitepaper", headers=BROWSER | {"accept-language": lang})
    return {
        "whitepaper refused": str(
            form_function.serve(a_post("whitepaper", headers=BROWSER, **wrong), dependencies)["body"]
        ),
        "nothing sent": str(form_function.serve(nothing, dependencies)["body"]),
    }


def _unsubscribing(bundle: Bundle, table: Table, lang: str) -> Shown:
    sent(table, id=SEND, locale=lang)
    table.write(Create(keys.contact("lead1"), Contact(lead="lead1")))
    good = link_token.sign_token(KEYS, link_token.Purpose.UNSUBSCRIBE, link_token.Link("lead1", SEND))

    def page(method: str, signed: str) -> str:
        event = an_event(method, f"/unsubscribe/{signed}", {"token": signed}, query=f"lang={lang}")
        return str(respond(event, unsubscribing(table, FakeClock(), link_keys=KEYS, bundle=bundle))["body"])

    return {"unsubscribe": page("GET", good), "unsubscribed": page("POST", good), "bad link": page("GET", "x")}


def _mails(bundle: Bundle, lang: str) -> Shown:
    profile = a_lead(locale=lang)
    mails = {
        f"mail {name}": compose(a_send(email=name), profile, bundle, MailLinks(SITE, KEYS), NOON).html
        for name in bundle.emails
    }
    return {name: html for name, html in mails.items() if html}  # some have only a text part
