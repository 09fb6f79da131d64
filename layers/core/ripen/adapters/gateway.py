"""API Gateway's HTTP API: requests from its events, and responses in its format (payload format version 2.0).

Source: AWS, API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway".
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
CHALLENGES = "https://challenges.cloudflare.com"
"""Where the script and the frame of Cloudflare Turnstile come from."""

_SECURITY_HEADERS = {
    "strict-transport-security": "max-age=63072000",
    "x-content-type-options": "nosniff",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""On every response. Sources: RFC 6797 (HSTS, for two years); Fetch §3.8 (nosniff); W3C, "Permissions Policy"."""
_PAGE_HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: https:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # A posted form must carry our origin: under no-referrer a browser would send "Origin: null".
    "referrer-policy": "strict-origin-when-cross-origin",
    "cache-control": "no-store",
}


class Request(Struct, frozen=True, kw_only=True):
    """An HTTP request. Header names are in lower case; if a query parameter occurs twice, the last value counts."""

    method: str
    path: str
    id: str = ""
    host: str = ""
    address: str = ""
    """The sender's IP address."""
    parameters: dict[str, str] = {}
    """The path parameters, by name."""
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    raw: str = ""
    encoded: bool = False
    """Whether `raw` is the body in base64."""

    @property
    def body(self) -> bytes:
        """The body, byte for byte. Raises Rejected if it is not valid base64 or not valid Unicode."""
        try:
            return b64decode(self.raw, validate=True) if self.encoded else self.raw.encode()
        except (NotBase64, ValueError):
            raise Rejected("the body cannot be decoded") from None

    @property
    def from_browser(self) -> bool:
        """Return whether a browser sent the request, by its Accept header, so that a person sees the response."""
        return "text/html" in self.headers.get("accept", "").lower()


def request(event: Mapping[str, Any]) -> Request:
    """Return the request of an event."""
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
    """Return a response. No response of ours is made in another way, so that each has the security headers."""
    return {
        "statusCode": status,
        "headers": _SECURITY_HEADERS | dict(headers or {}),
        "body": body,
        "isBase64Encoded": False,
    }


def page(html: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an HTML page that runs no script, cannot be framed, is not cached, and posts forms only to this site."""
    return respond(status, html, _PAGE_HEADERS | dict(headers or {}))


def with_scripts(page: Response, *, tracking: bool, challenge: bool) -> Response:
    """Return the page with permission for our tracking script (/ripen.js) and its beacons, and for Turnstile's widget.

    Source: Cloudflare, Turnstile docs, "Content Security Policy".
    """
    allowed = ["'self'"] * tracking + [CHALLENGES] * challenge
    policy = page["headers"]["content-security-policy"]
    policy += f"; script-src {' '.join(allowed)}" * bool(allowed)
    policy += "; connect-src 'self'" * tracking + f"; frame-src {CHALLENGES}" * challenge
    return page | {"headers": page["headers"] | {"content-security-policy": policy}}


def answer(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON response, in ASCII because UTF-8 cannot encode a lone surrogate that a visitor may have sent."""
    defaults = {"content-type": "application/json; charset=utf-8", "cache-control": "no-store"}
    return respond(status, json.dumps(content), defaults | dict(headers or {}))


def redirect(location: str, status: int = 303, headers: Mapping[str, str] | None = None) -> Response:
    """Return a redirect. The caller must have checked the location: an open redirect would help phishing."""
    return respond(status, "", {"location": location, "cache-control": "no-store"} | dict(headers or {}))


def language(request: Request, locales: tuple[str, ...], default: str, asked: str = "") -> str:
    """Return one of `locales`: the one asked for, else the best of Accept-Language, else the default.

    Source: RFC 9110 §12.5.4 (Accept-Language) and §12.4.2 (quality values).
    """
    if asked:
        return asked if asked in locales else default
    accepted: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, weight = part.partition(";")
        accepted.append((_quality(weight), tag.strip().lower().partition("-")[0]))
    for quality, tag in sorted(accepted, key=lambda choice: -choice[0]):
        if quality > 0 and tag in locales:
            return tag
    return default


def _quality(weight: str) -> float:
    """Return the quality value of ";q=…", from 0 to 1; an invalid one counts as 0."""
    name, _, value = weight.strip().partition("=")
    if not name:
        return 1.0
    number = value.strip()
    digits = number.replace(".", "", 1)
    return min(float(number), 1.0) if digits.isascii() and digits.isdigit() else 0.0
