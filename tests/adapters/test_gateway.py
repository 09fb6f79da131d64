"""API Gateway's events and the answers to them."""

import json
from base64 import b64encode
from typing import Any

import pytest

from ripen.adapters.gateway import Request, answer, language, page, request
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


def test_an_event_becomes_a_request() -> None:
    asked = request(EVENT)
    assert (asked.method, asked.path, asked.id, asked.host) == ("POST", "/forms/whitepaper", "r1", "api.example")
    assert asked.headers["content-type"] == "application/json"
    assert asked.query == {"a": "1", "b": "2"}
    assert asked.parameters == {"form": "whitepaper"}
    assert asked.body == b"\xff\x00"
    assert asked.from_browser


def test_an_event_with_nothing_in_it_is_a_request_too() -> None:
    asked = request({"headers": None, "pathParameters": None, "body": None})
    assert (asked.body, asked.query, asked.parameters, asked.from_browser) == (b"", {}, {}, False)


@pytest.mark.parametrize("event", [{"body": "&&&", "isBase64Encoded": True}, {"body": "\ud800"}])
def test_a_body_that_is_not_what_the_event_says_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(Rejected):
        _ = request(event).body


@pytest.mark.parametrize(
    ("accepted", "asked", "spoken"),
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
def test_the_language_is_the_one_asked_for_else_the_browsers_else_ours(accepted: str, asked: str, spoken: str) -> None:
    assert (
        language(Request(method="GET", path="/", headers={"accept-language": accepted}), ("ja", "en"), "ja", asked)
        == spoken
    )


def test_a_page_allows_no_scripts_and_is_not_kept() -> None:
    headers = page("<p>")["headers"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script-src" not in headers["content-security-policy"]
    assert "form-action 'self'" in headers["content-security-policy"]
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert headers["referrer-policy"] != "no-referrer"


def test_half_a_letter_does_not_break_an_answer() -> None:
    answered = answer({"field": "\ud800"}, 400)
    assert json.loads(answered["body"].encode()) == {"field": "\ud800"}
    assert answered["statusCode"] == 400
