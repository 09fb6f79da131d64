"""The signals of a click distinguish a person from a machine and contain nothing personal."""

import pytest

from ripen.tracking.click_signals import (
    AgentKind,
    agent_kind,
    browser_hash,
    is_page_navigation,
    network_hash,
    request_signals,
)

KEY = b"k" * 32
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (CHROME, AgentKind.BROWSER),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1 YJApp-IOS",
            AgentKind.BROWSER,
        ),
        (
            "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
            AgentKind.BROWSER,
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; X) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36 Line/14.1",
            AgentKind.BROWSER,
        ),
        ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", AgentKind.SCANNER),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", AgentKind.SCANNER),
        ("BarracudaCentral/1.0", AgentKind.SCANNER),
        ("Microsoft Office Existence Discovery", AgentKind.SCANNER),
        ("python-requests/2.32", AgentKind.LIBRARY),
        ("curl/8.5.0", AgentKind.LIBRARY),
        ("Go-http-client/2.0", AgentKind.LIBRARY),
        ("", AgentKind.NONE),
        ("  ", AgentKind.NONE),
    ],
)
def test_user_agent_names_the_kind_of_program(name: str, expected: AgentKind) -> None:
    assert agent_kind(name) is expected


@pytest.mark.parametrize(
    ("headers", "opens"),
    [
        ({"accept": "text/html,*/*", "sec-fetch-mode": "navigate"}, True),
        ({"accept": "text/html,*/*"}, True),
        ({"accept": "*/*"}, False),
        ({}, False),
        ({"accept": "text/html,*/*", "sec-fetch-mode": "no-cors"}, False),
        ({"accept": "text/html,*/*", "sec-fetch-mode": "navigate", "sec-purpose": "prefetch;prerender"}, False),
        ({"accept": "text/html,*/*", "purpose": "prefetch"}, False),
    ],
)
def test_navigation_of_a_browser_is_recognised(headers: dict[str, str], opens: bool) -> None:
    assert is_page_navigation(headers) is opens


def test_addresses_of_one_network_have_the_same_hash() -> None:
    assert (
        network_hash("203.0.113.7", KEY)
        == network_hash("203.0.113.200", KEY)
        == network_hash("::ffff:203.0.113.9", KEY)
    )
    assert network_hash("203.0.113.7", KEY) != network_hash("203.0.114.7", KEY)
    assert network_hash("2001:db8:1:2::1", KEY) == network_hash("2001:db8:1:2:ffff::9", KEY)
    assert network_hash("2001:db8:1:2::1", KEY) != network_hash("2001:db8:1:3::1", KEY)
    assert network_hash("203.0.113.7", KEY) != network_hash("203.0.113.7", b"x" * 32)
    assert network_hash("unknown", KEY) == network_hash("", KEY) == ""


def test_signals_contain_nothing_personal() -> None:
    kept = request_signals("GET", {"user-agent": CHROME, "accept": "text/html", "cookie": "id=1"}, "203.0.113.7", KEY)
    assert kept == {
        "method": "GET",
        "agent": "browser",
        "request": "navigation",
        "network": network_hash("203.0.113.7", KEY),
    }
    assert "203" not in kept["network"]


def test_browsers_behind_one_address_are_told_apart() -> None:
    here = "203.0.113.9"
    own = {"user-agent": CHROME, "accept-language": "ja", "accept": "text/html"}
    known = browser_hash(own, here, KEY)
    assert known == browser_hash(own | {"accept": "*/*"}, "203.0.113.200", KEY)
    others = [own | {"user-agent": "Edge"}, own | {"accept-language": "en"}, own | {"sec-ch-ua": '"Headless"'}, {}]
    assert len({known, browser_hash(own, "198.51.100.1", KEY), *(browser_hash(it, here, KEY) for it in others)}) == 6
    assert browser_hash(own, "", KEY) == ""


def test_headers_that_are_not_valid_unicode_have_a_browser_hash_too() -> None:
    headers = {"accept-language": "\ud800"}
    assert len(browser_hash(headers, "2001:db8::1", b"k" * 32)) == 16
