"""The Slack stand-in: a proxy in front of local-slack that makes it as strict as Slack.

Added to the Web API: it checks the token, the scopes and the blocks, keeps message metadata, limits the rate of
chat.postMessage (429), takes only channel ids where messages are read, pages them, and shows guests and people of
other companies. All else passes through.

For scripts (JSON; users U0ALICE, U0BOB, U0CAROL, others in workspace.py; channel C0SALES):
  GET  /messages.json                     the messages in #sales: [{ts, text, blocks, thread}]
  POST /_control/interact                 press a button: {"channel", "messageTs", "user", "action": <the button>}
  POST /_control/command                  {"channel", "user", "command": "/ripen", "text": "lead hanako@example.co.jp"}
  GET  /_control/messages/C0SALES         all messages in the channel, ephemeral ones too
  GET  /_control/deliveries               the requests that were posted to our app: [{status, seconds, body}]
  POST /_control/faults                   {"mode", "count", "method", "seconds"}, see faults.py; DELETE clears them
  POST /_control/pace                     {"per_second", "burst"}
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sandbox.slack.blocks import MOST_CHARACTERS, characters, refused
from sandbox.slack.faults import Bucket, Fault, Faults, Mode, Pace
from sandbox.slack.metadata import Metadata
from sandbox.slack.scopes import granted, missing_scope
from sandbox.slack.workspace import CONFIG, SALES, TRAITS

_MOST_TEXT = 40_000
_MOST_DELIVERIES = 200
_PAGED = ("conversations.history", "conversations.replies")
_JSON_FIELDS = ("blocks", "metadata", "attachments")
Answer = dict[str, Any]


class Proxy:
    def __init__(self, folder: Path, upstream: str, api: Callable[[], str]) -> None:
        self._config = folder / CONFIG
        self._upstream = upstream
        self._api = api
        self._metadata = Metadata(folder / "metadata.jsonl")
        self._deliveries: list[Answer] = []
        self._faults = Faults()
        self._bucket = Bucket()
        self._client: httpx.AsyncClient

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        async with httpx.AsyncClient(timeout=60, trust_env=False) as self._client:
            yield

    async def call(self, request: Request) -> Response:
        """Answer one call of the Web API."""
        method = request.path_params["method"]
        fault = self._faults.take(method)
        if fault and fault.mode in (Mode.DOWN, Mode.ERROR_500):
            return Response("upstream trouble", 503 if fault.mode is Mode.DOWN else 500)
        if fault and fault.mode is Mode.RATELIMIT:
            return _too_many(max(1, round(fault.seconds)))
        try:
            asked, token = await _arguments(request)
        except ValueError:
            return JSONResponse(_no("invalid_json"))
        if (
            (error := self._bad_token(token))
            or (error := missing_scope(method))
            or (error := _bad_message(method, asked))
        ):
            return JSONResponse(error)
        if method == "chat.postMessage" and (wait := self._bucket.wait(str(asked.get("channel")))):
            return _too_many(wait)
        answer = await self._answer(method, asked, token)
        if fault and fault.mode is Mode.HANG_AFTER:
            await asyncio.sleep(fault.seconds)
        if fault and fault.mode is Mode.DROP_AFTER:
            return Cut()
        return JSONResponse(answer, headers={"X-OAuth-Scopes": ",".join(sorted(granted()))})

    async def _answer(self, method: str, asked: Answer, token: str) -> Answer:
        sent = {name: value for name, value in asked.items() if name != "metadata"}
        found = await self._client.post(
            f"{self._upstream}/api/{method}", json=sent, headers={"authorization": f"Bearer {token}"}
        )
        answer: Answer = found.json()
        if not answer.get("ok"):
            return answer
        if method in ("chat.postMessage", "chat.update") and "metadata" in asked:
            self._metadata.keep(answer["channel"], answer["ts"], asked["metadata"])
        if method == "users.conversations":
            return answer | {"channels": self._channels_of(str(asked.get("user")), answer["channels"])}
        if method == "users.info":
            return answer | {"user": _with_traits(answer["user"])}
        if method == "conversations.replies" and not answer["messages"]:
            return _no("thread_not_found")
        return self._page(asked, answer) if method in _PAGED else answer

    def _page(self, asked: Answer, answer: Answer) -> Answer:
        """Return one page of a history (newest first) or thread (oldest first), with metadata if requested."""
        start, limit = int(asked.get("cursor") or 0), int(asked.get("limit") or 100)
        all = [message for message in answer["messages"] if message.get("subtype") != "ephemeral"]
        page = all[start : start + limit]
        if str(asked.get("include_all_metadata", "")).lower() in ("1", "true"):
            for message in page:
                if metadata := self._metadata.of(asked["channel"], message["ts"]):
                    message["metadata"] = metadata
        more = len(all) > start + limit
        cursor = {"next_cursor": str(start + limit) if more else ""}
        return answer | {"messages": page, "has_more": more, "response_metadata": cursor}

    def _channels_of(self, user: str, all: list[Answer]) -> list[Answer]:
        """Return the channels that the user is in; local-slack returns all."""
        seeded = json.loads(self._config.read_text())["channels"]
        ids = {channel["id"] for channel in seeded if user in channel["members"]}
        return [channel for channel in all if channel["id"] in ids]

    def _bad_token(self, token: str) -> Answer | None:
        if not token:
            return _no("not_authed")
        seeded = json.loads(self._config.read_text())["app"]["botToken"]
        return None if token == seeded else _no("invalid_auth")

    async def deliver(self, request: Request) -> Response:
        """Pass a person's action on to our app, byte by byte. Slack waits 3 seconds."""
        body = await request.body()
        headers = {
            name: value for name, value in request.headers.items() if name.startswith(("x-slack", "content-type"))
        }
        start = time.monotonic()
        try:
            answer = await self._client.post(f"{self._api()}/slack", content=body, headers=headers, timeout=10)
            status, text = answer.status_code, answer.text
        except httpx.TransportError as error:
            status, text = 502, type(error).__name__
        seconds = round(time.monotonic() - start, 3)
        self._deliveries = [*self._deliveries, {"status": status, "seconds": seconds, "body": text}][-_MOST_DELIVERIES:]
        return Response(text, status, media_type="application/json")

    async def deliveries(self, request: Request) -> Response:
        return JSONResponse(self._deliveries)

    async def messages(self, request: Request) -> Response:
        """Return the public messages in #sales, with threads under their first message."""
        found = await self._client.get(f"{self._upstream}/_control/messages/{SALES}")
        all = [message for message in found.json()["messages"] if message.get("subtype") != "ephemeral"]
        return JSONResponse([_shown(message, all) for message in all if not message.get("thread_ts")])

    async def faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._faults.clear()
            return Response(status_code=204)
        try:
            self._faults.put(Fault.model_validate_json(await request.body()))
        except ValidationError as error:
            return JSONResponse({"error": str(error)}, 400)
        return Response(status_code=204)

    async def pace(self, request: Request) -> Response:
        try:
            self._bucket.pace = Pace.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"error": str(error)}, 400)
        return Response(status_code=204)

    async def home(self, request: Request) -> Response:
        """Return the workspace's own page."""
        return RedirectResponse(f"{self._upstream}/archives/{SALES}")

    async def passed_on(self, request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        headers = {name: value for name, value in request.headers.items() if name in ("content-type", "authorization")}
        answer = await self._client.request(
            request.method,
            f"{self._upstream}{request.url.path}{query}",
            content=await request.body(),
            headers=headers,
        )
        return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))


