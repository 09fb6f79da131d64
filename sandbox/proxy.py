"""The plain address of the API: a proxy to the emulator, which tells its APIs apart by the host header."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_HOP_BY_HOP = {
    "connection",
    "content-length",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def build(emulator: str, host: Callable[[], str], before: Sequence[Route] = ()) -> Starlette:
    """Return a proxy that passes method, path, query, headers and body unchanged and follows no redirects.

    Requests that match the routes in `before` do not reach the emulator's API.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        shorter = httpx.Limits(keepalive_expiry=2)  # than the emulator keeps an idle connection
        async with httpx.AsyncClient(
            base_url=emulator, timeout=35, follow_redirects=False, trust_env=False, limits=shorter
        ) as client:
            app.state.client = client
            yield

    async def passed_on(request: Request) -> Response:
        client: httpx.AsyncClient = request.app.state.client
        target = request.scope["raw_path"]
        if request.scope["query_string"]:
            target += b"?" + request.scope["query_string"]
        headers = [
            (name, value)
            for name, value in request.headers.raw
            if name.decode("latin-1") not in _HOP_BY_HOP | {"host", "x-forwarded-for"}
        ]
        headers.append((b"host", host().encode()))
        headers.append((b"x-forwarded-for", (request.client.host if request.client else "127.0.0.1").encode()))
        url = client.base_url.copy_with(raw_path=target)
        body = await request.body()
        try:
            answer = await client.send(client.build_request(request.method, url, headers=headers, content=body))
        except httpx.TransportError:
            return Response("The emulator does not answer: see `ripen status` and .local/logs.", 502)
        response = Response(answer.content, answer.status_code)
        if request.method == "HEAD":
            del response.headers["content-length"]
        response.raw_headers += [
            (name.lower(), value)
            for name, value in answer.headers.raw
            if name.decode("latin-1").lower() not in _HOP_BY_HOP | {"content-encoding", "date"}
        ]
        return response

    return Starlette(routes=[*before, Route("/{path:path}", passed_on, methods=_METHODS)], lifespan=lifespan)
