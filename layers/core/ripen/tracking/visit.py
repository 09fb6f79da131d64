"""Visits: turns the events of a beacon into activities, and a visitor's activities into a lead's."""

import re
from collections.abc import Iterable
from copy import replace
from datetime import datetime, timedelta
from posixpath import basename
from urllib.parse import urlsplit

from ripen.ids import digest
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.attribution import CAMPAIGN_PARAMETERS, MAX_LENGTH, read_touch
from ripen.lead.lead import Profile, Touch
from ripen.playbook.bundle import Bundle, Tracking
from ripen.tracking.beacon import Beacon, EventType, PageEvent
from ripen.tracking.visitor import Bridge, Crossing

MAX_JOINED_AT_ONCE = 40
"""Most visits assigned to a lead in the transaction of its form; the first Slack card shows them. The rest follows."""
MAX_JOINED = 500
"""Most visits assigned to a lead in all."""
VISITOR_RETENTION = timedelta(days=90)
"""How long the visits of an unknown visitor are kept."""
BRIDGE_PARAMETER = "rpn"
"""The query parameter that carries the token of a click to the page."""

_BRIDGE_LIFETIME = timedelta(minutes=10)
_OWN_PAGE = re.compile(r"/pages/([^/]+)/?")
_MAX_SUBJECT = 200
_KINDS = {
    EventType.PAGE_VIEW: Kind.PAGE_VIEWED,
    EventType.DWELL: Kind.PAGE_READ,
    EventType.SCROLL: Kind.PAGE_READ,
    EventType.DOWNLOAD: Kind.FILE_DOWNLOADED,
    EventType.OUTBOUND: Kind.LINK_FOLLOWED,
}


def tracked_hosts(tracking: Tracking, site: str) -> frozenset[str]:
    """Return the hosts on which our script may run."""
    return frozenset(urlsplit(each).netloc for each in (*tracking.sites, site))


def visit_activities(beacon: Beacon, bundle: Bundle) -> tuple[Activity, ...]:
    """Return the activities of a visitor who belongs to no lead yet; a repeated event has the same id and time."""
    return tuple(_activity(event, beacon, bundle) for event in beacon.events)


def assign_to_lead(activity: Activity, lead: str, bound: bool, click: str = "") -> Activity:
    """Return the activity as the lead's. `click` is the click in a mail that opened the page, if there was one."""
    origin = {"likely": "" if bound else "yes", "click": click}
    return replace(activity, lead=lead, facts=activity.facts | {name: value for name, value in origin.items() if value})


def with_touches(profile: Profile, touches: Iterable[Touch | None]) -> Profile:
    """Return the profile with the earliest of all touches as the first and the latest as the last."""
    first, last = profile.first_touch, profile.last_touch
    for touch in touches:
        if touch and (first is None or touch.at < first.at):
            first = touch
        if touch and (last is None or touch.at > last.at):
            last = touch
    return replace(profile, first_touch=first, last_touch=last)


def may_cross(bridge: Bridge, crossing: Crossing | None, visitor: str, at: datetime) -> bool:
    """Return whether the visitor may cross the bridge.

    One visitor may, within ten minutes of the click, and the same visitor may cross it again.
    """
    return crossing.visitor == visitor if crossing else at <= bridge.at + _BRIDGE_LIFETIME


def with_bridge_token(url: str, token: str, tracking: Tracking | None, site: str) -> str:
    """Return the target of a click with its token added, if our script runs there to remove it again."""
    parts = urlsplit(url)
    if tracking is None or parts.netloc not in tracked_hosts(tracking, site):
        return url
    query = f"{parts.query}&" if parts.query else ""
    return parts._replace(query=f"{query}{BRIDGE_PARAMETER}={token}").geturl()


def page_name(url: str, bundle: Bundle) -> str:
    """Return the name of a page in the playbook, else its path."""
    path = urlsplit(url).path or "/"
    own = _OWN_PAGE.fullmatch(path)
    if own and own[1] in bundle.pages:
        return own[1]
    named = bundle.tracking.pages if bundle.tracking else {}
    for name, paths in named.items():
        if any(_matches(path, pattern) for pattern in paths):
            return name
    return path[:_MAX_SUBJECT]


def _activity(event: PageEvent, beacon: Beacon, bundle: Bundle) -> Activity:
    facts = {
        "visitor": beacon.visitor,
        "url": event.url[:MAX_LENGTH],
        "title": event.title,
        "target": event.target,
        "seconds": str(event.seconds or ""),
        "scroll": str(event.scroll or ""),
    }
    is_download = event.type is EventType.DOWNLOAD
    return Activity(
        id=digest("beacon", beacon.visitor, event.id),
        lead="",
        kind=_KINDS[event.type],
        at=event.at,
        received=beacon.received,
        subject=basename(urlsplit(event.target).path)[:_MAX_SUBJECT] if is_download else page_name(event.url, bundle),
        facts={name: value for name, value in facts.items() if value},
        touch=_touch_of(event) if event.type is EventType.PAGE_VIEW else None,
        verdict=Verdict.MACHINE if beacon.is_robot else Verdict.HUMAN,
    )


def _touch_of(event: PageEvent) -> Touch | None:
    """Return the touch of the arrival; None for a move from page to page of the site."""
    found = read_touch({"page_url": event.url, "referrer": event.referrer}, event.at, "")
    is_internal = urlsplit(event.referrer).netloc == urlsplit(event.url).netloc
    if is_internal and not any(getattr(found, name) for name in CAMPAIGN_PARAMETERS):
        return None
    return replace(found, url=event.url[:MAX_LENGTH])


def _matches(path: str, pattern: str) -> bool:
    if pattern.endswith("*"):
        return path.startswith(pattern[:-1])
    return path.rstrip("/") == pattern.rstrip("/")
