"""From what a page told us to activities; from a visitor's to a lead's."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from ripen.lead.activity import Kind, Verdict
from ripen.lead.lead import Touch
from ripen.playbook.bundle import Bundle, Page, Tracking
from ripen.tracking.beacon import Beacon, Event, EventType
from ripen.tracking.visit import activities, assign_to_lead, may_cross, page_name, with_bridge_token, with_touches
from ripen.tracking.visitor import Bridge
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON

SITE = "https://go.example.jp"
TRACKING = Tracking(sites=("https://www.example.jp",), pages={"pricing": ("/pricing", "/en/pricing/*")})
HOUR = timedelta(hours=1)


def tracked() -> Bundle:
    pages = {"whitepaper": Page(name="whitepaper", title={}, source={})}
    return replace(a_bundle(), tracking=TRACKING, pages=pages)


def an_event(**known: Any) -> Event:
    wanted: dict[str, Any] = {"id": "e1", "type": EventType.PAGE_VIEW, "at": NOON, "url": f"{SITE}/pages/whitepaper"}
    return Event(**(wanted | known))


def made(*events: Event, **known: Any) -> Any:
    beacon = Beacon(visitor="visitor1", received=NOON, events=events or (an_event(),), **known)
    found = activities(beacon, tracked())
    return found[0] if len(found) == 1 else found


@pytest.mark.parametrize(
    "type, kind",
    [
        (EventType.PAGE_VIEW, Kind.PAGE_VIEWED),
        (EventType.DWELL, Kind.PAGE_READ),
        (EventType.SCROLL, Kind.PAGE_READ),
        (EventType.OUTBOUND, Kind.LINK_FOLLOWED),
    ],
)
def test_what_happened_on_a_page_is_an_activity_about_it(type: EventType, kind: Kind) -> None:
    activity = made(an_event(type=type))
    assert (activity.kind, activity.subject, activity.at, activity.lead) == (kind, "whitepaper", NOON, "")


def test_a_download_is_about_the_file() -> None:
    activity = made(an_event(type=EventType.DOWNLOAD, target=f"{SITE}/files/guide.pdf?v=2"))
    assert (activity.kind, activity.subject) == (Kind.FILE_DOWNLOADED, "guide.pdf")


@pytest.mark.parametrize(
    "path, name",
    [
        ("/pages/whitepaper", "whitepaper"),
        ("/pages/whitepaper/?lang=ja", "whitepaper"),
        ("/pages/unknown", "/pages/unknown"),
        ("/pricing", "pricing"),
        ("/pricing/?utm_source=x#plans", "pricing"),
        ("/en/pricing/team", "pricing"),
        ("/pricing-old", "/pricing-old"),
        ("", "/"),
    ],
)
def test_a_page_has_the_name_that_the_playbook_gives_it_else_its_path(path: str, name: str) -> None:
    assert page_name(f"https://www.example.jp{path}", tracked()) == name


def test_the_same_event_is_the_same_activity_and_another_visitors_is_another() -> None:
    again = activities(Beacon(visitor="visitor1", received=NOON + HOUR, events=(an_event(),)), tracked())
    other = activities(Beacon(visitor="visitor2", received=NOON, events=(an_event(),)), tracked())
    assert made().id == again[0].id != other[0].id


def test_of_an_address_only_the_campaign_is_kept() -> None:
    activity = made(an_event(url=f"{SITE}/pages/whitepaper?email=a@b.example&utm_source=news&rpn=token#x"))
    assert activity.facts["url"] == activity.touch.url == f"{SITE}/pages/whitepaper?utm_source=news"
    assert activity.touch.utm_source == "news"


def test_who_comes_from_outside_or_with_a_campaign_arrives_and_who_goes_on_does_not() -> None:
    assert made(an_event(referrer="https://search.example/?q=secret")).touch.referrer == "https://search.example/"
    assert made(an_event()).touch is not None
    assert made(an_event(referrer=f"{SITE}/pages/other")).touch is None
    assert made(an_event(referrer=f"{SITE}/pages/other", url=f"{SITE}/?gclid=g1")).touch.gclid == "g1"
    assert made(an_event(type=EventType.DWELL)).touch is None


def test_a_robots_visit_is_a_machines() -> None:
    assert made().verdict is Verdict.HUMAN
    assert made(robot=True).verdict is Verdict.MACHINE


def test_a_copy_says_whether_it_is_only_likely_and_which_click_led_there() -> None:
    sure, likely = (
        assign_to_lead(made(), "lead1", sure=True),
        assign_to_lead(made(), "lead1", sure=False, click="click1"),
    )
    assert (sure.lead, sure.id, sure.at) == ("lead1", made().id, NOON)
    assert "likely" not in sure.facts
    assert (likely.facts["likely"], likely.facts["click"]) == ("yes", "click1")


def test_the_first_touch_is_the_earliest_and_the_last_the_latest() -> None:
    early, middle, late = (Touch(at=NOON + n * HOUR) for n in (-1, 0, 1))
    lead = a_lead(first_touch=middle, lead_touch=middle, last_touch=middle)
    after = with_touches(lead, [late, None, early])
    assert (after.first_touch, after.lead_touch, after.last_touch) == (early, middle, late)
    assert with_touches(lead, [None, middle]) == lead


def test_a_bridge_is_crossed_once_within_ten_minutes() -> None:
    bridge = Bridge(lead="lead1", send="send1", click="click1", at=NOON)
    assert may_cross(bridge, "visitor1", NOON + timedelta(minutes=10))
    assert not may_cross(bridge, "visitor1", NOON + timedelta(minutes=10, milliseconds=1))
    crossed = Bridge(lead="lead1", send="send1", click="click1", at=NOON, visitor="visitor1")
    assert may_cross(crossed, "visitor1", NOON + HOUR)
    assert not may_cross(crossed, "visitor2", NOON)


@pytest.mark.parametrize(
    "url, carried",
    [
        (f"{SITE}/pages/a", f"{SITE}/pages/a?rpn=t1"),
        ("https://www.example.jp/a?b=1#c", "https://www.example.jp/a?b=1&rpn=t1#c"),
        ("https://other.example/a", "https://other.example/a"),
        ("https://www.example.jp.evil.example/a", "https://www.example.jp.evil.example/a"),
    ],
)
def test_a_click_carries_its_token_only_to_where_our_script_is(url: str, carried: str) -> None:
    assert with_bridge_token(url, "t1", TRACKING, SITE) == carried
    assert with_bridge_token(url, "t1", None, SITE) == url
