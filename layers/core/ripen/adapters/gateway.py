"""API Gateway's HTTP API, payload format 2.0: its event becomes a Request, and our answers become what it wants back.

Source: AWS, API Gateway Developer Guide, "Working with AWS Lambda proxy integrations for HTTP APIs".
"""

import json
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from msgspec import Struct

from ripen.errors import Rejected

Response = dict[str, Any]

_PAGE_HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: https:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    # The form's post must carry our origin: under no-referrer a browser would send "Origin: null".
    "referrer-policy": "strict-origin-when-cross-origin",
    "cache-control": "no-store",
}


class Request(Struct, frozen=True, kw_only=True):
    """Header names are lower-case; of a query parameter given twice the last counts."""

    method: str
    path: str
    id: str = ""
    host: str = ""
    address: str = ""
    """The sender's IP."""
    parameters: dict[str, str] = {}
    """The variable parts of the path."""
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    raw: str = ""
    encoded: bool = False
    """Is `raw` the body in base64?"""

    @property
    def body(self) -> bytes:
        """The very bytes that were sent. Raises Rejected where the event's base64 is none."""
        try:
            return b64decode(self.raw, validate=True) if self.encoded else self.raw.encode()
        except (NotBase64, ValueError):
            raise Rejected("the body cannot be read") from None

    @property
    def from_browser(self) -> bool:
        """Does a person look at the answer, rather than a script?"""
        return "text/html" in self.headers.get("accept", "").lower()


def request(event: Mapping[str, Any]) -> Request:
    """The request behind an event."""
    context = event.get("requestContext") or {}
    http = context.get("http") or {}
    headers = {name.lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    return Request(
        method=str(http.get("method", "GET")),
        path=str(event.get("rawPath", "/")),
        id=str(context.get("requestId", "")),
        address=str(http.get("sourceIp", "")),
        host=headers.get("host") or str(context.get("domainName", "")),
        parameters={name: str(value) for name, value in (event.get("pathParameters") or {}).items()},
        query=dict(parse_qsl(str(event.get("rawQueryString", "")))),
        headers=headers,
        raw=str(event.get("body") or ""),
        encoded=bool(event.get("isBase64Encoded")),
    )


def respond(status: int, body: str = "", headers: Mapping[str, str] | None = None) -> Response:
    return {"statusCode": status, "headers": dict(headers or {}), "body": body, "isBase64Encoded": False}


def page(html: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A page for people: no scripts, no frames, not kept by anyone, posts only to ourselves."""
    return respond(status, html, _PAGE_HEADERS | dict(headers or {}))


def with_tracking_script(page: Response) -> Response:
    """The page, allowed our own script (/ripen.js) and what that tells us."""
    policy = page["headers"]["content-security-policy"] + "; script-src 'self'; connect-src 'self'"
    return page | {"headers": page["headers"] | {"content-security-policy": policy}}


def answer(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON for scripts, in ASCII: what a stranger sent may hold half a letter, which UTF-8 does not know."""
    known = {"content-type": "application/json; charset=utf-8", "cache-control": "no-store"}
    return respond(status, json.dumps(content), known | dict(headers or {}))


def redirect(location: str, status: int = 303, headers: Mapping[str, str] | None = None) -> Response:
    """To an address we built ourselves: the caller has judged it."""
    return respond(status, "", {"location": location, "cache-control": "no-store"} | dict(headers or {}))


def language(request: Request, locales: tuple[str, ...], default: str, asked: str = "") -> str:
    """One of `locales`: the one asked for, else the first that Accept-Language names (RFC 9110 §12.5.4), else the
    default."""
    if asked:
        return asked if asked in locales else default
    wanted: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, weight = part.partition(";")
        wanted.append((-_quality(weight), tag.strip().lower().partition("-")[0]))
    for quality, tag in sorted(wanted, key=lambda choice: choice[0]):
        if quality < 0 and tag in locales:
            return tag
    return default


def _quality(weight: str) -> float:
    """0 to 1; what cannot be read counts as 0."""
    name, _, value = weight.strip().partition("=")
    if not name:
        return 1.0
    digits = value.strip()
    return (
        min(float(digits), 1.0)
        if digits.replace(".", "", 1).isascii() and digits.replace(".", "", 1).isdigit()
        else 0.0
    )
