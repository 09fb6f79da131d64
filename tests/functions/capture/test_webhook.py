"""capture.webhook: a signed response is stored once by its id, and any other gets a reason."""

import hmac
import json
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from copy import replace
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count as counter
from typing import Any

import pytest

from capture.webhook import Dependencies, serve
from ripen.adapters.gateway import Response, request
from ripen.adapters.playbook import Live
from ripen.adapters.table import Table, keys
from ripen.key_ring import KeyRing
from ripen.lead.activity import Activity
from ripen.lead.address import address_hash
from ripen.lead.lead import Profile
from tests.support.builders import a_bundle
from tests.support.fakes import NOON, FakeQueue
from tests.support.gateway_events import KEY, SITE, an_event, rows

SECRET = "typeform secret"
EMAIL = "hanako@example.co.jp"


@dataclass
class Vault:
    """Secrets that may have been changed since they were fetched."""

    known: dict[str, str] = field(default_factory=lambda: {"typeform": SECRET})
    new: dict[str, str] = field(default_factory=dict)

    def __call__(self, source: str, fresh: bool) -> str:
        return ((self.new or self.known) if fresh else self.known).get(source, "")


@pytest.fixture
def dependencies(table: Table, queue: FakeQueue) -> Dependencies:
    bundle = a_bundle()
    form = bundle.forms["whitepaper"]
    names = {"form_id": "abc123", "q_email": "email", "q_name": "full_name", "q_legal": "consent", "q_phone": "phone"}
    bundle = replace(bundle, forms={"whitepaper": replace(form, sources={"typeform": names})})
    ids = counter(1)
    return Dependencies(
        table=table,
        react=queue,
        live=Live(bundle, SITE),
        address_key=KEY,
        now=NOON,
        new_id=lambda: f"{next(ids):032x}",
        api_keys=KeyRing.of(b"a" * 32),
        secret=Vault(),
        wall=NOON.timestamp(),
    )


def a_response(**changes: Any) -> dict[str, Any]:
    known = {
        "form_id": "abc123",
        "token": "token1",
        "submitted_at": "2026-11-21T02:55:00Z",
        "hidden": {"utm_source": "news", "lang": "en"},
        "answers": [
            {"type": "email", "email": EMAIL, "field": {"id": "1", "type": "email", "ref": "q_email"}},
            {"type": "text", "text": "山田 花子", "field": {"id": "2", "type": "short_text", "ref": "q_name"}},
            {"type": "boolean", "boolean": True, "field": {"id": "3", "type": "legal", "ref": "q_legal"}},
            {
                "type": "phone_number",
                "phone_number": "+81312345678",
                "field": {"id": "4", "type": "x", "ref": "q_phone"},
            },
        ],
    }
    return {"event_id": "event1", "event_type": "form_response", "form_response": known | changes}


def signature(body: str, secret: str = SECRET) -> str:
    return "sha256=" + b64encode(hmac.digest(secret.encode(), body.encode(), sha256)).decode()


def call(
    dependencies: Dependencies, content: object, headers: dict[str, str] | None = None, source: str = "typeform"
) -> Response:
    body = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    signed = {"typeform-signature": signature(body)} if headers is None else headers
    event = an_event("POST", f"/webhooks/{source}", {"source": source}, headers=signed, body=body)
    return serve(request(event), dependencies)


def body_of(answered: Response) -> dict[str, str]:
    found: dict[str, str] = json.loads(answered["body"])
    return found


def lead_of(table: Table) -> Profile:
    pointer = table.get(keys.address(address_hash(KEY, EMAIL)))
    assert pointer is not None
    row = table.get(keys.profile(pointer.value.lead))
    assert row is not None
    return row.value


def activities(table: Table) -> list[Activity]:
    return [row.value for row in table.under(lead_of(table).id, "activity#")]


def test_a_signed_response_becomes_a_lead_and_an_activity(dependencies: Dependencies, queue: FakeQueue) -> None:
    answered = call(dependencies, a_response())
    (activity,) = activities(dependencies.table)
    assert (answered["statusCode"], body_of(answered)) == (200, {"activity": activity.id})
    profile = lead_of(dependencies.table)
    assert (profile.last_name, profile.first_name, profile.phone, profile.locale) == (
        "山田",
        "花子",
        "+81312345678",
        "en",
    )
    assert (activity.subject, activity.facts["source"]) == ("whitepaper", "typeform")
    assert activity.at == datetime(2026, 11, 21, 2, 55, tzinfo=UTC)
    assert activity.touch is not None
    assert activity.touch.utm_source == "news"
    assert len(queue.woken) == 1


def test_a_missing_language_is_ours_for_a_new_lead_only(dependencies: Dependencies) -> None:
    call(dependencies, a_response(hidden={}))
    assert lead_of(dependencies.table).locale == "ja"
    call(dependencies, a_response(token="token2"))
    call(dependencies, a_response(token="token3", hidden={}))
    assert lead_of(dependencies.table).locale == "en"


