"""Every request to a public path is answered, and never with a server error (5xx)."""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from copy import replace
from datetime import datetime, timedelta, timezone
from itertools import count
from time import time
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import notify.slack
from capture import form, link, page, salesforce, track, webhook
from nurture import preferences
from ripen.adapters import gateway
from ripen.adapters.edge import Edge
from ripen.adapters.playbook import Live
from ripen.adapters.table import Create, Table, keys
from ripen.capture.challenge import Verdict
from ripen.capture.signature import SignedRequest, signature
from ripen.lead.address import address_hash
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Journey
from ripen.playbook.trigger import OnRequest
from ripen.pointers import Pointer
from ripen.tracking import link_token
from ripen.tracking.beacon import Beacon
from ripen.tracking.click_signals import HIDDEN_LINK
from ripen_authoring.compile import compile_playbook
from tests.support.edge_manager import EdgeManager
from tests.support.fake_chat import TEAM, FakeChat
from tests.support.fakes import NOON, FakeClock, FakePost, FakeQueue
from tests.support.gateway_events import KEY, KEYS, SITE, no_limit
from tests.support.planned_mails import sent, unsubscribing
from tests.support.public_requests import anything, beacons, bodies, events, mostly, values, words
from tests.support.slack_workspace import SIGNING_SECRET, KnownSecrets
from tests.support.stack_template import FUNCTIONS
from tests.test_architecture import ROOT

SECRET = "typeform secret"
SEND = "a" * 26
SITE_KEY = "0x4AAAAAAA"
EDGE = Edge("edge", EdgeManager())
UNSUBSCRIBE = link_token.sign_token(KEYS, link_token.Purpose.UNSUBSCRIBE, link_token.Link("lead1", SEND))
CONFIRM = link_token.sign_token(KEYS, link_token.Purpose.CONFIRM, link_token.Link("lead1", SEND))
COMMAND = {"command": "/ripen", "user_id": "U0ALICE", "team_id": TEAM}
_ZONES = st.timezones() | st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))
often = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


# The requests of salesforce are in capture/test_salesforce.py.
FUZZED = (form, page, link, preferences, salesforce, track, webhook, notify.slack)


def test_every_function_with_a_public_path_is_below() -> None:
    public = {
        function["Handler"].removesuffix(".handler")
        for function in FUNCTIONS.values()
        if any(event["Type"] == "HttpApi" for event in function.get("Events", {}).values())
    }
    assert public == {module.__name__ for module in FUZZED}


def is_an_answer(answer: dict[str, Any]) -> None:
    """One that API Gateway can pass on, and that is not our mistake."""
    assert 200 <= answer["statusCode"] < 500
    for name in ("strict-transport-security", "permissions-policy", "x-content-type-options"):
        assert answer["headers"][name]
    for name, value in answer["headers"].items():
        assert name.isascii() and value.isascii() and value.isprintable(), (name, value)
    assert json.loads(json.dumps(answer)) == answer
    assert len(answer["body"].encode()) < 1_000_000


@pytest.fixture(scope="module")
def live() -> Live:
    return Live(compile_playbook(ROOT / "playbook"), SITE)


@pytest.fixture
def ids() -> Iterator[int]:
    return count(1)


@pytest.fixture
def mailed(table: Table) -> Table:
    sent(table, id=SEND, email="case-study")
    return table


@often
@given(event=events("POST OPTIONS", "whitepaper"), challenged=st.booleans())
def test_the_form_answers_any_request_without_a_500(
    table: Table, queue: FakeQueue, live: Live, ids: Iterator[int], event: dict[str, Any], challenged: bool
) -> None:
    challenge = form.Brakes(edge=EDGE, site_key=SITE_KEY, verdict=lambda token, post: Verdict(success=bool(token)))
    brakes = challenge if challenged else form.Brakes(edge=EDGE)
    own = form.Dependencies(table, queue, live, KEY, NOON, lambda: f"{next(ids):032x}", brakes=brakes)
    is_an_answer(form.serve(event, own))


