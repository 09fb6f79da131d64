"""A stand-in for Cloudflare Turnstile's siteverify, as strict as the real one.

It knows widgets by their secret keys, and the tokens that `solve` gives out. A token is valid for five minutes and for
one question; the same idempotency key gets the same answer again. Cloudflare's testing keys answer as documented.
`trouble` makes it answer with a status, or not at all for so many seconds.
Source: Cloudflare, Turnstile docs, "Validate the token" and "Test your Turnstile implementation".
"""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ALWAYS_PASSES = "1x0000000000000000000000000000000AA"
ALWAYS_FAILS = "2x0000000000000000000000000000000AA"
ALREADY_SPENT = "3x0000000000000000000000000000000AA"
DUMMY_TOKEN = "XXXX.DUMMY.TOKEN.XXXX"  # noqa: S105 (documented by Cloudflare)
_VALID = timedelta(minutes=5)
_LONGEST = 2048

type Answer = dict[str, Any]


class Challenges:
    """The widgets, the challenges that were solved, and the questions about them."""

    def __init__(self, now: Callable[[], datetime], *secrets: str) -> None:
        self._now = now
        self._secrets = secrets
        self._solved: dict[str, tuple[datetime, Answer]] = {}
        self._answered: dict[str, tuple[str, Answer]] = {}
        self.trouble: dict[str, float] = {}
        self.questions = 0

    def solve(self, hostname: str, action: str = "", secret: str = "") -> str:
        """Return the token of a visitor who passed the challenge on a page of that host."""
        token = f"0.{token_urlsafe(300)}"
        solved = {"hostname": hostname, "action": action, "cdata": ""}
        self._solved[token] = (self._now(), solved | {"secret": secret or self._secrets[0]})
        return token

    def answer(self, asked: dict[str, str]) -> Answer:
        """Answer a question about a token."""
        secret, token, repeated = asked.get("secret", ""), asked.get("response", ""), asked.get("idempotency_key", "")
        if not secret:
            return _no("missing-input-secret")
        if secret in (ALWAYS_PASSES, ALWAYS_FAILS, ALREADY_SPENT):
            return self._testing(secret, token)
        if secret not in self._secrets:
            return _no("invalid-input-secret")
        if not token:
            return _no("missing-input-response")
        if repeated and not _is_uuid(repeated):
            return _no("bad-request")
        return self._real(secret, token, repeated)

    def _real(self, secret: str, token: str, repeated: str) -> Answer:
        at, solved = self._solved.get(token, (None, {}))
        if at is None or len(token) > _LONGEST or solved["secret"] != secret:
            return _no("invalid-input-response")
        if token in self._answered:
            key, earlier = self._answered[token]
            return earlier if repeated and repeated == key else _no("timeout-or-duplicate")
        if self._now() > at + _VALID:
            return _no("timeout-or-duplicate")
        public = {name: value for name, value in solved.items() if name != "secret"}
        found = {"success": True, "error-codes": [], "challenge_ts": _stamp(at), **public}
        self._answered[token] = (repeated, found)
        return found

    def _testing(self, secret: str, token: str) -> Answer:
        """Answer as Cloudflare's testing keys: they take the dummy token, and name no host of ours."""
        if secret == ALREADY_SPENT:
            return _no("timeout-or-duplicate")
        if secret == ALWAYS_FAILS or token != DUMMY_TOKEN:
            return _no("invalid-input-response")
        shown = {"hostname": "example.com", "action": "", "cdata": "", "metadata": {"result_with_testing_key": True}}
        return {"success": True, "error-codes": [], "challenge_ts": _stamp(self._now()), **shown}


def build(challenges: Challenges) -> Starlette:
    """Return the server: POST /turnstile/v0/siteverify, as a form or as JSON."""

    async def siteverify(request: Request) -> Response:
        challenges.questions += 1
        await asyncio.sleep(challenges.trouble.get("seconds", 0))
        if status := int(challenges.trouble.get("status", 0)):
            return Response("<html>error</html>", status, media_type="text/html")
        body = await request.body()
        asked = _read(request.headers.get("content-type", ""), body)
        return JSONResponse(_no("bad-request") if asked is None else challenges.answer(asked))

    return Starlette(routes=[Route("/turnstile/v0/siteverify", siteverify, methods=["POST"])])


def _read(content_type: str, body: bytes) -> dict[str, str] | None:
    try:
        if content_type.partition(";")[0] == "application/json":
            found = json.loads(body)
            return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else None
        return dict(parse_qsl(body.decode(), strict_parsing=True))
    except ValueError:
        return None


def _no(code: str) -> Answer:
    return {"success": False, "error-codes": [code], "messages": []}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