class Cut(Response):
    """A response that breaks off in the middle."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"ok":', "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def build(folder: Path, upstream: str, api: Callable[[], str]) -> Starlette:
    """Return the proxy of the workspace at `upstream`, configured in `folder`; `api()` is our app's address."""
    proxy = Proxy(folder, upstream, api)
    routes = [
        Route("/", proxy.home),
        Route("/messages.json", proxy.messages),
        Route("/slack", proxy.deliver, methods=["POST"]),
        Route("/api/{method}", proxy.call, methods=["GET", "POST"]),
        Route("/_control/deliveries", proxy.deliveries),
        Route("/_control/faults", proxy.faults, methods=["POST", "DELETE"]),
        Route("/_control/pace", proxy.pace, methods=["POST"]),
        Route("/{path:path}", proxy.passed_on, methods=["GET", "POST"]),
    ]
    return Starlette(routes=routes, lifespan=proxy.lifespan, exception_handlers={httpx.TransportError: _silent})


async def _silent(request: Request, error: Exception) -> Response:
    return Response("The Slack workspace does not answer.", 503)


async def _arguments(request: Request) -> tuple[Answer, str]:
    """Return the arguments from query and body, in any encoding that clients use, and the token."""
    asked: Answer = dict(request.query_params)
    text = (await request.body()).decode()
    if request.headers.get("content-type", "").startswith("application/json"):
        body = json.loads(text or "{}")
        if not isinstance(body, dict):
            raise ValueError("not an object")
        asked |= body
    else:
        asked |= dict(parse_qsl(text))
    for name in _JSON_FIELDS:
        if isinstance(asked.get(name), str):
            asked[name] = json.loads(asked[name])
    token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    return asked, token or str(asked.pop("token", ""))


def _bad_message(method: str, asked: Answer) -> Answer | None:
    """Return Slack's error for a call that it refuses before it looks into the workspace."""
    if method in ("chat.update", *_PAGED) and not str(asked.get("channel", "")).startswith(("C", "G", "D")):
        return _no("channel_not_found")
    if method not in ("chat.postMessage", "chat.update", "chat.postEphemeral"):
        return None
    blocks = asked.get("blocks")
    if not blocks and not asked.get("text"):
        return _no("no_text")
    if len(asked.get("text") or "") > _MOST_TEXT:
        return _no("msg_too_long")
    if blocks and (wrong := refused(blocks)):
        return _no("invalid_blocks") | {"errors": wrong, "response_metadata": {"messages": wrong}}
    if blocks and characters(blocks) > MOST_CHARACTERS:
        return _no("msg_blocks_too_long")
    return None


def _with_traits(user: Answer) -> Answer:
    """Return the user as Slack shows one who is no full member; the address only of our own workspace's people."""
    traits = TRAITS.get(user["id"], {})
    if "team_id" in traits:
        user = user | {"profile": {name: value for name, value in user["profile"].items() if name != "email"}}
    return user | traits


def _no(error: str) -> Answer:
    return {"ok": False, "error": error}


def _too_many(seconds: int) -> Response:
    return JSONResponse(_no("ratelimited"), 429, {"Retry-After": str(seconds)})


def _shown(message: Answer, all: list[Answer]) -> Answer:
    thread = [
        {"ts": reply["ts"], "text": reply.get("text", ""), "blocks": reply.get("blocks", [])}
        for reply in all
        if reply.get("thread_ts") == message["ts"]
    ]
    return {
        "ts": message["ts"],
        "text": message.get("text", ""),
        "blocks": message.get("blocks", []),
        "thread": thread,
    }