@often
@given(event=events("GET", "whitepaper", "pricing", "thanks"), path=st.sampled_from(["/pages/x", "/nonce"]))
def test_the_page_answers_any_request_without_a_500(live: Live, event: dict[str, Any], path: str) -> None:
    event["rawPath"] = path
    for site_key in ("", SITE_KEY):
        is_an_answer(page.serve(gateway.request(event), live, "nonce1", site_key))


@often
@given(
    event=events(
        "GET HEAD",
        *(
            link_token.sign_token(KEYS, link_token.Purpose.CLICK, link_token.Link("lead1", SEND, number))
            for number in (0, 1, 99, HIDDEN_LINK)
        ),
    )
)
def test_the_link_answers_any_request_without_a_500(mailed: Table, live: Live, event: dict[str, Any]) -> None:
    def bundle_of(hash: str) -> Bundle:
        raise AssertionError("the send names no bundle")

    own = link.LinkKeys(link=KEYS, network=KEY)
    request = EDGE.with_visitor(gateway.request(event))
    is_an_answer(link.serve(request, link.Dependencies(mailed, live, bundle_of, own, NOON, FakeQueue())))


@often
@given(event=events("GET POST", UNSUBSCRIBE, CONFIRM), path=st.sampled_from(["/unsubscribe/x", "/confirm/x"]))
def test_the_preferences_answer_any_request_without_a_500(
    mailed: Table, clock: FakeClock, queue: FakeQueue, live: Live, event: dict[str, Any], path: str
) -> None:
    event["rawPath"] = path
    is_an_answer(preferences.respond(event, unsubscribing(mailed, clock, link_keys=KEYS, bundle=live.bundle)))


@often
@given(event=events("POST OPTIONS", "track"), beacon=st.none() | beacons())
def test_the_beacon_answers_any_request_without_a_500(live: Live, event: dict[str, Any], beacon: bytes | None) -> None:
    if beacon is not None:
        event |= {"body": b64encode(beacon).decode(), "isBase64Encoded": True}
    post = FakePost()
    is_an_answer(track.serve(gateway.request(event), track.Dependencies(post, live, NOON, no_limit())))
    # what was kept can be read again, and fits into a message
    for message in post.kept:
        assert msgspec.json.decode(message, type=Beacon).events
        assert len(message.encode()) <= 256 * 1024


@often
@given(event=events("GET", "ripen.js").filter(lambda event: event["requestContext"]["http"]["method"] == "GET"))
def test_the_script_answers_any_request_without_a_500(event: dict[str, Any]) -> None:
    is_an_answer(track.handler(event, None))  # type: ignore[arg-type]


@often
@given(
    event=events("POST", "typeform"),
    signed=st.booleans(),
    answers=st.none() | st.lists(st.tuples(values, anything), max_size=4),
    moment=st.just("2026-11-21T02:55:00Z") | st.datetimes(timezones=_ZONES).map(datetime.isoformat),
)
def test_the_webhook_answers_any_request_without_a_500(
    table: Table,
    queue: FakeQueue,
    live: Live,
    ids: Iterator[int],
    event: dict[str, Any],
    signed: bool,
    answers: list[tuple[str, Any]] | None,
    moment: str,
) -> None:
    if answers is not None:
        event |= {"body": json.dumps(_responded(answers, moment)), "isBase64Encoded": False}
    if signed:
        body = gateway.request(event).body
        digest = b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
        event["headers"] |= {"typeform-signature": f"sha256={digest}"}
    is_an_answer(webhook.serve(gateway.request(event), _webhook_dependencies(table, queue, live, ids)))


