"""The entrance of the REST API: sessions, the day's call limit, and faults."""

import asyncio
import json
from time import monotonic
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.salesforce.api import Api
from sandbox.salesforce.call import Answer, Call, call
from sandbox.salesforce.faults import Fault, Faults, Mode
from sandbox.salesforce.oauth import Tokens
from sandbox.salesforce.refused import Refused
from sandbox.salesforce.usage import Usage, limit_exceeded

_VERSIONS = range(50, 69)
_WRITES = {"POST", "PATCH", "DELETE", "PUT"}


class Gate:
    def __init__(self, api: Api, tokens: Tokens, usage: Usage, faults: Faults) -> None:
        self._api = api
        self._tokens = tokens
        self._usage = usage
        self._faults = faults
        methods = ["GET", "HEAD", *_WRITES]
        self.routes = [
            Route("/services/data", self._versions),
            Route("/services/data/", self._versions),
            Route("/services/data/{rest:path}", self._data, methods=methods),
        ]

    async def _versions(self, _: Request) -> Response:
        return JSONResponse(
            [{"label": f"v{v}", "url": f"/services/data/v{v}.0", "version": f"{v}.0"} for v in _VERSIONS]
        )

    async def _data(self, request: Request) -> Response:
        if self._faults.take(Mode.DOWN):
            return self._shown(Answer(503, Refused("SERVER_UNAVAILABLE", "Server is temporarily unavailable").body()))
        if fault := self._faults.take(Mode.HANG):
            await _hang(request, fault)
        try:
            user = self._admit(request)
            asked = (await _call(request)).by(user)
            answer = self._api.answer(asked)
        except Refused as refused:
            return self._shown(Answer(refused.status, refused.body()))
        return await self._sent(request, asked, answer)

    def _admit(self, request: Request) -> str:
        """Check session, call limit and faults; return the session's user. Raises Refused."""
        if self._faults.take(Mode.EXPIRE_TOKENS):
            self._tokens.forget()
        user = self._tokens.user(request.headers.get("authorization", ""))
        if user is None:
            raise Refused("INVALID_SESSION_ID", "Session expired or invalid", status=401)
        if self._faults.take(Mode.ERROR_500):
            raise Refused("UNKNOWN_EXCEPTION", "An unexpected error occurred.", status=500)
        if self._faults.take(Mode.LIMIT):
            raise limit_exceeded()
        self._usage.count()
        return user

    async def _sent(self, request: Request, asked: Call, answer: Answer) -> Response:
        if _writes(asked):
            if fault := self._faults.take(Mode.HANG_AFTER_WRITE):
                await _hang(request, fault)
            if self._faults.take(Mode.DROP_AFTER_WRITE):
                return _cut_short()
        return self._shown(answer)

    def _shown(self, answer: Answer) -> Response:
        headers = {**answer.headers, **self._usage.header()}
        if answer.status == 204:
            return Response(status_code=204, headers=headers)
        return JSONResponse(answer.body, answer.status, headers)


def _writes(asked: Call) -> bool:
    """Return whether the call writes; a composite call that only reads is a POST too."""
    parts = asked.body.get("compositeRequest") if isinstance(asked.body, dict) else None
    if isinstance(parts, list):
        return any(part.get("method") != "GET" for part in parts if isinstance(part, dict))
    return asked.method in _WRITES


async def _call(request: Request) -> Call:
    """Return the call of a request. Raises Refused."""
    raw = await request.body()
    body: Any = None
    if raw:
        if "json" not in request.headers.get("content-type", ""):
            raise Refused("UNSUPPORTED_MEDIA_TYPE", "Content type is not supported", status=415)
        try:
            body = json.loads(raw)
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
            raise Refused("JSON_PARSER_ERROR", "The body could not be read as JSON") from None
    path = request.scope["raw_path"].decode("ascii", "replace")
    return call(request.method, path, request.url.query, dict(request.headers), body)


async def _hang(request: Request, fault: Fault) -> None:
    """Wait until the time is over or the caller is gone."""
    until = monotonic() + fault.seconds
    while monotonic() < until and not await request.is_disconnected():
        await asyncio.sleep(0.05)


def _cut_short() -> Response:
    """Return a response that breaks off, so that the caller cannot know what was done."""
    return StreamingResponse(iter(()), headers={"Content-Length": "2", "Content-Type": "application/json"})
