"""capture.webhook for the source "ripen": a signed request is stored once by its key, and any other gets a reason."""

import json
from concurrent.futures import ThreadPoolExecutor
from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from capture import _entry_request
from capture._entry_request import PATH
from capture.webhook import Dependencies, serve
from ripen.adapters.gateway import Response, request
from ripen.adapters.playbook import Live
from ripen.adapters.table import Conflict, Create, Table, keys
from ripen.agenda import Lane
from ripen.capture.signature import SignedRequest, signature
from ripen.key_ring import KeyRing
from ripen.lead.activity import Activity, Kind
from ripen.lead.address import address_hash
from ripen.playbook.graph import Journey
from ripen.playbook.trigger import OnActivity, OnRequest
from ripen.pointers import Pointer
from tests.support.builders import a_bundle
from tests.support.fakes import NOON, FakeQueue, LogCapture
from tests.support.gateway_events import KEY, SITE, an_event, rows

API = b"a" * 32
EMAIL = "hanako@example.co.jp"
JOURNEYS = (
    Journey(name="ordered", enrol=(OnActivity(kind="form_submitted"), OnRequest(facts=("order", "total", "gift")))),
    Journey(name="reviewed", enrol=(OnRequest(facts=("order",), key="order"),)),
    Journey(name="plain", enrol=(OnRequest(),)),
    Journey(name="closed"),
)


@pytest.fixture
def dependencies(table: Table, queue: FakeQueue) -> Dependencies:
    table.write(Create(keys.address(address_hash(KEY, EMAIL)), Pointer(lead="lead1")))
    bundle = a_bundle(journeys={journey.name: journey for journey in JOURNEYS})
    return Dependencies(
        table=table,
        react=queue,
        live=Live(bundle, SITE),
        address_key=KEY,
        now=NOON,
        new_id=lambda: "id",
        api_keys=KeyRing.of(API),
        secret=lambda source, fresh: "",
        wall=NOON.timestamp(),
    )


def an_ask(**changes: Any) -> dict[str, Any]:
    asked = {"journey": "ordered", "email": EMAIL, "key": "order 4711", "facts": {"order": "4711"}} | changes
    return {name: value for name, value in asked.items() if value is not ...}


def call(
    dependencies: Dependencies,
    content: object,
    *,
    key: bytes = API,
    late: float = 0,
    headers: dict[str, str] | None = None,
) -> Response:
    body = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    stamp = str(round(NOON.timestamp() - late))
    sent = headers or {}
    request_made = SignedRequest(stamp=stamp, key=sent.get("idempotency-key", ""), url=PATH, body=body.encode())
    signed = {"ripen-timestamp": stamp, "ripen-signature": signature(key, request_made)}
    event = an_event("POST", PATH, {"source": "ripen"}, headers=signed | sent, body=body)
    return serve(request(event), dependencies)


def body_of(answered: Response) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answered["body"])
    return found


def activities(dependencies: Dependencies) -> list[Activity]:
    return [row.value for row in dependencies.table.under("lead1", "activity#")]


def test_a_request_becomes_an_activity_with_its_facts(dependencies: Dependencies, queue: FakeQueue) -> None:
    answered = call(dependencies, an_ask(facts={"order": "4711", "total": 12.5, "gift": True}))

    [row] = dependencies.table.under("lead1", "activity#")
    made = row.value
    assert (answered["statusCode"], body_of(answered)) == (202, {"activity": made.id, "already_requested": False})
    assert (made.kind, made.subject, made.lead, made.at) == (Kind.ENTRY_ASKED, "ordered", "lead1", NOON)
    assert made.facts == {"order": "4711", "total": "12.5", "gift": "true", "key": "order 4711", "by": "api"}
    assert (row.due, row.lane) == (NOON, Lane.HOT)
    assert queue.woken == [row.key.ref]


def test_the_same_key_enters_once(dependencies: Dependencies, queue: FakeQueue) -> None:
    first = call(dependencies, an_ask())
    before = rows(dependencies.table)
    later = replace(dependencies, now=NOON + timedelta(days=30))
    again = [call(later, an_ask()), call(later, an_ask(facts={"order": "4712"}, email=" HANAKO@example.co.jp"))]

    assert [each["statusCode"] for each in again] == [202, 202]
    assert [body_of(each) for each in again] == [body_of(first) | {"already_requested": True}] * 2
    assert rows(dependencies.table) == before
    assert len(queue.woken) == 1


def test_another_key_journey_or_lead_is_another_request(dependencies: Dependencies) -> None:
    dependencies.table.write(Create(keys.address(address_hash(KEY, "ken@example.co.jp")), Pointer(lead="lead2")))
    asks = (an_ask(), an_ask(key="order 4712"), an_ask(journey="plain", facts={}), an_ask(email="ken@example.co.jp"))
    assert [body_of(call(dependencies, ask))["already_requested"] for ask in asks] == [False] * 4


def test_after_forty_days_a_key_is_forgotten(dependencies: Dependencies) -> None:
    call(dependencies, an_ask())
    much_later = replace(dependencies, now=NOON + timedelta(days=41))
    assert body_of(call(much_later, an_ask()))["already_requested"] is False


def test_the_key_of_the_body_wins_over_the_header(dependencies: Dependencies) -> None:
    call(dependencies, an_ask(key=...), headers={"idempotency-key": "header"})
    call(dependencies, an_ask(key="body"), headers={"idempotency-key": "header"})
    assert {activity.facts["key"] for activity in activities(dependencies)} == {"header", "body"}


