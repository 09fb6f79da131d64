"""A beacon is not trusted: invalid events are skipped, invalid beacons rejected, and clocks corrected."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.errors import Rejected
from ripen.tracking.beacon import Beacon, EventType, read_beacon
from ripen.tracking.visit import visit_activities
from tests.support.builders import a_bundle
from tests.support.fakes import NOON

HOSTS = frozenset(["go.example.jp", "www.example.jp"])
VISITOR = "0123456789abcdef"
URL = "https://go.example.jp/pages/pricing"


def millis(**ago: float) -> int:
    return round((NOON - timedelta(**ago)).timestamp() * 1000)


def an_event(**known: Any) -> dict[str, Any]:
    return {"id": "e1", "type": "page_view", "url": URL, "at": millis()} | known


def a_beacon(*events: Any, agent: str = "Mozilla/5.0", **known: Any) -> Beacon:
    content = {"visitor": VISITOR, "events": list(events) or [an_event()]} | known
    return read_beacon(json.dumps(content).encode(), NOON, HOSTS, agent)


def rejection(raw: bytes) -> Rejected:
    with pytest.raises(Rejected) as caught:
        read_beacon(raw, NOON, HOSTS)
    return caught.value


def test_valid_event_is_kept_with_all_its_values() -> None:
    beacon = a_beacon(
        an_event(
            type="download", title=" 料金 ", referrer="https://search.example/", target="https://go.example.jp/a.pdf"
        )
    )
    (event,) = beacon.events
    assert (beacon.visitor, event.id, event.type, event.at) == (VISITOR, "e1", EventType.DOWNLOAD, NOON)
    assert (event.title, event.referrer) == ("料金", "https://search.example/")
    assert event.target == "https://go.example.jp/a.pdf"


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"id": 5},
        {"type": "mined_bitcoin"},
        {"type": ["page_view"]},
        {"url": "javascript:alert(1)"},
        {"url": "https://evil.example/pages/pricing"},
        {"url": "https://go.example.jp@evil.example/"},
        {"url": "https://[go.example.jp/"},
        {"url": None},
    ],
)
def test_invalid_event_is_skipped_and_the_others_are_kept(wrong: dict[str, Any]) -> None:
    beacon = a_beacon(an_event(**wrong), "no event", None, [], an_event(id="good"))
    assert [event.id for event in beacon.events] == ["good"]


def test_beacon_without_a_valid_event_is_rejected() -> None:
    with pytest.raises(Rejected):
        a_beacon(an_event(url="https://evil.example/"))


def test_repeated_event_counts_once() -> None:
    assert len(a_beacon(an_event(), an_event()).events) == 1


@pytest.mark.parametrize(("count", "is_accepted"), [(1, True), (50, True), (51, False)])
def test_beacon_has_at_most_50_events(count: int, is_accepted: bool) -> None:
    events = [an_event(id=f"e{n}") for n in range(count)]
    if is_accepted:
        assert len(a_beacon(*events).events) == count
    else:
        with pytest.raises(Rejected) as caught:
            a_beacon(*events)
        assert caught.value.status == 400


def test_body_over_64_kb_is_rejected() -> None:
    content = json.dumps({"visitor": VISITOR, "events": [an_event()]}).encode()
    assert read_beacon(content + b" " * (64 * 1024 - len(content)), NOON, HOSTS)
    assert rejection(content + b" " * (64 * 1024 - len(content) + 1)).status == 413


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 30000,
        b'{"visitor": "short", "events": [{}]}',
        b'{"visitor": 7, "events": [{}]}',
        b'{"visitor": "../../etc/passwd", "events": [{}]}',
        b'{"visitor": "0123456789abcdef"}',
        b'{"visitor": "0123456789abcdef", "events": []}',
        b'{"visitor": "0123456789abcdef", "events": {"0": {}}}',
        b'{"visitor": "0123456789abcdef", "events": [{"at": NaN}]}',
    ],
)
def test_invalid_beacon_is_rejected_with_a_reason(raw: bytes) -> None:
    rejected = rejection(raw)
    assert rejected.status == 400
    assert rejected.reason


def test_wrong_clock_of_a_browser_is_corrected() -> None:
    late = a_beacon(an_event(at=millis(hours=5, seconds=10)), sent=millis(hours=5))
    early = a_beacon(an_event(at=millis(days=-400, seconds=10)), sent=millis(days=-400))
    assert late.events[0].at == early.events[0].at == NOON - timedelta(seconds=10)


def test_clock_that_is_seconds_off_is_not_corrected() -> None:
    times = {a_beacon(an_event(at=millis(seconds=40)), sent=millis(seconds=ago)).events[0].at for ago in (1, 20, 29)}
    assert times == {NOON - timedelta(seconds=40)}


@pytest.mark.parametrize("ahead", [timedelta(days=3), timedelta(days=3, seconds=-10), timedelta(days=3, seconds=57.5)])
def test_visits_stay_in_order_when_our_own_clock_is_moved(ahead: timedelta) -> None:
    # given a page that is opened before the clock moves, and one that is opened half a second after it
    before = a_beacon(an_event(at=millis()), sent=millis())
    received, wall = NOON + ahead, NOON + timedelta(seconds=2)
    content = {"visitor": VISITOR, "sent": millis(seconds=-1.9), "events": [an_event(at=millis(seconds=-1.5))]}
    # when the beacon of the second one is received
    after = read_beacon(json.dumps(content).encode(), wall + ahead, HOSTS, ahead=ahead)
    # then the second is later than a form that was posted just after the clock moved
    assert before.events[0].at < received < after.events[0].at < wall + ahead


@pytest.mark.parametrize("fast", [6, 20, 31, 59, 61, 3600])
def test_fast_clock_never_moves_a_visit_behind_a_form(fast: int) -> None:
    (event,) = a_beacon(an_event(at=millis(seconds=-fast)), sent=millis(seconds=-fast)).events
    assert NOON - timedelta(minutes=1) <= event.at <= NOON + timedelta(seconds=5)


@pytest.mark.parametrize("at", [None, "yesterday", True, [], 1e300, -1e300, 0, 10**30, "0001-01-01T00:00:00+14:00"])
def test_impossible_time_becomes_the_time_of_receipt(at: object) -> None:
    assert a_beacon(an_event(at=at)).events[0].at == NOON


def test_time_in_the_future_or_too_long_ago_becomes_the_time_of_receipt() -> None:
    for at in (millis(days=8), millis(minutes=-2)):
        assert a_beacon(an_event(at=at)).events[0].at == NOON
    assert a_beacon(an_event(at="2026-11-21T11:00:00+09:00")).events[0].at == NOON - timedelta(hours=1)


@pytest.mark.parametrize(
    "said, kept", [(34, 34), (34.9, 34), (-1, 0), (1e300, 86400), ("34", 0), (True, 0), (10**40, 86400)]
)
def test_number_is_limited(said: object, kept: int) -> None:
    assert a_beacon(an_event(type="dwell", seconds=said)).events[0].seconds == kept


def test_title_is_cut_off_and_has_no_control_characters() -> None:
    event = a_beacon(an_event(title="a\x00b", referrer="https://x.example/\r\n")).events[0]
    assert (event.title, event.referrer) == ("", "https://x.example/")
    assert len(a_beacon(an_event(title="長" * 9000)).events[0].title) == 200


@pytest.mark.parametrize("agent, robot", [("Mozilla/5.0 Chrome/130", False), ("Googlebot/2.1", True), ("", False)])
def test_user_agent_of_a_robot_is_recognised(agent: str, robot: bool) -> None:
    assert a_beacon(agent=agent).is_robot is robot


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.text()
    | st.just(URL)
    | st.just(VISITOR),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["visitor", "events", "id", "type", "url"]), inner),
    max_leaves=20,
)


@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_parsed_or_rejected(raw: bytes) -> None:
    try:
        assert isinstance(read_beacon(raw, NOON, HOSTS), Beacon)
    except Rejected as rejected:
        assert rejected.status in (400, 413)


@given(st.dictionaries(st.sampled_from(["at", "title", "referrer", "target", "seconds", "scroll"]), json_values))
def test_any_value_of_an_event_is_parsed_or_rejected(said: dict[str, Any]) -> None:
    beacon = a_beacon(an_event(**said))
    assert len(visit_activities(beacon, a_bundle())) == 1


@pytest.mark.parametrize("name", ["target", "referrer"])
@pytest.mark.parametrize(
    "wrong", ["http://[", "http://[::1", "https://" + "a" * 491 + "[::1]/", "http:///x", "ftp://a/"]
)
def test_a_text_that_is_no_url_costs_no_event(name: str, wrong: str) -> None:
    beacon = a_beacon(an_event(**{name: wrong}), an_event(id="e2"))
    assert [getattr(event, name) for event in beacon.events] == ["", ""]
    assert len(visit_activities(beacon, a_bundle())) == 2


def test_a_url_that_is_cut_is_checked_again() -> None:
    cut = "https://x@[::1" + "0" * 500 + "]/"
    assert a_beacon(an_event(target="https://a.example/" + "b" * 900)).events[0].target.endswith("b" * 482)
    assert a_beacon(an_event(target=cut)).events[0].target == ""


def test_urls_lose_all_queries_but_those_of_campaigns() -> None:
    (event,) = a_beacon(an_event(url=f"{URL}?q=hanako&utm_source=news#me", target="https://a.example/?token=1")).events
    assert (event.url, event.target) == (f"{URL}?utm_source=news", "https://a.example/")


def test_one_beacon_keeps_16_kb_of_text() -> None:
    long = [an_event(id=f"e{n}", target="https://a.example/" + "x" * 462) for n in range(50)]
    assert sum(len(event.url) + len(event.target) for event in a_beacon(*long).events) <= 16 * 1024
    assert 30 <= len(a_beacon(*long).events) < 40
    assert len(a_beacon(*(an_event(id=f"e{n}") for n in range(50))).events) == 50
