"""A beacon: what the script on a page tells of a visit, read with suspicion. Anybody can send one.

An event that cannot be read is left out and its neighbours stay. Clocks of browsers are wrong: an event's time counts
relative to the moment of sending, in whole minutes, so that the same beacon sent again meets its own keys.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from ripen.errors import Rejected
from ripen.lead.attribution import MAX_LENGTH
from ripen.lead.text import clean
from ripen.tracking.visitor import is_visitor

MAX_BYTES = 64 * 1024
MAX_EVENTS = 50

_LONGEST_URL = 2000
_LONGEST_TITLE = 200
_OLDEST = timedelta(days=7)
_NEAR = timedelta(seconds=5)
"""Clocks that are set by the network differ by less."""
_MINUTE = timedelta(minutes=1)
_ROBOT = re.compile(r"bot\b|crawl|spider|slurp|preview|facebookexternalhit|lighthouse", re.IGNORECASE)


class EventType(StrEnum):
    PAGE_VIEW = "page_view"
    DWELL = "dwell"
    """Time that the page was visible, since the last such event."""
    SCROLL = "scroll"
    DOWNLOAD = "download"
    OUTBOUND = "outbound"


class Event(Struct, frozen=True, kw_only=True):
    """`target` is where a download or an outbound click leads; `scroll` is how far down, in percent."""

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
    visitor: str
    received: datetime
    events: tuple[Event, ...]
    bridge: str = ""
    """The token that a click in a mail put into the page's address."""
    robot: bool = False
    """It says itself that nobody is looking."""


def read_beacon(raw: bytes, received: datetime, hosts: frozenset[str], user_agent: str = "") -> Beacon:
    """The beacon, with what happened on pages of these hosts. Raises Rejected: 413 over 64 KB, else 400."""
    if len(raw) > MAX_BYTES:
        raise Rejected("the body is larger than 64 KB", status=413)
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Rejected("the body is not valid JSON") from None
    if not isinstance(found, dict):
        raise Rejected("the body is not a JSON object")
    visitor = found.get("visitor")
    if not isinstance(visitor, str) or not is_visitor(visitor):
        raise Rejected("a visitor is 8 to 64 letters, digits, - or _", field="visitor")
    listed = found.get("events")
    if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_EVENTS:
        raise Rejected(f"send 1 to {MAX_EVENTS} events", field="events")
    events = {event.id: event for event in _events(listed, _moment(found.get("sent")), received, hosts)}
    if not events:
        raise Rejected("no event has an id, a known type and a url of a site that is tracked", field="events")
    bridge = _text(found, "bridge", 64)
    return Beacon(
        visitor=visitor,
        received=received,
        events=tuple(events.values()),
        bridge=bridge if is_visitor(bridge) else "",
        robot=_ROBOT.search(user_agent) is not None,
    )


def _events(listed: list[Any], sent: datetime | None, received: datetime, hosts: frozenset[str]) -> Iterable[Event]:
    for each in listed:
        if not isinstance(each, dict) or each.get("type") not in list(EventType):
            continue
        id, url = _text(each, "id", 64), _web(each, "url")
        if id and url and urlsplit(url).netloc in hosts:
            yield Event(
                id=id,
                type=EventType(each["type"]),
                at=_corrected(_moment(each.get("at")), sent, received),
                url=url,
                title=_text(each, "title", _LONGEST_TITLE),
                referrer=_web(each, "referrer")[:MAX_LENGTH],
                target=_web(each, "target")[:MAX_LENGTH],
                seconds=_number(each, "seconds", 86400),
                scroll=_number(each, "scroll", 100),
            )


def _corrected(at: datetime | None, sent: datetime | None, received: datetime) -> datetime:
    """When it happened by our clock, up to a minute early rather than late, for what a visitor did before a form must not
    come after it; the moment it came in where that cannot be."""
    if at is None:
        return received
    if sent is not None:
        at = at + (received - sent + _NEAR) // _MINUTE * _MINUTE
    return at if received - _OLDEST <= at <= received + _MINUTE else received


def _moment(said: object) -> datetime | None:
    """Milliseconds since 1970, or ISO 8601; within a century, so that it can be reckoned with."""
    try:
        match said:
            case bool():
                return None
            case int() | float():
                at = datetime.fromtimestamp(said / 1000, UTC)
            case str():
                at = datetime.fromisoformat(said)
                at = at if at.tzinfo else at.replace(tzinfo=UTC)
            case _:
                return None
        return at.astimezone(UTC) if 2000 <= at.year < 2100 else None
    except (ValueError, OverflowError, OSError):
        return None


def _text(said: Mapping[str, Any], name: str, longest: int) -> str:
    value = said.get(name)
    return (clean(value) or "")[:longest] if isinstance(value, str) else ""


def _web(said: Mapping[str, Any], name: str) -> str:
    """An address of the web, else ""."""
    url = _text(said, name, _LONGEST_URL)
    try:
        return url if urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc else ""
    except ValueError:
        return ""


def _number(said: Mapping[str, Any], name: str, most: int) -> int:
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        return 0
    return int(min(value, most))
