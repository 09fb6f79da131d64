"""Forms over real HTTP from a company's own site, from a browser without scripts, and from a form provider."""

import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest

from tests.support.form_visitors import a_director, an_address
from tests.support.local_cloud import RunningCloud, eventually

OUR_SITE = {"origin": "https://www.ripen.example"}


def encoded(kind: str, answers: dict[str, str]) -> dict[str, Any]:
    match kind:
        case "urlencoded":
            return {"data": answers}
        case "multipart":
            return {"files": {name: (None, value) for name, value in answers.items()}}
        case _:
            return {"json": answers}


@pytest.mark.parametrize("kind", ["urlencoded", "multipart", "json"])
def test_a_form_is_accepted_in_each_encoding(cloud: RunningCloud, kind: str) -> None:
    # given a person with a name in Japanese
    answers = a_director(consent="yes")

    # when a script sends it so
    answer = cloud.post("/forms/whitepaper", headers=OUR_SITE, **encoded(kind, answers))

    # then every letter is kept, and the sender's script may read the answer
    assert (answer.status_code, list(answer.json())) == (202, ["activity"])
    assert answer.headers["access-control-allow-origin"] == OUR_SITE["origin"]
    lead = cloud.lead(answers["email"])
    assert (lead["profile"]["last_name"], lead["profile"]["company"]) == (answers["last_name"], answers["company"])
    assert [record["granted"] for record in lead["consent"]["records"]] == [True]


def test_a_preflight_is_allowed_for_listed_sites_only(cloud: RunningCloud) -> None:
    asks = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    url = f"{cloud.status['api']}/forms/whitepaper"

    ours = httpx.options(url, headers=OUR_SITE | asks, timeout=60)
    other = httpx.options(url, headers={"origin": "https://evil.example"} | asks, timeout=60)

    assert ours.status_code == 204
    assert ours.headers["access-control-allow-origin"] == OUR_SITE["origin"]
    assert "POST" in ours.headers["access-control-allow-methods"]
    assert "access-control-allow-origin" not in other.headers


def test_a_browser_is_redirected_to_the_thank_you_page_in_its_language(cloud: RunningCloud) -> None:
    answers = a_director(lang="en", page="whitepaper")

    answer = cloud.post("/forms/whitepaper", data=answers, headers={"accept": "text/html"})

    assert answer.status_code == 303
    page = cloud.get(answer.headers["location"])
    assert page.status_code == 200
    assert 'lang="en"' in page.text


def test_a_typeform_response_counts_once_and_needs_its_signature(cloud: RunningCloud) -> None:
    # given a response that Typeform sends twice because it got no answer
    email = an_address()
    body = typeform(email, token=email)
    signed = {"typeform-signature": signature(cloud.status["secrets"]["typeform"], body)}

    # when a stranger sends it, and then Typeform, twice
    forged = [
        cloud.post("/webhooks/typeform", content=body, headers=headers)
        for headers in ({}, {"typeform-signature": signature("guessed", body)})
    ]
    unknown = cloud.lead(email)
    answers = [cloud.post("/webhooks/typeform", content=body, headers=signed) for _ in range(2)]

    # then only Typeform's is accepted, and there is one lead
    assert [answer.status_code for answer in forged] == [401, 401]
    assert unknown == {}
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    lead = eventually(lambda: lead if (lead := cloud.lead(email))["sends"] else {})
    assert len(lead["activities"]) == 1
    assert lead["profile"]["company"] == "株式会社見本"
    assert lead["touches"]["first"]["utm_source"] == "webinar"


def typeform(email: str, token: str) -> bytes:
    """Return a response as in Typeform's documentation: answers by type, questions by ref, submitted just now."""
    now = datetime.now(UTC)

    def answer(type: str, ref: str, value: object) -> dict[str, Any]:
        return {"type": type, type: value, "field": {"id": f"id-{ref}", "type": type, "ref": ref}}

    response = {
        "form_id": "lT4Z3j",
        "token": token,
        "landed_at": f"{now - timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}",
        "submitted_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "hidden": {"utm_source": "webinar"},
        "answers": [
            answer("email", "email", email),
            answer("text", "last_name", "鈴木"),
            answer("text", "company", "株式会社見本"),
            answer("boolean", "consent", True),
        ],
    }
    event = {"event_id": "01E1FT", "event_type": "form_response", "form_response": response}
    return json.dumps(event, ensure_ascii=False).encode()


def signature(secret: str, body: bytes) -> str:
    return "sha256=" + b64encode(hmac.digest(secret.encode(), body, sha256)).decode()
