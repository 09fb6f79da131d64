"""Answer OPTIONS requests as API Gateway does.

On AWS, an API without a CORS configuration passes them to the function of the route; the emulator refuses them. So
these requests bypass the emulator's API and go straight to the function, in the API's form.

Source: AWS, API Gateway Developer Guide, "Working with AWS Lambda proxy integrations for HTTP APIs" (payload 2.0).
"""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.stack import Cloud, http_events, physical_ids

_METHOD = "OPTIONS"


def routes(cloud: Cloud, template: Path) -> list[Route]:
    """Return one route per path whose OPTIONS the template gives to a function."""
    ids, client = physical_ids(cloud), cloud.client("lambda")
    return [
        Route(path, _asks_function(client, ids[function], key), methods=[_METHOD])
        for function, found in http_events(template)
        for key in found
        for method, _, path in [key.partition(" ")]
        if method == _METHOD
    ]


def _asks_function(client: Any, function: str, key: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        event = json.dumps(_event(request, key))
        called = await run_in_threadpool(client.invoke, FunctionName=function, Payload=event)
        answered = json.loads(await run_in_threadpool(called["Payload"].read))
        if "FunctionError" in called:
            return Response('{"message":"Internal Server Error"}', 500, media_type="application/json")
        return Response(answered.get("body", ""), answered["statusCode"], answered.get("headers"))

    return answer


def _event(request: Request, key: str) -> dict[str, Any]:
    http = {"method": _METHOD, "path": request.url.path, "sourceIp": request.client.host if request.client else ""}
    return {
        "version": "2.0",
        "routeKey": key,
        "rawPath": request.url.path,
        "rawQueryString": request.url.query,
        "headers": dict(request.headers),
        "pathParameters": dict(request.path_params),
        "requestContext": {"http": http, "requestId": uuid4().hex, "domainName": request.url.netloc},
        "isBase64Encoded": False,
    }
