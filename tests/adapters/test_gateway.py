"""API Gateway's events as requests, and the responses to them."""

import json
from base64 import b64encode
from typing import Any

import pytest

from ripen.adapters.gateway import Request, answer, language, page, request, with_scripts
from ripen.errors import Rejected

EVENT: dict[str, Any] = {
    "version": "2.0",
    "rawPath": "/forms/whitepaper",
    "rawQueryString": "a=1&b=%E5%B1%B1&b=2",
    "headers": {"Content-Type": "application/json", "host": "api.example", "accept": "text/html,*/*"},
    "pathParameters": {"form": "whitepaper"},
    "requestContext": {"http": {"method": "POST"}, "requestId": "r1", "domainName": "other.example"},
    "body": b64encode(b"\xff\x00").decode(),
    "isBase64Encoded": True,
}


def test_event_becomes_a_request() -> None:
    found = request(EVENT)
    assert (found.method, found.path, found.id, found.host) == ("POST", "/forms/whitepaper", "r1", "api.example")
    assert found.headers["content-type"] == "application/json"
    assert found.query == {"a": "1", "b": "2"}
    assert found.parameters == {"form": "whitepaper"}
    assert found.body == b"\xff\x00"
    assert found.from_browser


def test_empty_event_becomes_an_empty_request() -> None:
    found = request({"headers": None, "pathParameters": None, "body": None})
    assert (found.body, found.query, found.parameters, found.from_browser) == (b"", {}, {}, False)


@pytest.mark.parametrize("event", [{"body": "&&&", "isBase64Encoded": True}, {"body": "\ud800"}])
def test_body_that_cannot_be_decoded_is_rejected(event: dict[str, Any]) -> None:
    with pytest.raises(Rejected):
        _ = request(event).body


@pytest.mark.parametrize(
    ("accepted", "asked", "expected"),
    [
        ("", "", "ja"),
        ("en-US,en;q=0.9,ja;q=0.8", "", "en"),
        ("fr,en;q=0.5,ja;q=0.9", "", "ja"),
        ("en;q=0,ja;q=0.1", "", "ja"),
        ("en;q=x", "", "ja"),
        ("fr", "", "ja"),
        ("*", "", "ja"),
        ("EN", "", "en"),
        ("ja", "en", "en"),
        ("en", "xx", "ja"),
        ("en;q=1e9;q=,,;;", "", "ja"),
    ],
)
def test_language_is_the_requested_one_then_the_browsers_then_the_default(
    accepted: str, asked: str, expected: str
) -> None:
    browser = Request(method="GET", path="/", headers={"accept-language": accepted})
    assert language(browser, ("ja", "en"), "ja", asked) == expected


def test_page_allows_no_scripts_and_is_not_cached() -> None:
    headers = page("<p>")["headers"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script-src" not in headers["content-security-policy"]
    assert "form-action 'self'" in headers["content-security-policy"]
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert headers["referrer-policy"] != "no-referrer"


def test_lone_surrogate_does_not_break_a_json_response() -> None:
    response = answer({"field": "\ud800"}, 400)
    assert json.loads(response["body"].encode()) == {"field": "\ud800"}
    assert response["statusCode"] == 400


@pytest.mark.parametrize(
    ("tracking", "challenge", "scripts", "others"),
    [
        (False, False, "", ""),
        (True, False, "'self'", "connect-src 'self'"),
        (False, True, "https://challenges.cloudflare.com", "frame-src https://challenges.cloudflare.com"),
        (True, True, "'self' https://challenges.cloudflare.com", "connect-src 'self'"),
    ],
)
def test_page_allows_only_the_scripts_that_it_has(tracking: bool, challenge: bool, scripts: str, others: str) -> None:
    policy = with_scripts(page("x"), tracking=tracking, challenge=challenge)["headers"]["content-security-policy"]
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert len(directives) == len(policy.split(";"))
    assert directives.get("script-src", "") == scripts
    assert others in policy
    assert ("frame-src" in directives) == challenge
