"""capture.track: a beacon is queued in one write, or refused with a reason; never a 500."""

import gzip
import json
from base64 import b64encode
from copy import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from capture.track import SCRIPT, Dependencies, handler, serve
from ripen.adapters.gateway import Response, request
from ripen.adapters.playbook import Live
from ripen.playbook.bundle import Tracking
from ripen.tracking.beacon import Beacon
from ripen.tracking.recent_counts import RecentCounts
from tests.support.builders import a_bundle
from tests.support.fakes import NOON, FakePost
from tests.support.gateway_events import SITE, an_event, no_limit

OURS = "https://www.example.co.jp"
LIVE = Live(replace(a_bundle(), tracking=Tracking(sites=(OURS,))), SITE)
VISITOR = "0123456789abcdef"
EVENT = {"id": "e1", "type": "page_view", "url": f"{OURS}/pricing", "title": "料金"}


class SilentPost(FakePost):
    """An SQS that is down."""

    def post(self, message: str) -> None:
        raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "SendMessage")


def a_beacon(**known: Any) -> str:
    return json.dumps({"visitor": VISITOR, "events": [EVENT]} | known)


def sent(body: str | bytes, post: FakePost, method: str = "POST", live: Live = LIVE, **headers: Any) -> Response:
    return limited(no_limit(), body, post, method, live, headers)


def limited(
    events: RecentCounts,
    body: str | bytes,
    post: FakePost,
    method: str = "POST",
    live: Live = LIVE,
    headers: Any = (),
) -> Response:
    raw = body if isinstance(body, bytes) else body.encode()
    event = an_event(
        method,
        "/track",
        {},
        headers={"content-type": "text/plain;charset=UTF-8"}
        | {k.replace("_", "-"): v for k, v in dict(headers).items()},
        body=b64encode(raw).decode(),
        encoded=True,
    )
    return serve(request(event), Dependencies(post, live, NOON, events))


def test_a_beacon_is_queued_before_the_answer() -> None:
    post = FakePost()
    answered = sent(a_beacon(), post, origin=OURS)
    assert answered["statusCode"] == 204
    assert answered["headers"]["access-control-allow-origin"] == OURS
    (message,) = post.kept
    beacon = msgspec.json.decode(message, type=Beacon)
    assert (beacon.visitor, beacon.received, beacon.events[0].title) == (VISITOR, NOON, "料金")


def test_the_largest_beacon_fits_into_a_message() -> None:
    post = FakePost()
    events = [
        EVENT | {"id": f"e{n}", "title": "長" * 200, "referrer": f"https://x.example/{n}?" + "あ" * 150}
        for n in range(50)
    ]
    body = json.dumps({"visitor": VISITOR, "events": events}, ensure_ascii=False)
    assert len(body.encode()) <= 64 * 1024
    assert sent(body, post)["statusCode"] == 204
    assert len(post.kept[0].encode()) <= 256 * 1024


@pytest.mark.parametrize(
    "body, status",
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\x00", 400),
        (b"[" * 60000, 400),
        (b" " * 65537, 413),
        (a_beacon(visitor="").encode(), 400),
        (a_beacon(events=[EVENT] * 51).encode(), 400),
        (a_beacon(events=[EVENT | {"url": "https://evil.example/"}]).encode(), 400),
    ],
)
def test_a_malformed_beacon_is_refused(body: bytes, status: int) -> None:
    post = FakePost()
    answered = sent(body, post)
    assert answered["statusCode"] == status
    assert json.loads(answered["body"])["error"]
    assert post.kept == []


def test_a_foreign_site_may_not_send() -> None:
    post = FakePost()
    for origin in ("https://evil.example", "null", "\u202e", "ftp://www.example.jp", f"{OURS}.evil.example"):
        assert sent(a_beacon(), post, origin=origin)["statusCode"] == 403
        assert sent("", post, "OPTIONS", origin=origin)["statusCode"] == 403
        assert sent(a_beacon(), post, origin=origin, host="")["statusCode"] == 403
    assert post.kept == []


