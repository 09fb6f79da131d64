"""Whatever comes to a public path, it is answered, and never by a mistake of ours (5xx)."""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from copy import replace
from itertools import count
from time import time
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import notify.slack
from capture import form, invited, link, page, track, webhook
from cli.playbook.compile import compile_playbook
from nurture import preferences
from ripen import token
from ripen.adapters import gateway
from ripen.adapters.playbook import Live
from ripen.adapters.table import Create, Table, keys
from ripen.address import address_hash
from ripen.beacon import Beacon, EventType
from ripen.bundle import Bundle
from ripen.graph import Journey, OnRequest
from ripen.hit import TRAP
from ripen.ledger import SendPointer
from ripen.setting import Pointer
from ripen.signature import signature
from tests.fakes import NOON, FakeClock, FakePost, FakeQueue
from tests.functions.capture.events import KEY, SITE
from tests.hostile import BROKEN, HIDDEN, TEXTS
from tests.slack_workspace import SIGNING_SECRET, KnownSecrets
from tests.test_architecture import ROOT

SECRET = "typeform secret"
SEND = "a" * 26
NAMES = ("email", "last_name", "first_name", "company", "department", "job_title", "phone", "full_name", "consent")
CARRIED = ("page", "nonce", "lang", "page_url", "referrer", "utm_source", "gclid", "website", "氏名", "mail", "")
METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "")
KINDS = ("application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x", "text/plain", "")
LONGEST_QUERY = 10_240
"""API Gateway refuses a request line and headers longer than this altogether (HTTP API quotas)."""

often = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
words = st.sampled_from([*TEXTS.values(), *HIDDEN.values(), *BROKEN.values()]) | st.text(max_size=60)
good = st.sampled_from(
    ["hanako@example.co.jp", "ja", "en", "on", "whitepaper", "https://go.example.jp/pages/x?utm_source=a"]
)
values = words | good | st.just("長" * 30_000)
fields = st.lists(st.tuples(st.sampled_from(NAMES + CARRIED) | st.text(max_size=9), values), max_size=5)
anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | values,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, bytes]:
    """Forms as browsers and scripts send them, with their content type, and what is none."""
    found = draw(st.just([]) | fields)
    if draw(st.booleans()):
        found = [pair for pair in found if pair[0] not in ("email", "mail")] + [("email", "hanako@example.co.jp")]
    match draw(st.sampled_from(["urlencoded", "urlencoded", "json", "multipart", "deep", "anything", "bytes"])):
        case "urlencoded":
            return KINDS[0], urlencode(found, errors="replace").encode()
        case "json":
            return KINDS[1], json.dumps(dict(found)).encode()
        case "multipart":
            parts = [
                f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in found
            ]
            return KINDS[2], ("".join(parts) + "--x--\r\n").encode(errors="replace")
        case "deep":
            return KINDS[1], b'{"a":' * 5000
        case "anything":
            return KINDS[1], json.dumps(draw(anything)).encode()
        case _:
            return draw(st.sampled_from(KINDS)), b"email=" + draw(st.binary(max_size=400))


@st.composite
def events(draw: st.DrawFn, methods: str, *parameters: str) -> dict[str, Any]:
    """What API Gateway may pass on, most of it well meant; `methods` are the path's own, and `parameters` are good for its
    only variable part."""
    part = draw(_mostly(st.sampled_from(parameters), words))
    kind, body = draw(bodies())
    encoded = not _is_text(body) or draw(st.booleans())
    known = {"content-type": _mostly(st.just(kind), words), "accept": st.sampled_from(["text/html", "*/*"])}
    more = dict.fromkeys(("accept-language", "referer", "host", "idempotency-key", "cookie"), words)
    origin = {"origin": _mostly(st.sampled_from(["", SITE, "https://www.ripen.example"]), words)}
    return {
        "rawPath": "/x/" + quote(part, errors="replace"),
        "rawQueryString": draw(fields.map(lambda found: urlencode(found, errors="replace")) | words)[:LONGEST_QUERY],
        "headers": draw(st.fixed_dictionaries(known, optional=more | origin)),
        "pathParameters": dict.fromkeys(("form", "page", "token", "source"), part),
        "requestContext": {
            "http": {"method": draw(_mostly(st.sampled_from(methods.split()), st.sampled_from(METHODS)))}
        },
        "body": b64encode(body).decode() if encoded else body.decode(),
        "isBase64Encoded": encoded,
    }


