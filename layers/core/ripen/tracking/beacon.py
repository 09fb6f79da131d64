"""A beacon: the report of a visit by the script on a page. Any program can send one, so nothing in it is trusted.

An invalid event is skipped and the others are kept. Clocks of browsers may be wrong, so the time of an event counts
relative to the time of sending. It is corrected by whole minutes, so that a repeated beacon gets the same keys. If our
own clock was moved, as the local one may be, the times move exactly as much: visits stay in order with what is stored
by our clock.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
from msgspec import Struct

from ripen.errors import Rejected
from ripen.lead.attribution import CAMPAIGN_PARAMETERS, MAX_LENGTH
from ripen.lead.text import clean
from ripen.tracking.link_token import LONGEST_TOKEN
from ripen.tracking.visitor import is_visitor

MAX_BYTES = 64 * 1024
MAX_EVENTS = 50

MAX_TEXT_BYTES = 16 * 1024
"""Most text of one beacon that is kept: what is stored of an event is at most its text."""
MAX_EVENTS_A_DAY = 500
"""Most events of one visitor on one day."""

_MAX_URL = 2000
_MAX_TITLE = 200
_MAX_AGE = timedelta(days=7)
_CLOCK_TOLERANCE = timedelta(seconds=5)
"""Clocks that are synchronised over the network differ by less."""
_MINUTE = timedelta(minutes=1)
_ROBOT = re.compile(r"bot\b|crawl|spider|slurp|preview|facebookexternalhit|lighthouse", re.IGNORECASE)


class EventType(StrEnum):
    """What happened on a page."""

    PAGE_VIEW = "page_view"
    DWELL = "dwell"
    """How long the page was visible since the previous such event."""
    SCROLL = "scroll"
    DOWNLOAD = "download"
    OUTBOUND = "outbound"


class PageEvent(Struct, frozen=True, kw_only=True):
    """One event on a page. `target` is the URL of a download or an outbound link; `scroll` is the depth in percent.

    The URLs have no fragment, and only the campaign parameters: other queries may be personal data.
    """

    id: str
    type: EventType
    at: datetime
    url: str
    title: str = ""
    referrer: str = ""
    target: str = ""
    seconds: int = 0
    scroll: int = 0


class Beacon(Struct, frozen=True, kw_only=True):
    """The valid events of one beacon."""

    visitor: str
    received: datetime
    events: tuple[PageEvent, ...]
    bridge: str = ""
    """The token that a click in a mail added to the URL of the page."""
    is_robot: bool = False
    """Whether the User-Agent is that of a robot."""


def read_beacon(
    raw: bytes, received: datetime, hosts: frozenset[str], user_agent: str = "", *, ahead: timedelta = timedelta()
) -> Beacon:
    """Parse a beacon and keep the events on pages of these hosts. Raises Rejected (413 over 64 KB, else 400).

    `received` is by our clock, which is `ahead` of the wall clock.
    """
    body = _json_object(raw)
    visitor = body.get("visitor")
    if not isinstance(visitor, str) or not is_visitor(visitor):
        raise Rejected("a visitor is 8 to 64 letters, digits, - or _", field="visitor")
    items = body.get("events")
    if not isinstance(items, list) or not 1 <= len(items) <= MAX_EVENTS:
        raise Rejected(f"send 1 to {MAX_EVENTS} events", field="events")
    sent = _timestamp(body.get("sent"))
    clocks = _Clocks(sent=sent + ahead if sent else None, received=received, ahead=ahead)
    found = {event.id: event for event in _events(items, clocks, hosts)}
    events = _within(MAX_TEXT_BYTES, found.values())
    if not events:
        raise Rejected("no event has an id, a known type and a url of a site that is tracked", field="events")
    bridge = _text(body, "bridge", LONGEST_TOKEN)
    return Beacon(
        visitor=visitor,
        received=received,
        events=events,
        bridge=bridge,
        is_robot=_ROBOT.search(user_agent) is not None,
    )


def _json_object(raw: bytes) -> dict[str, Any]:
    if len(raw) > MAX_BYTES:
        raise Rejected("the body is larger than 64 KB", status=413)
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Rejected("the body is not valid JSON") from None
    if not isinstance(body, dict):
        raise Rejected("the body is not a JSON object")
    return body


class _Clocks(Struct, frozen=True, kw_only=True):
    """When the beacon was sent by the browser's clock, moved as ours is, and received by ours."""

    sent: datetime | None
    received: datetime
    ahead: timedelta


def _events(items: list[Any], clocks: _Clocks, hosts: frozenset[str]) -> Iterable[PageEvent]:
    for item in items:
        if not isinstance(item, dict) or item.get("type") not in list(EventType):
            continue
        id, url = _text(item, "id", 64), _web_url(item, "url", _MAX_URL)
        if id and url and urlsplit(url).netloc in hosts:
            yield PageEvent(
                id=id,
                type=EventType(item["type"]),
                at=_corrected(_timestamp(item.get("at")), clocks),
                url=url,
                title=_text(item, "title", _MAX_TITLE),
                referrer=_web_url(item, "referrer", MAX_LENGTH),
                target=_web_url(item, "target", MAX_LENGTH),
                seconds=_number(item, "seconds", 86400),
                scroll=_number(item, "scroll", 100),
            )


def _corrected(at: datetime | None, clocks: _Clocks) -> datetime:
    """Return when the event happened by our clock, or when it was received if its time is impossible.

    The time may be up to a minute early but not late, because a visit before a form must not come after it.
    """
    received = clocks.received
    if at is None:
        return received
    at += clocks.ahead
    if clocks.sent is not None:
        at += (received - clocks.sent + _CLOCK_TOLERANCE) // _MINUTE * _MINUTE
    return at if received - _MAX_AGE <= at <= received + _MINUTE else received


def _timestamp(value: object) -> datetime | None:
    """Parse milliseconds since 1970 or ISO 8601; None unless the year is 2000 to 2099."""
    try:
        match value:
            case bool():
                return None
            case int() | float():
                at = datetime.fromtimestamp(value / 1000, UTC)
            case str():
                at = datetime.fromisoformat(value)
                at = at if at.tzinfo else at.replace(tzinfo=UTC)
            case _:
                return None
        return at.astimezone(UTC) if 2000 <= at.year < 2100 else None
    except (ValueError, OverflowError, OSError):
        return None


def _text(event: Mapping[str, Any], name: str, longest: int) -> str:
    value = event.get(name)
    return (clean(value) or "")[:longest] if isinstance(value, str) else ""


def _web_url(event: Mapping[str, Any], name: str, longest: int) -> str:
    """Return the value as an http or https URL without personal queries, cut to `longest` characters; else ""."""
    url = _without_personal_query(_text(event, name, _MAX_URL))[:longest]
    return url if _is_web_url(url) else ""  # a URL may be none any more after it is cut


def _without_personal_query(url: str) -> str:
    """Return the URL without its fragment and with only the campaign parameters; "" if it is no URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name in CAMPAIGN_PARAMETERS]
    return parts._replace(query=urlencode(kept), fragment="").geturl()


def _is_web_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc != ""


def _within(most: int, events: Iterable[PageEvent]) -> tuple[PageEvent, ...]:
    """Return the first events whose text has at most so many bytes in all; the first one stays in any case."""
    kept: list[PageEvent] = []
    for event in events:
        most -= sum(len(text.encode()) for text in (event.url, event.title, event.referrer, event.target))
        if kept and most < 0:
            break
        kept.append(event)
    return tuple(kept)


def _number(event: Mapping[str, Any], name: str, most: int) -> int:
    value = event.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        return 0
    return int(min(value, most))
