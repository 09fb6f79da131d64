"""Events of a beacon become activities, and a visitor's activities become a lead's."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from ripen.lead.activity import Kind, Verdict
from ripen.lead.lead import Touch
from ripen.playbook.bundle import Bundle, Page, Tracking
from ripen.tracking.beacon import Beacon, EventType, PageEvent
from ripen.tracking.visit import assign_to_lead, may_cross, page_name, visit_activities, with_bridge_token, with_touches
from ripen.tracking.visitor import Bridge, Crossing
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON

SITE = "https://go.example.jp"
TRACKING = Tracking(sites=("https://www.example.jp",), pages={"pricing": ("/pricing", "/en/pricing/*")})
HOUR = timedelta(hours=1)


def tracked() -> Bundle:
    pages = {"whitepaper": Page(name="whitepaper", title={}, source={})}
    return replace(a_bundle(), tracking=TRACKING, pages=pages)


def an_event(**known: Any) -> PageEvent:
    wanted: dict[str, Any] = {"id": "e1", "type": EventType.PAGE_VIEW, "at": NOON, "url": f"{SITE}/pages/whitepaper"}
    return PageEvent(**(wanted | known))


def made(*events: PageEvent, **known: Any) -> Any:
    beacon = Beacon(visitor="visitor1", received=NOON, events=events or (an_event(),), **known)
    found = visit_activities(beacon, tracked())
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
def test_event_on_a_page_is_an_activity_with_the_page_as_subject(type: EventType, kind: Kind) -> None:
    activity = made(an_event(type=type))
    assert (activity.kind, activity.subject, activity.at, activity.lead) == (kind, "whitepaper", NOON, "")


def test_subject_of_a_download_is_the_file() -> None:
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
def test_page_has_its_name_in_the_playbook_else_its_path(path: str, name: str) -> None:
    assert page_name(f"https://www.example.jp{path}", tracked()) == name


def test_id_of_an_activity_depends_on_event_and_visitor() -> None:
    again = visit_activities(Beacon(visitor="visitor1", received=NOON + HOUR, events=(an_event(),)), tracked())
    other = visit_activities(Beacon(visitor="visitor2", received=NOON, events=(an_event(),)), tracked())
    assert made().id == again[0].id != other[0].id


def test_campaign_parameters_of_the_url_are_in_the_touch() -> None:
    activity = made(an_event(url=f"{SITE}/pages/whitepaper?utm_source=news"))
    assert activity.facts["url"] == activity.touch.url == f"{SITE}/pages/whitepaper?utm_source=news"
    assert activity.touch.utm_source == "news"


def test_only_an_arrival_from_outside_or_with_a_campaign_is_a_touch() -> None:
    assert made(an_event(referrer="https://search.example/")).touch.referrer == "https://search.example/"
    assert made(an_event()).touch is not None
    assert made(an_event(referrer=f"{SITE}/pages/other")).touch is None
    assert made(an_event(referrer=f"{SITE}/pages/other", url=f"{SITE}/?gclid=g1")).touch.gclid == "g1"
    assert made(an_event(type=EventType.DWELL)).touch is None


def test_visit_of_a_robot_has_the_verdict_machine() -> None:
    assert made().verdict is Verdict.HUMAN
    assert made(is_robot=True).verdict is Verdict.MACHINE


def test_assigned_activity_names_its_click_and_whether_it_is_likely() -> None:
    bound, likely = (
        assign_to_lead(made(), "lead1", bound=True),
        assign_to_lead(made(), "lead1", bound=False, click="click1"),
    )
    assert (bound.lead, bound.id, bound.at) == ("lead1", made().id, NOON)
    assert "likely" not in bound.facts
    assert (likely.facts["likely"], likely.facts["click"]) == ("yes", "click1")


def test_first_touch_is_the_earliest_and_last_the_latest() -> None:
    early, middle, late = (Touch(at=NOON + n * HOUR) for n in (-1, 0, 1))
    lead = a_lead(first_touch=middle, lead_touch=middle, last_touch=middle)
    after = with_touches(lead, [late, None, early])
    assert (after.first_touch, after.lead_touch, after.last_touch) == (early, middle, late)
    assert with_touches(lead, [None, middle]) == lead


def test_bridge_can_be_crossed_once_within_ten_minutes() -> None:
    bridge = Bridge(lead="lead1", click="click1", at=NOON)
    assert may_cross(bridge, None, "visitor1", NOON + timedelta(minutes=10))
    assert not may_cross(bridge, None, "visitor1", NOON + timedelta(minutes=10, milliseconds=1))
    crossed = Crossing(visitor="visitor1")
    assert may_cross(bridge, crossed, "visitor1", NOON + HOUR)
    assert not may_cross(bridge, crossed, "visitor2", NOON)


@pytest.mark.parametrize(
    "url, carried",
    [
        (f"{SITE}/pages/a", f"{SITE}/pages/a?rpn=t1"),
        ("https://www.example.jp/a?b=1#c", "https://www.example.jp/a?b=1&rpn=t1#c"),
        ("https://other.example/a", "https://other.example/a"),
        ("https://www.example.jp.evil.example/a", "https://www.example.jp.evil.example/a"),
    ],
)
def test_token_is_added_only_for_hosts_with_our_script(url: str, carried: str) -> None:
    assert with_bridge_token(url, "t1", TRACKING, SITE) == carried
    assert with_bridge_token(url, "t1", None, SITE) == url