def test_a_fact_that_is_the_journey_s_key_is_required(dependencies: Dependencies) -> None:
    call(dependencies, an_ask(journey="reviewed", key="request 1"))
    assert activities(dependencies)[0].facts["key"] == "4711"
    missing = call(dependencies, an_ask(journey="reviewed", facts={}))
    assert (missing["statusCode"], body_of(missing)["field"]) == (400, "facts.order")


def test_thirty_concurrent_requests_enter_once(dependencies: Dependencies) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: call(dependencies, an_ask()), range(30)))
    assert {answered["statusCode"] for answered in answers} == {202}
    assert [body_of(answered)["already_requested"] for answered in answers].count(False) == 1
    assert len(activities(dependencies)) == 1


def test_a_lost_race_is_retried(dependencies: Dependencies, monkeypatch: pytest.MonkeyPatch) -> None:
    write, tries = dependencies.table.write, list[int]()

    def busy(*changes: Any) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise Conflict((0,))
        write(*changes)

    monkeypatch.setattr(dependencies.table, "write", busy)
    assert body_of(call(dependencies, an_ask()))["already_requested"] is False


@pytest.mark.parametrize("late", [-299, 299])
def test_a_clock_may_be_five_minutes_off(dependencies: Dependencies, late: float) -> None:
    assert call(dependencies, an_ask(), late=late)["statusCode"] == 202


@pytest.mark.parametrize("late", [-301, 301, 86_400])
def test_an_old_signature_is_refused(dependencies: Dependencies, late: float) -> None:
    answered = call(dependencies, an_ask(), late=late)
    assert (answered["statusCode"], "five minutes" in body_of(answered)["error"]) == (401, True)


@pytest.mark.parametrize(
    "headers",
    [
        {"ripen-signature": ""},
        {"ripen-signature": "v1=署名"},
        {"ripen-signature": "v1=" + "0" * 64},
        {"ripen-timestamp": ""},
        {"ripen-timestamp": "now"},
        {"ripen-timestamp": str(round(NOON.timestamp()) + 1)},
        {"ripen-timestamp": "9" * 5000},
    ],
)
def test_an_unsigned_request_is_refused(dependencies: Dependencies, headers: dict[str, str]) -> None:
    before = rows(dependencies.table)
    answered = call(dependencies, an_ask(), headers=headers)
    assert answered["statusCode"] == 401
    assert any(word in body_of(answered)["error"] for word in ("signature", "Ripen-"))
    assert rows(dependencies.table) == before


def test_the_key_of_outgoing_webhooks_is_refused(dependencies: Dependencies) -> None:
    assert call(dependencies, an_ask(), key=KEY)["statusCode"] == 401


@pytest.mark.parametrize(
    ("content", "status", "field"),
    [
        ("{", 400, ""),
        ("", 400, ""),
        ("[" * 5000, 400, ""),
        ([], 400, ""),
        ("null", 400, ""),
        (an_ask(journey=...), 400, "journey"),
        (an_ask(journey=["ordered"]), 400, "journey"),
        (an_ask(email=...), 400, "email"),
        (an_ask(email="nobody"), 400, "email"),
        (an_ask(email=7), 400, "email"),
        (an_ask(key=...), 400, "key"),
        (an_ask(key="k" * 256), 400, "key"),
        (an_ask(key={"a": 1}), 400, "key"),
        (an_ask(key="a\x00b"), 400, "key"),
        (an_ask(lead="lead1"), 400, "lead"),
        (an_ask(facts=["order"]), 400, "facts"),
        (an_ask(facts={"order": ["4711"]}), 400, "facts.order"),
        (an_ask(facts={"order": "x" * 501}), 400, "facts.order"),
        (an_ask(facts={"order": "\x1b"}), 400, "facts.order"),
        (an_ask(facts={"by": "boss"}), 400, "facts.by"),
        (an_ask(facts={"colour": "red"}), 400, "facts.colour"),
        (an_ask(journey="plain"), 400, "facts.order"),
        (an_ask(journey="nothing"), 404, "journey"),
        (an_ask(journey="closed"), 403, "journey"),
        (an_ask(email="nobody@example.co.jp"), 404, "email"),
        (an_ask(facts={"order": "x" * 70_000}), 413, ""),
    ],
)
def test_a_refused_request_gets_a_reason_and_changes_nothing(
    dependencies: Dependencies, content: object, status: int, field: str
) -> None:
    before = rows(dependencies.table)
    answered = call(dependencies, content)
    assert (answered["statusCode"], body_of(answered)["field"]) == (status, field)
    assert body_of(answered)["error"]
    assert rows(dependencies.table) == before


def test_a_blank_fact_is_left_out(dependencies: Dependencies) -> None:
    call(dependencies, an_ask(facts={"order": None, "total": "", "gift": 0}))
    assert activities(dependencies)[0].facts == {"gift": "0", "key": "order 4711", "by": "api"}


def test_no_log_line_contains_the_address_or_a_fact(dependencies: Dependencies) -> None:
    with LogCapture(_entry_request.logger) as said:
        call(dependencies, an_ask())
        call(dependencies, an_ask(email="nobody@example.co.jp"))
        call(dependencies, an_ask(facts={"hanako@example.co.jp": "4711"}))
    assert said
    assert not [line for line in said if "example.co.jp" in line or "4711" in line]