def test_our_own_pages_and_scripts_may_send() -> None:
    post = FakePost()
    known: list[dict[str, Any]] = [{}, {"origin": SITE}, {"origin": "http://localhost:8700", "host": "localhost:8700"}]
    for headers in known:
        assert sent(a_beacon(), post, **headers)["statusCode"] == 204
    assert len(post.kept) == 3


def test_a_playbook_without_tracking_refuses_beacons() -> None:
    post = FakePost()
    assert sent(a_beacon(), post, live=Live(a_bundle(), SITE))["statusCode"] == 403
    assert post.kept == []


def test_a_preflight_lists_the_allowed_headers() -> None:
    answered = sent("", FakePost(), "OPTIONS", origin=OURS)
    assert answered["statusCode"] == 204
    assert answered["headers"]["access-control-allow-origin"] == OURS
    assert "POST" in answered["headers"]["access-control-allow-methods"]
    assert answered["headers"]["vary"] == "Origin"


def test_a_browser_that_sends_sec_gpc_is_not_tracked() -> None:
    post = FakePost()
    assert sent(a_beacon(), post, sec_gpc="1")["statusCode"] == 204
    assert post.kept == []


def test_a_beacon_that_cannot_be_queued_is_answered_with_503() -> None:
    answered = sent(a_beacon(), SilentPost())
    assert answered["statusCode"] == 503
    assert answered["headers"]["retry-after"] == "60"


def test_a_robot_s_user_agent_is_recorded() -> None:
    post = FakePost()
    sent(a_beacon(), post, user_agent="Googlebot/2.1")
    assert msgspec.json.decode(post.kept[0], type=Beacon).is_robot


def test_the_script_is_small_and_self_contained() -> None:
    assert handler(an_event("HEAD", "/ripen.js", {}), None)["statusCode"] == 200  # type: ignore[arg-type]
    answered = handler(an_event("GET", "/ripen.js", {}), None)  # type: ignore[arg-type]
    assert answered["headers"]["content-type"] == "text/javascript; charset=utf-8"
    assert answered["body"] == SCRIPT
    assert len(gzip.compress(SCRIPT.encode())) < 4096
    assert "import " not in SCRIPT


@given(
    st.binary(max_size=300), st.dictionaries(st.sampled_from(["origin", "sec_gpc", "user_agent"]), st.text(max_size=20))
)
def test_no_input_causes_a_500(body: bytes, headers: dict[str, Any]) -> None:
    post = FakePost()
    assert sent(body, post, **headers)["statusCode"] in (204, 400, 403, 413)
    assert post.kept == []


def test_a_wrong_clock_is_corrected() -> None:
    post = FakePost()
    hour = timedelta(hours=1)
    wrong = round((NOON + hour).timestamp() * 1000)
    sent(a_beacon(sent=wrong, events=[EVENT | {"at": wrong - 5000}]), post)
    assert msgspec.json.decode(post.kept[0], type=Beacon).events[0].at == NOON - timedelta(seconds=5)


def test_a_visitor_s_events_of_one_day_are_limited() -> None:
    post, events = FakePost(), RecentCounts(timedelta(days=1), most=3)
    body = a_beacon(events=[EVENT | {"id": f"e{n}"} for n in range(2)])
    assert [limited(events, body, post)["statusCode"] for _ in range(3)] == [204, 204, 204]
    assert [len(msgspec.json.decode(kept, type=Beacon).events) for kept in post.kept] == [2, 1]


def test_personal_queries_never_reach_the_queue() -> None:
    post = FakePost()
    secret = "?email=hanako@example.co.jp&utm_source=news#hanako"
    urls = {
        "url": f"{OURS}/a{secret}",
        "referrer": f"https://a.example/{secret}",
        "target": f"{OURS}/{secret}",
    }
    sent(a_beacon(events=[EVENT | urls]), post)
    assert "hanako" not in post.kept[0]
    assert post.kept[0].count("utm_source=news") == 3