@often
@given(
    event=events("POST", "ripen"),
    signed=mostly(st.just(True), st.just(False)),
    asks=mostly(
        st.fixed_dictionaries(
            {
                "journey": mostly(st.just("asked"), anything),
                "email": mostly(st.just("hanako@example.co.jp"), anything),
                "key": mostly(st.text(max_size=9), anything),
                "facts": mostly(st.dictionaries(st.sampled_from(["order", "total"]), words | st.integers()), anything),
            }
        ),
        st.none() | anything,
    ),
)
def test_the_entry_request_answers_any_request_without_a_500(
    table: Table, queue: FakeQueue, live: Live, ids: Iterator[int], event: dict[str, Any], signed: bool, asks: object
) -> None:
    asked = Journey(name="asked", enrol=(OnRequest(facts=("order", "total")),))
    live = Live(replace(live.bundle, journeys=live.bundle.journeys | {"asked": asked}), SITE)
    known = keys.address(address_hash(KEY, "hanako@example.co.jp"))
    if table.get(known) is None:
        table.write(Create(known, Pointer(lead="lead1")))
    event["pathParameters"] = {"source": "ripen"}
    if asks is not None:
        event |= {"body": json.dumps(asks), "isBase64Encoded": False}
    if signed:
        body, stamp = gateway.request(event).body, str(round(NOON.timestamp()))
        key = event["headers"].get("idempotency-key", "")
        signed_request = SignedRequest(stamp=stamp, key=key, url="/webhooks/ripen", body=body)
        event["headers"] |= {"ripen-timestamp": stamp, "ripen-signature": signature(KEY, signed_request)}
    is_an_answer(webhook.serve(gateway.request(event), _webhook_dependencies(table, queue, live, ids)))


def _webhook_dependencies(table: Table, queue: FakeQueue, live: Live, ids: Iterator[int]) -> webhook.Dependencies:
    return webhook.Dependencies(
        table=table,
        react=queue,
        live=live,
        address_key=KEY,
        now=NOON,
        new_id=lambda: f"{next(ids):032x}",
        api_keys=KEYS,
        secret=lambda source, fresh: SECRET,
        wall=NOON.timestamp(),
    )


def _responded(answers: list[tuple[str, Any]], moment: str) -> dict[str, Any]:
    """An event of Typeform's, but for what the answers are, and when they were sent."""
    found = [{"type": "text", "text": value, "field": {"id": "1", "ref": name}} for name, value in answers]
    email = {"type": "email", "email": "hanako@example.co.jp", "field": {"id": "2", "ref": "email"}}
    response = {"form_id": "lT4Z3j", "token": "t1", "submitted_at": moment, "answers": [*found, email]}
    return {"event_type": "form_response", "form_response": response}


@often
@given(
    event=events("POST", "slack"),
    body=bodies().map(lambda found: found[1])
    | values.map(lambda text: urlencode(COMMAND | {"text": f"lead {text}"}, errors="replace").encode())
    | anything.map(lambda payload: urlencode({"payload": json.dumps(payload)}).encode()),
    signed=st.booleans(),
)
def test_the_slack_endpoint_answers_any_request_without_a_500(
    table: Table,
    clock: FakeClock,
    queue: FakeQueue,
    live: Live,
    monkeypatch: pytest.MonkeyPatch,
    event: dict[str, Any],
    body: bytes,
    signed: bool,
) -> None:
    wired = {
        "table": table,
        "clock": clock,
        "actions": queue,
        "secrets": KnownSecrets(),
        "connections": KnownSecrets(),
        "playbook": _Published(live),
    }
    chat = FakeChat(members={("sales", "U0ALICE")})
    for name, value in (wired | {"chat": chat, "channel": "sales"}).items():
        monkeypatch.setattr(notify.slack, name, value)
    if signed:
        stamp = str(int(time()))
        digest = hmac.new(SIGNING_SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        event["headers"] |= {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={digest}"}
        event |= {"body": b64encode(body).decode(), "isBase64Encoded": True}
    is_an_answer(notify.slack.handler(event, None))  # type: ignore[arg-type]


class _Published:
    def __init__(self, live: Live) -> None:
        self._live = live

    def live(self) -> Live:
        return self._live
