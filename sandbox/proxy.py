"""The plain address of the API: a proxy to the emulator, which finds an API by the host header."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.request_guard import PASS

_HOP_BY_HOP = {"connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def build(emulator: str, host: Callable[[], str], before: Sequence[Route] = (), passport: str = "") -> Starlette:
    """Return a proxy that passes method, path, query, headers and body unchanged and follows no redirects.

    Requests that match the routes in `before` do not reach the emulator's API. `passport` lets in the others there.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        shorter = httpx.Limits(keepalive_expiry=2)  # than the emulator keeps an idle connection
        async with httpx.AsyncClient(
            base_url=emulator, timeout=35, follow_redirects=False, trust_env=False, limits=shorter
        ) as client:
            app.state.client = client
            yield

    async def pass_on(request: Request) -> Response:
        client: httpx.AsyncClient = request.app.state.client
        try:
            answer = await client.send(_forwarded(request, await request.body(), client, host(), passport))
        except httpx.TransportError:
            return Response("The emulator does not answer: see `ripen status` and .local/logs.", 502)
        return _returned(answer, request.method)

    return Starlette(routes=[*before, Route("/{path:path}", pass_on, methods=_METHODS)], lifespan=lifespan)


def _forwarded(request: Request, body: bytes, client: httpx.AsyncClient, host: str, passport: str) -> httpx.Request:
    """Return the request for the emulator, with the host header of the API and the caller's address."""
    target = request.scope["raw_path"]
    if request.scope["query_string"]:
        target += b"?" + request.scope["query_string"]
    caller = request.client.host if request.client else "127.0.0.1"
    headers = [
        *_without(_HOP_BY_HOP | {"host", "x-forwarded-for", PASS}, request.headers.raw),
        (b"host", host.encode()),
        (b"x-forwarded-for", caller.encode()),
        (PASS.encode(), passport.encode()),
    ]
    return client.build_request(
        request.method, client.base_url.copy_with(raw_path=target), headers=headers, content=body
    )


def _returned(answer: httpx.Response, method: str) -> Response:
    """Return the emulator's answer for the caller."""
    response = Response(answer.content, answer.status_code)
    if method == "HEAD":
        del response.headers["content-length"]
    response.raw_headers += _without(_HOP_BY_HOP | {"content-encoding", "date"}, answer.headers.raw)
    return response


def _without(names: set[str], headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    lowered = ((name.lower(), value) for name, value in headers)
    return [(name, value) for name, value in lowered if name.decode("latin-1") not in names]
