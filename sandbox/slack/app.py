"""The Slack stand-in: a proxy in front of local-slack that makes it as strict as Slack.

Added to the Web API: it checks the token, the scopes, the membership and the blocks, keeps message metadata, limits
the rate of chat.postMessage (429), takes only channel ids where messages are read, pages them, and shows guests,
deactivated users and people of other companies. A response_url takes five answers within 30 minutes. All else passes
through.

For scripts (JSON; users U0ALICE, U0BOB, U0CAROL, others in workspace.py; channel C0SALES):
  GET  /messages.json                     [{ts, text, blocks, thread}] in #sales; ?user=U0ALICE: direct messages
  POST /_control/interact                 press a button: {"channel", "messageTs", "user", "action": <the button>}
  POST /_control/command                  {"channel", "user", "command": "/ripen", "text": "lead hanako@example.co.jp"}
  GET  /_control/messages/C0SALES         all messages in the channel, ephemeral ones too
  GET  /_control/deliveries               the requests that were posted to our app: [{status, seconds, body}]
  POST /_control/faults                   {"mode", "count", "method", "seconds"}, see faults.py; DELETE clears them
  POST /_control/pace                     {"per_second", "burst"}
  POST /_control/rules                    what the workspace forbids, see rules.py; DELETE allows all again
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.slack.arguments import arguments
from sandbox.slack.direct import DirectMessages
from sandbox.slack.faults import Bucket, Cut, Fault, Faults, Mode, Pace
from sandbox.slack.messages import bad_message
from sandbox.slack.metadata import Metadata
from sandbox.slack.response_urls import ResponseUrls
from sandbox.slack.rules import Rules
from sandbox.slack.workspace import CONFIG, SALES, TRAITS

_MOST_DELIVERIES = 200
_PAGED = ("conversations.history", "conversations.replies")
Answer = dict[str, Any]


class Proxy:
    def __init__(self, folder: Path, upstream: str, api: Callable[[], str]) -> None:
        self._config = folder / CONFIG
        self._upstream = upstream
        self._api = api
        self._metadata = Metadata(folder / "metadata.jsonl")
        self._deliveries: list[Answer] = []
        self._faults = Faults()
        self._bucket = Bucket(Pace())
        self._rules = Rules()
        self._response_urls = ResponseUrls(upstream)
        self._direct = DirectMessages()
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
            asked, token = await arguments(request)
        except ValueError:
            return JSONResponse(_no("invalid_json"))
        if (
            (error := self._bad_token(token))
            or (error := self._rules.refusal(method, asked, self._channels()))
            or (error := bad_message(method, asked))
        ):
            return JSONResponse(error, headers=self._scopes())
        if method == "chat.postMessage" and (wait := self._bucket.wait(str(asked.get("channel")))):
            return _too_many(wait)
        answer = self._direct.opened(method, asked, await self._answer(method, asked, token))
        if fault and fault.mode is Mode.HANG_AFTER:
            await asyncio.sleep(fault.seconds)
        if fault and fault.mode is Mode.DROP_AFTER:
            return Cut()
        return JSONResponse(answer, headers=self._scopes())

    def _scopes(self) -> dict[str, str]:
        return {"X-OAuth-Scopes": ",".join(sorted(self._rules.held_scopes()))}

    def _channels(self) -> dict[str, str]:
        """Return the ids of the channels by name, and those of the direct messages that have been opened."""
        seeded = {channel["name"]: channel["id"] for channel in json.loads(self._config.read_text())["channels"]}
        return seeded | self._direct.channels()

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
        if method == "users.lookupByEmail":
            return _found(answer)
        if method == "conversations.info":
            return answer | {"channel": self._rules.shown(answer["channel"])}
        if method == "conversations.list":
            return answer | {"channels": [self._rules.shown(channel) for channel in answer["channels"]]}
        if method == "auth.test":
            return self._rules.installed(answer)
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
        """Pass a person's action on to our app. Slack waits 3 seconds."""
        headers = {
            name: value for name, value in request.headers.items() if name.startswith(("x-slack", "content-type"))
        }
        secret, ours = json.loads(self._config.read_text())["app"]["signingSecret"], str(request.base_url).rstrip("/")
        body, headers["x-slack-signature"] = self._response_urls.readdressed(
            await request.body(), ours, secret, headers["x-slack-request-timestamp"]
        )
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
        """Return the public messages in #sales, or those to a user, with threads under their first message."""
        user = request.query_params.get("user", "")
        channel = self._direct.channel(user, self._config) if user else SALES
        if not channel:
            return JSONResponse([])
        found = await self._client.get(f"{self._upstream}/_control/messages/{channel}")
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
            self._bucket = Bucket(Pace.model_validate_json(await request.body()))
        except ValidationError as error:
            return JSONResponse({"error": str(error)}, 400)
        return Response(status_code=204)

    async def rules(self, request: Request) -> Response:
        try:
            self._rules = Rules() if request.method == "DELETE" else Rules.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"error": str(error)}, 400)
        return Response(status_code=204)

    async def answer_to_press(self, request: Request) -> Response:
        """Take an answer at a response_url, as often and as long as Slack does."""
        seconds, most = self._rules.response_url_seconds, self._rules.response_url_uses
        if error := self._response_urls.refusal(request.url.path, seconds, most):
            return JSONResponse(_no(error), 404)
        return await self.passed_on(request)

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
        Route("/_control/rules", proxy.rules, methods=["POST", "DELETE"]),
        Route("/_hooks/response/{id}", proxy.answer_to_press, methods=["POST"]),
        Route("/{path:path}", proxy.passed_on, methods=["GET", "POST"]),
    ]
    return Starlette(routes=routes, lifespan=proxy.lifespan, exception_handlers={httpx.TransportError: _silent})


async def _silent(request: Request, error: Exception) -> Response:
    return Response("The Slack workspace does not answer.", 503)


def _with_traits(user: Answer) -> Answer:
    """Return the user as Slack shows one who is no full member; the address only of our own workspace's people."""
    traits = TRAITS.get(user["id"], {})
    if "team_id" in traits:
        user = user | {"profile": {name: value for name, value in user["profile"].items() if name != "email"}}
    return user | traits


def _found(answer: Answer) -> Answer:
    """Return the user with an address: Slack finds nobody who is deactivated or shows no address."""
    user = _with_traits(answer["user"])
    return (
        answer | {"user": user} if user["profile"].get("email") and not user.get("deleted") else _no("users_not_found")
    )


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
