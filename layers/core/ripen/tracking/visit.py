"""Visits: from what a page told us to activities, and from a visitor's activities to a lead's."""

import re
from collections.abc import Iterable
from copy import replace
from datetime import datetime, timedelta
from posixpath import basename
from urllib.parse import parse_qsl, urlencode, urlsplit

from ripen.ids import digest
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.attribution import CAMPAIGN_PARAMETERS, MAX_LENGTH, read_touch
from ripen.lead.lead import Profile, Touch
from ripen.playbook.bundle import Bundle, Tracking
from ripen.tracking.beacon import Beacon, Event, EventType
from ripen.tracking.visitor import Bridge

MAX_JOINED_AT_ONCE = 40
"""Visits that become a lead's in the transaction of its form, so that the first card knows of them; the rest follows."""
MAX_JOINED = 500
VISITOR_RETENTION = timedelta(days=90)
"""How long a visitor whom nobody knows is remembered."""
BRIDGE_PARAMETER = "rpn"
"""The query parameter that carries a click's token to the page."""

_CROSSED_WITHIN = timedelta(minutes=10)
_OWN_PAGE = re.compile(r"/pages/([^/]+)/?")
_LONGEST_SUBJECT = 200
_KINDS = {
    EventType.PAGE_VIEW: Kind.PAGE_VIEWED,
    EventType.DWELL: Kind.PAGE_READ,
    EventType.SCROLL: Kind.PAGE_READ,
    EventType.DOWNLOAD: Kind.FILE_DOWNLOADED,
    EventType.OUTBOUND: Kind.LINK_FOLLOWED,
}


def tracked_hosts(tracking: Tracking, site: str) -> frozenset[str]:
    """Where our script may run."""
    return frozenset(urlsplit(each).netloc for each in (*tracking.sites, site))


def activities(beacon: Beacon, bundle: Bundle) -> tuple[Activity, ...]:
    """What the visitor did; nobody's yet. The same event has the same id and time, however often it comes."""
    return tuple(_activity(event, beacon, bundle) for event in beacon.events)


def assign_to_lead(activity: Activity, lead: str, sure: bool, click: str = "") -> Activity:
    """The same activity as the lead's. `click` is the click in a mail that led there: a page that was opened in a browser
    speaks for it."""
    known = {"likely": "" if sure else "yes", "click": click}
    return replace(activity, lead=lead, facts=activity.facts | {name: value for name, value in known.items() if value})


def with_touches(profile: Profile, touches: Iterable[Touch | None]) -> Profile:
    """The profile whose first touch is the earliest and whose last is the latest of them all."""
    first, last = profile.first_touch, profile.last_touch
    for touch in touches:
        if touch and (first is None or touch.at < first.at):
            first = touch
        if touch and (last is None or touch.at > last.at):
            last = touch
    return replace(profile, first_touch=first, last_touch=last)


def may_cross(bridge: Bridge, visitor: str, at: datetime) -> bool:
    """May this visitor cross? Once, within ten minutes of the click; who has crossed may say so again."""
    return bridge.visitor == visitor or (not bridge.visitor and at <= bridge.at + _CROSSED_WITHIN)


def with_bridge_token(url: str, token: str, tracking: Tracking | None, site: str) -> str:
    """The target of a click with the token, where our script will find it and take it off again; else as it is."""
    parts = urlsplit(url)
    if tracking is None or parts.netloc not in tracked_hosts(tracking, site):
        return url
    query = f"{parts.query}&" if parts.query else ""
    return parts._replace(query=f"{query}{BRIDGE_PARAMETER}={token}").geturl()


def page_name(url: str, bundle: Bundle) -> str:
    """The name of a page: as the playbook calls it, else its path."""
    path = urlsplit(url).path or "/"
    own = _OWN_PAGE.fullmatch(path)
    if own and own[1] in bundle.pages:
        return own[1]
    named = bundle.tracking.pages if bundle.tracking else {}
    for name, paths in named.items():
        if any(_matches(path, pattern) for pattern in paths):
            return name
    return path[:_LONGEST_SUBJECT]


def _activity(event: Event, beacon: Beacon, bundle: Bundle) -> Activity:
    facts = {
        "visitor": beacon.visitor,
        "url": _without_personal_query(event.url),
        "title": event.title,
        "target": _without_personal_query(event.target),
        "seconds": str(event.seconds or ""),
        "scroll": str(event.scroll or ""),
    }
    on_file = event.type is EventType.DOWNLOAD
    return Activity(
        id=digest("beacon", beacon.visitor, event.id),
        lead="",
        kind=_KINDS[event.type],
        at=event.at,
        received=beacon.received,
        subject=basename(urlsplit(event.target).path)[:_LONGEST_SUBJECT] if on_file else page_name(event.url, bundle),
        facts={name: value for name, value in facts.items() if value},
        touch=_touch(event) if event.type is EventType.PAGE_VIEW else None,
        verdict=Verdict.MACHINE if beacon.robot else Verdict.HUMAN,
    )


def _touch(event: Event) -> Touch | None:
    """How they came, unless it was from one page of the site to another."""
    found = read_touch({"page_url": event.url, "referrer": _without_personal_query(event.referrer)}, event.at, "")
    within = urlsplit(event.referrer).netloc == urlsplit(event.url).netloc
    if within and not any(getattr(found, name) for name in CAMPAIGN_PARAMETERS):
        return None
    return replace(found, url=_without_personal_query(event.url))


def _without_personal_query(url: str) -> str:
    """Without what may be personal: of the query only the campaign stays, and no fragment."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name in CAMPAIGN_PARAMETERS]
    return parts._replace(query=urlencode(kept), fragment="").geturl()[:MAX_LENGTH]


def _matches(path: str, pattern: str) -> bool:
    if pattern.endswith("*"):
        return path.startswith(pattern[:-1])
    return path.rstrip("/") == pattern.rstrip("/")
