"""capture.page: a landing page in the reader's language, with a nonce and the origin in hidden fields."""

import json
from copy import replace
from html import unescape
from typing import Any

import pytest

from capture.page import serve
from ripen.adapters.gateway import request
from ripen.adapters.playbook import Live
from ripen.playbook.bundle import Page
from tests.support.builders import a_bundle
from tests.support.gateway_events import SITE, an_event

SOURCE = {
    "*": "{{ page.title }} {{ locale }} {{ form.action }}|{% for h in hidden %}{{ h.name }}={{ h.value }};{% endfor %}|"
    "{% for l in languages %}{{ l.code }}:{{ l.url }} {% endfor %}"
}
LIVE = Live(
    replace(
        a_bundle(),
        pages={
            "whitepaper": Page(name="whitepaper", title={"ja": "資料"}, source=SOURCE, form="whitepaper"),
            "thin": Page(name="thin", title={"ja": "薄い"}, source={"*": "{{ page.title }}"}),
        },
    ),
    SITE,
)


def shown(page: str = "whitepaper", query: str = "", **headers: str) -> tuple[int, str]:
    event = an_event(
        "GET",
        f"/pages/{page}",
        {"page": page},
        query=query,
        headers={k.replace("_", "-"): v for k, v in headers.items()},
    )
    answered = serve(request(event), LIVE, nonce="n1")
    assert "content-security-policy" in answered["headers"]
    assert answered["headers"]["cache-control"] == "no-store"
    return answered["statusCode"], unescape(answered["body"])


def test_a_page_is_in_the_requested_language_else_the_browser_s_else_ours() -> None:
    assert shown(query="lang=en")[1].startswith("資料 en ")
    assert shown(accept_language="en")[1].startswith("資料 en ")
    assert shown(query="lang=ja", accept_language="en")[1].startswith("資料 ja ")
    assert shown(query="lang=xx", accept_language="en")[1].startswith("資料 ja ")
    assert shown()[1].startswith("資料 ja /forms/whitepaper#form|")


@pytest.mark.parametrize(
    ("path", "says"), [("/", "ここにはページがありません"), ("/wp-login.php", "ページが見つかりません")]
)
def test_an_address_without_a_page_answers_people_with_one(path: str, says: str) -> None:
    for method in ("GET", "HEAD"):
        answered = serve(request(an_event(method, path, {})), LIVE, nonce="n1")
        assert (answered["statusCode"], says in answered["body"]) == (404, True)
    posted = serve(request(an_event("POST", path, {})), LIVE, nonce="n1")
    assert (posted["statusCode"], json.loads(posted["body"])) == (404, {"error": "nothing is at this address"})


def test_a_form_carries_its_nonce_its_page_and_the_origin() -> None:
    _, html = shown(query="lang=en&utm_source=news&gclid=g1&other=x", referer="https://search.example/?q=1")
    hidden = html.split("|")[1]
    assert "nonce=n1;" in hidden
    assert "lang=en;" in hidden
    assert "page=whitepaper;" in hidden
    assert "utm_source=news;" in hidden
    assert "gclid=g1;" in hidden
    assert f"page_url={SITE}/pages/whitepaper?lang=en&utm_source=news&gclid=g1&other=x;" in hidden
    assert "referrer=https://search.example/?q=1;" in hidden
    assert "other=" not in hidden.replace("&other=", "")


def test_a_change_of_language_keeps_the_campaign() -> None:
    _, html = shown(query="lang=ja&utm_source=news")
    assert f"en:{SITE}/pages/whitepaper?lang=en&utm_source=news" in html


def test_a_browser_gets_the_brand_s_icon_and_keeps_it_for_a_day() -> None:
    icon = serve(request(an_event("GET", "/favicon.ico", {})), LIVE, nonce="n1")
    assert (icon["statusCode"], icon["headers"]["content-type"]) == (200, "image/svg+xml")
    assert icon["headers"]["cache-control"] == "public, max-age=86400"
    assert icon["body"].startswith("<svg ")
    assert f'fill="{LIVE.bundle.brand.accent}"' in icon["body"]


def test_a_page_without_a_form_is_rendered() -> None:
    assert shown("thin") == (200, "薄い")


def test_query_values_stay_text() -> None:
    event = an_event(
        "GET", "/pages/whitepaper", {"page": "whitepaper"}, query="utm_source=%22%3E%3Cscript%3E&utm_term=%00"
    )
    body = serve(request(event), LIVE, nonce="n1")["body"]
    assert "<script>" not in body
    assert "\x00" not in body


def test_an_unknown_page_is_404_with_a_page() -> None:
    for name in ("nothing", "../secret", "", "whitepaper/"):
        status, html = shown(name)
        assert status == 404
        assert "<h1>" in html


def test_a_thank_you_page_always_exists() -> None:
    status, html = shown("thanks")
    assert status == 200
    assert "<h1>" in html


def with_challenge(page: str, site_key: str = "0x4A") -> dict[str, Any]:
    search, footer = '<form action="/search"></form>', "<footer></footer>"
    form = f'{search}<form method="post" action="/forms/whitepaper#form"><input></form>{footer}'
    pages = {
        "whitepaper": Page(name="whitepaper", title={"ja": "資料"}, source={"*": form}, form="whitepaper"),
        "thin": LIVE.bundle.pages["thin"],
    }
    live = Live(replace(LIVE.bundle, pages=pages), SITE)
    return serve(request(an_event("GET", f"/pages/{page}", {"page": page})), live, "n1", site_key)


def test_a_form_has_a_challenge_only_where_the_stack_has_a_site_key() -> None:
    shown = with_challenge("whitepaper")
    ours = shown["body"].partition('action="/forms/whitepaper#form">')[2].partition("</form>")[0]
    assert '<div class="cf-turnstile" data-sitekey="0x4A" data-action="ripen"></div>' in ours
    assert 'src="https://challenges.cloudflare.com/turnstile/v0/api.js"' in ours
    assert shown["body"].count("cf-turnstile") == 1
    assert "cloudflare" not in str(with_challenge("whitepaper", site_key=""))


def test_a_page_without_a_form_allows_no_challenge() -> None:
    assert "cloudflare" not in str(with_challenge("thin"))
    assert "cloudflare" not in str(with_challenge("thanks"))


def test_a_site_key_is_escaped() -> None:
    assert 'data-sitekey="&quot;&gt;x"' in with_challenge("whitepaper", site_key='">x')["body"]


def test_the_nonce_comes_with_the_site_key_of_the_challenge() -> None:
    def asked(site_key: str) -> Any:
        return json.loads(serve(request(an_event("GET", "/nonce", {})), LIVE, "n1", site_key)["body"])

    assert asked("") == {"nonce": "n1"}
    assert asked("0x4A") == {"nonce": "n1", "site_key": "0x4A"}
