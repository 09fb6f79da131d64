"""Refuse what a web page of somebody else makes a browser send to a port of the local cloud.

The stand-ins and the emulator ask for no password, so without this any page could read and change them:
- A page whose name its owner points to 127.0.0.1 (DNS rebinding) is known by the Host that it asks for.
- A page on another site is known by Origin and Sec-Fetch-Site, which no page can set or leave out.
Programs send neither. Sources: Fetch standard, "Origin header"; W3C, "Fetch Metadata Request Headers".

Only the standard library is used: the emulator's environment has no other.
"""

import json
import re
from collections.abc import Awaitable, Callable, Collection, Iterable, MutableMapping
from hmac import compare_digest
from typing import Any

PASS = "ripen-local-pass"  # noqa: S105 (the name of a header)
"""The header by which the API's plain address names itself to the emulator. Its value is new at each start."""

_LOOPBACK = re.compile(r"(127\.0\.0\.1|\[::1\]|(?:[a-z0-9_-]+\.)*localhost)(?::([0-9]{1,5}))?")
_READING = ("GET", "HEAD")

type Scope = MutableMapping[str, Any]
type App = Callable[[Scope, Any, Any], Awaitable[None]]


class RequestGuard:
    """An ASGI application that passes on only requests of this machine's programs and of own pages."""

    def __init__(self, app: App, listed: Callable[[], Collection[str]] | None = None, passport: str = "") -> None:
        """Guard `app`.

        `listed` makes it a public API as on AWS: it returns the origins of the company's sites, whose pages may send,
        and every page may send what reads. `passport` is the value of PASS with which the API's plain address sends
        requests that it has checked itself.
        """
        self._app = app
        self._listed = listed
        self._passport = passport.encode()

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif reason := self._refusal(scope):
            await _refuse(scope, receive, send, reason)
        else:
            kept = [(name, value) for name, value in scope["headers"] if name.lower() != PASS.encode()]
            await self._app({**scope, "headers": kept}, receive, send)

    def _refusal(self, scope: Scope) -> str:
        """Return why the request is refused, or ""."""
        sent = _Sent(scope)
        hosts, origins, sites = sent.all("host"), sent.all("origin"), sent.all("sec-fetch-site")
        if len(hosts) != 1 or not is_loopback(hosts[0], sent.port):
            return "This address answers only as 127.0.0.1 or localhost, with its own port."
        if self._passport and any(compare_digest(each.encode(), self._passport) for each in sent.all(PASS)):
            return ""
        is_foreign = "cross-site" in sites
        if self._listed is not None and (scope.get("method") in _READING or self._are_listed(origins)):
            is_foreign = False
        if is_foreign or not all(self._is_own(origin, hosts[0], sites, sent.scheme) for origin in origins):
            return "A page of another site cannot use this address."
        return ""

    def _is_own(self, origin: str, host: str, sites: Collection[str], scheme: str) -> bool:
        """Return whether the origin is the page's own address, or for an API a site of the company or this machine."""
        if origin == "null":  # a page without referrer posts its own form
            return "same-origin" in sites
        if origin.lower() == f"{scheme}://{host.lower()}":
            return True
        return self._listed is not None and self._are_listed([origin])

    def _are_listed(self, origins: Collection[str]) -> bool:
        """Return whether there are origins, and all are the company's sites or pages of this machine."""
        if self._listed is None or not origins:
            return False
        strange = [origin for origin in origins if not is_loopback(origin.partition("://")[2])]
        return not strange or set(strange) <= set(self._listed())


class _Sent:
    """What the guard reads of a request."""

    def __init__(self, scope: Scope) -> None:
        self._headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
        self.scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], str(scope["scheme"]))
        self.port: int | None = (scope.get("server") or (None, None))[1]

    def all(self, name: str) -> list[str]:
        """Return every value of the header: a second one must not hide behind the first."""
        return [value.decode("latin-1").strip() for found, value in self._headers if found.lower() == name.encode()]


def is_loopback(authority: str, port: int | None = None) -> bool:
    """Return whether the name is this machine's, without a port or with this one (None: any)."""
    found = _LOOPBACK.fullmatch(authority.lower())
    return found is not None and (not found[2] or port is None or int(found[2]) == port)


async def _refuse(scope: Scope, receive: Any, send: Any, reason: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    body = json.dumps({"error": reason}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
