"""Bad input over the real HTTP path is refused with a reason, never with a 500, and nothing of it is kept."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

import httpx
import pytest

from tests.support.form_visitors import a_director
from tests.support.local_cloud import RunningCloud, eventually

FORM = "/forms/whitepaper"
JSON = {"content-type": "application/json"}
URLENCODED = {"content-type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Bad:
    """A bad request, by its mistake; `content` gets a mark that the test looks for in the table."""

    status: int
    path: str = FORM
    headers: dict[str, str] = field(default_factory=lambda: JSON)
    content: Callable[[str], bytes] = lambda mark: json.dumps({"email": f"{mark}@example.co.jp"}).encode()


def _of(text: str) -> Callable[[str], bytes]:
    return lambda mark: text.replace("MARK", mark).encode()


REFUSED = {
    "unknown form": Bad(404, "/forms/nothing"),
    "unknown source": Bad(404, "/webhooks/nobody"),
    "no address": Bad(400, content=_of('{"last_name": "MARK"}')),
    "malformed address": Bad(400, content=_of('{"email": "MARK@@example..co.jp"}')),
    "header injection": Bad(400, content=_of('{"email": "MARK@example.co.jp\\r\\nBcc: x@example.com"}')),
    "NUL": Bad(400, content=_of('{"email": "MARK\\u0000@example.co.jp"}')),
    "NUL, urlencoded": Bad(400, headers=URLENCODED, content=_of("email=MARK%00%40example.co.jp")),
    "half a letter": Bad(400, content=_of('{"email": "MARK\\ud800@example.co.jp"}')),
    "invalid UTF-8": Bad(400, content=lambda mark: b'{"email": "%b@example.co.jp", "a": "\xff\xfe"}' % mark.encode()),
    "invalid UTF-8, urlencoded": Bad(400, headers=URLENCODED, content=_of("email=MARK%40example.co.jp&last_name=%FF")),
    "deep JSON": Bad(400, content=lambda mark: b"[" * 30_000 + mark.encode() + b"]" * 30_000),
    "no JSON": Bad(400, content=_of('{"email": "MARK@example.co.jp"')),
    "a list": Bad(400, content=_of('["MARK"]')),
    "nested": Bad(400, content=_of('{"email": {"$gt": "MARK"}}')),
    "a megabyte": Bad(413, content=lambda mark: json.dumps({"email": f"{mark}@a.jp", "x": "y" * 2**20}).encode()),
    "a megabyte, webhook": Bad(413, "/webhooks/typeform", content=lambda mark: mark.encode() * 200_000),
    "another kind": Bad(415, headers={"content-type": "text/xml"}, content=_of("<a>MARK</a>")),
    "broken multipart": Bad(400, headers={"content-type": "multipart/form-data; boundary=x"}, content=_of("MARK")),
    "another's site": Bad(403, headers=JSON | {"origin": "https://evil.example"}),
    "Slack unsigned": Bad(401, "/slack", headers=URLENCODED, content=_of("command=/ripen&text=MARK")),
    "Slack invalid UTF-8": Bad(400, "/slack", headers=URLENCODED, content=lambda mark: b"\xff" + mark.encode()),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_bad_input_is_refused_with_a_reason_and_stores_nothing(cloud: RunningCloud, wrong: str) -> None:
    bad, mark = REFUSED[wrong], token_hex(8)

    answer = cloud.post(bad.path, content=bad.content(mark), headers=bad.headers)

    if bad.path == FORM and "origin" in bad.headers:
        assert "access-control-allow-origin" not in answer.headers
    assert answer.status_code == bad.status, answer.text
    assert answer.json()["error"]
    assert cloud.rows_that_hold(mark) == []


def test_a_person_sees_the_page_again_with_the_answers(cloud: RunningCloud) -> None:
    typed = {"email": "hanako(at)example", "last_name": '"><script>alert(1)</script>', "page": "whitepaper"}

    answer = cloud.post(FORM, data=typed, headers={"accept": "text/html", "accept-language": "ja"})

    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert 'lang="ja"' in answer.text
    assert "hanako(at)example" in answer.text
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("path", ["/pages/nothing", "/c/AAAA", "/unsubscribe/AAAA", "/nothing/at/all"])
def test_an_unknown_address_has_a_page_that_says_so(cloud: RunningCloud, path: str) -> None:
    answer = cloud.get(path, headers={"accept": "text/html"})

    assert answer.status_code == 404


@pytest.fixture(scope="module")
def mail(cloud: RunningCloud) -> dict[str, Any]:
    """A mail with real tokens."""
    person = a_director(consent="yes")
    cloud.submit("whitepaper", **person)
    return eventually(lambda: cloud.mails(person["email"]))[0]


TAMPERED: dict[str, Callable[[str], str]] = {
    "cut short": lambda token: token[:-4],
    "one letter changed": lambda token: token[:10] + ("A" if token[10] != "A" else "B") + token[11:],
    "made longer": lambda token: token + "AAAA",
    "another alphabet": lambda token: "%F0%9F%94%A5" + token[1:],
}


@pytest.mark.parametrize("how", TAMPERED)
def test_an_altered_token_is_refused(cloud: RunningCloud, mail: dict[str, Any], how: str) -> None:
    unsubscribe = mail["headers"]["List-Unsubscribe"].strip("<>").removeprefix(cloud.status["api"])
    start, token = unsubscribe.rsplit("/", 1)
    path = f"{start}/{TAMPERED[how](token)}"

    answers: list[httpx.Response] = [cloud.get(path), cloud.post(path), cloud.get(path.replace(start, "/c"))]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert cloud.lead(mail["to"])["consent"]["unsubscribed"] is None