@st.composite
def beacons(draw: st.DrawFn) -> bytes:
    """As our script makes them, but for what their values are."""
    address = _mostly(st.sampled_from([f"{SITE}/pricing", f"{SITE}/?utm_source=a&rpn=b#c"]), words)
    moment = st.just(round(NOON.timestamp() * 1000)) | st.integers() | st.floats() | words
    about = {"title": values, "referrer": address, "target": address, "seconds": anything, "scroll": anything}
    event = st.fixed_dictionaries(
        {"id": _mostly(st.just("e1"), words), "type": _mostly(st.sampled_from(list(EventType)), words), "url": address},
        optional=about | {"at": moment},
    )
    beacon = {
        "visitor": draw(_mostly(st.just("0123456789abcdef"), words)),
        "events": draw(_mostly(st.lists(event, min_size=1, max_size=3), anything)),
        "sent": draw(moment),
        "bridge": draw(words),
    }
    return json.dumps(beacon).encode()


def _is_text(body: bytes) -> bool:
    try:
        return body.decode().isprintable()
    except UnicodeDecodeError:
        return False


def _mostly[T](usual: st.SearchStrategy[T], other: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    return st.integers(0, 5).flatmap(lambda number: other if number == 5 else usual)


def is_an_answer(answer: dict[str, Any]) -> None:
    """One that API Gateway can pass on, and that is not our mistake."""
    assert 200 <= answer["statusCode"] < 500
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
    table.write(Create(keys.send_pointer(SEND), SendPointer(lead="lead1", email="case-study", locale="ja")))
    return table


@often
@given(event=events("POST OPTIONS", "whitepaper"))
def test_a_form(table: Table, queue: FakeQueue, live: Live, ids: Iterator[int], event: dict[str, Any]) -> None:
    is_an_answer(form.serve(event, form.Desk(table, queue, live, KEY, NOON, lambda: f"{next(ids):032x}")))


@often
@given(event=events("GET", "whitepaper", "pricing", "thanks"))
def test_a_page(live: Live, event: dict[str, Any]) -> None:
    is_an_answer(page.serve(gateway.request(event), live, "nonce1"))


@often
@given(
    event=events(
        "GET HEAD", *(token.sign(KEY, token.Purpose.CLICK, token.Link(SEND, number)) for number in (0, 1, 99, TRAP))
    )
)
def test_a_link(mailed: Table, live: Live, event: dict[str, Any]) -> None:
    def bundle_of(hash: str) -> Bundle:
        raise AssertionError("the send names no bundle")

    own = link.OwnKeys(link=KEY, network=KEY)
    is_an_answer(link.serve(gateway.request(event), mailed, live, bundle_of, own, NOON))


@often
@given(event=events("GET POST", token.sign(KEY, token.Purpose.UNSUBSCRIBE, token.Link(SEND))))
def test_an_unsubscription(
    mailed: Table, clock: FakeClock, queue: FakeQueue, live: Live, event: dict[str, Any]
) -> None:
    is_an_answer(preferences.respond(event, mailed, clock, queue, KEY, live.bundle.brand, queue))


@often
@given(event=events("POST OPTIONS", "track"), beacon=st.none() | beacons())
def test_a_beacon(live: Live, event: dict[str, Any], beacon: bytes | None) -> None:
    if beacon is not None:
        event |= {"body": b64encode(beacon).decode(), "isBase64Encoded": True}
    post = FakePost()
    is_an_answer(track.serve(gateway.request(event), track.Desk(post, live, NOON)))
    # what was kept can be read again, and fits into a message
    for message in post.kept:
        assert msgspec.json.decode(message, type=Beacon).events
        assert len(message.encode()) <= 256 * 1024


@often
@given(event=events("GET", "ripen.js").filter(lambda event: event["requestContext"]["http"]["method"] == "GET"))
def test_the_script(event: dict[str, Any]) -> None:
    is_an_answer(track.handler(event, None))  # type: ignore[arg-type]


@often
@given(
    event=events("POST", "typeform"),
    signed=st.booleans(),
    answers=st.none() | st.lists(st.tuples(values, anything), max_size=4),
)
def test_a_webhook(
    table: Table,
    queue: FakeQueue,
    live: Live,
    ids: Iterator[int],
    event: dict[str, Any],
    signed: bool,
    answers: list[tuple[str, Any]] | None,
) -> None:
    if answers is not None:
        event |= {"body": json.dumps(_responded(answers)), "isBase64Encoded": False}
    if signed:
        body = gateway.request(event).body
        digest = b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
        event["headers"] |= {"typeform-signature": f"sha256={digest}"}
    is_an_answer(webhook.serve(gateway.request(event), _webhook_desk(table, queue, live, ids)))


@often
@given(
    event=events("POST", "ripen"),
    signed=_mostly(st.just(True), st.just(False)),
    asks=_mostly(
        st.fixed_dictionaries(
            {
                "journey": _mostly(st.just("asked"), anything),
                "email": _mostly(st.just("hanako@example.co.jp"), anything),
                "key": _mostly(st.text(max_size=9), anything),
                "facts": _mostly(st.dictionaries(st.sampled_from(["order", "total"]), words | st.integers()), anything),
            }
        ),
        st.none() | anything,
    ),
)
def test_a_request_that_asks_in(
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
        event["headers"] |= {"ripen-timestamp": stamp, "ripen-signature": signature(KEY, stamp, body)}
    is_an_answer(webhook.serve(gateway.request(event), _webhook_desk(table, queue, live, ids)))


def _webhook_desk(table: Table, queue: FakeQueue, live: Live, ids: Iterator[int]) -> webhook.Desk:
    own = invited.OwnKeys(address=KEY, api=KEY)
    wall, new_id = NOON.timestamp(), lambda: f"{next(ids):032x}"
    return webhook.Desk(table, queue, live, own, lambda source, fresh: SECRET, NOON, wall, new_id)


def _responded(answers: list[tuple[str, Any]]) -> dict[str, Any]:
    """An event of Typeform's, but for what the answers are."""
    found = [{"type": "text", "text": value, "field": {"id": "1", "ref": name}} for name, value in answers]
    email = {"type": "email", "email": "hanako@example.co.jp", "field": {"id": "2", "ref": "email"}}
    response = {"form_id": "lT4Z3j", "token": "t1", "submitted_at": "2026-11-21T02:55:00Z", "answers": [*found, email]}
    return {"event_type": "form_response", "form_response": response}


@often
@given(
    event=events("POST", "slack"),
    body=bodies().map(lambda found: found[1])
    | values.map(lambda text: urlencode({"command": "/ripen", "text": f"lead {text}"}, errors="replace").encode())
    | anything.map(lambda payload: urlencode({"payload": json.dumps(payload)}).encode()),
    signed=st.booleans(),
)
def test_slack(
    table: Table,
    clock: FakeClock,
    queue: FakeQueue,
    live: Live,
    monkeypatch: pytest.MonkeyPatch,
    event: dict[str, Any],
    body: bytes,
    signed: bool,
) -> None:
    wired = {"table": table, "clock": clock, "actions": queue, "secrets": KnownSecrets(), "playbook": _Published(live)}
    for name, value in wired.items():
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