def test_a_legal_question_is_a_consent_if_accepted(dependencies: Dependencies) -> None:
    response = a_response()
    call(dependencies, response)
    assert consents(dependencies.table) == 1
    response["form_response"]["answers"][2]["boolean"] = False
    call(dependencies, a_response(token="token2", answers=response["form_response"]["answers"]))
    assert consents(dependencies.table) == 1


def consents(table: Table) -> int:
    leads = [ref.partition("|")[0].removeprefix("lead#") for ref in rows(table) if ref.endswith("|profile")]
    return sum(bool(row.value.consent) for lead in leads for row in table.under(lead, "activity#"))


def test_a_base64_body_is_verified_as_it_was_sent(dependencies: Dependencies) -> None:
    body = json.dumps(a_response(), ensure_ascii=False)
    event = an_event(
        "POST",
        "/webhooks/typeform",
        {"source": "typeform"},
        headers={"typeform-signature": signature(body)},
        body=b64encode(body.encode()).decode(),
        encoded=True,
    )
    assert serve(request(event), dependencies)["statusCode"] == 200


def test_a_repeated_response_changes_nothing(dependencies: Dependencies, queue: FakeQueue) -> None:
    first = call(dependencies, a_response())
    before = rows(dependencies.table)
    again = call(replace(dependencies, now=NOON + timedelta(days=20)), a_response() | {"event_id": "event2"})
    assert (again["statusCode"], body_of(again)) == (200, body_of(first))
    assert rows(dependencies.table) == before
    assert len(queue.woken) == 1


def test_thirty_concurrent_responses_make_one_lead(dependencies: Dependencies) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: call(dependencies, a_response()), range(30)))
    assert {answered["statusCode"] for answered in answers} == {200}
    assert len(activities(dependencies.table)) == 1


def test_a_time_in_the_future_counts_as_now(dependencies: Dependencies) -> None:
    call(dependencies, a_response(submitted_at="2031-01-01T00:00:00Z"))
    assert activities(dependencies.table)[0].at == NOON


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"typeform-signature": ""},
        {"typeform-signature": "sha256="},
        {"typeform-signature": "sha256=署名"},
        {"typeform-signature": signature("another body")},
        {"typeform-signature": signature(json.dumps(a_response(), ensure_ascii=False), "another secret")},
    ],
)
def test_an_unsigned_request_is_refused(dependencies: Dependencies, headers: dict[str, str]) -> None:
    answered = call(dependencies, a_response(), headers)
    assert answered["statusCode"] == 401
    assert "signature" in body_of(answered)["error"]
    assert rows(dependencies.table) == []


def test_a_rewritten_body_is_refused(dependencies: Dependencies) -> None:
    signed = {"typeform-signature": signature(json.dumps(a_response(), ensure_ascii=False))}
    assert call(dependencies, json.dumps(a_response(), ensure_ascii=False, indent=1), signed)["statusCode"] == 401


def test_without_a_secret_every_request_is_refused(dependencies: Dependencies) -> None:
    body = json.dumps(a_response())
    signed = {"typeform-signature": signature(body, "")}
    assert call(replace(dependencies, secret=Vault(known={})), body, signed)["statusCode"] == 401


def test_a_secret_that_was_just_changed_is_fetched_again(dependencies: Dependencies) -> None:
    body = json.dumps(a_response())
    signed = {"typeform-signature": signature(body, "new secret")}
    assert call(replace(dependencies, secret=Vault(new={"typeform": "new secret"})), body, signed)["statusCode"] == 200


@pytest.mark.parametrize(
    ("content", "status", "wrong"),
    [
        ("{", 400, ""),
        ("", 400, ""),
        ({"event_type": "form_response"}, 400, "form_response"),
        (a_response(form_id="other"), 404, "form_id"),
        (a_response(answers=[]), 400, "email"),
        (a_response(answers=[{"type": "email", "email": "nobody", "field": {"ref": "q_email"}}]), 400, "email"),
        ("x" * 300_000, 413, ""),
    ],
)
def test_a_refused_response_gets_a_reason(dependencies: Dependencies, content: object, status: int, wrong: str) -> None:
    answered = call(dependencies, content)
    assert (answered["statusCode"], body_of(answered)["field"]) == (status, wrong)
    assert rows(dependencies.table) == []


def test_an_unknown_source_is_404(dependencies: Dependencies) -> None:
    for source in ("nothing", "", "../typeform", "山"):
        assert call(dependencies, a_response(), source=source)["statusCode"] == 404


def test_another_kind_of_event_is_ignored(dependencies: Dependencies) -> None:
    assert call(dependencies, {"event_id": "x", "event_type": "form_response_partial"})["statusCode"] == 200
    assert rows(dependencies.table) == []
