"""A receiver for the webhook steps of journeys: it shows the calls that it got and answers each with its query.

https://127.0.0.1:8707/credit?grade=A answers {"grade": "A"}; `status=503` makes it answer that status.
"""

import json
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

from liquid import Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

_MOST = 200
_SHOWN = ("idempotency-key", "ripen-timestamp", "ripen-signature")
_SAFE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"}
_PAGE = Environment(autoescape=True).from_string("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Webhook</title><style>
body { max-width: 50rem; margin: 0 auto; padding: 1.5rem; color: #1c2523; background: #f3f6f5;
  font: 15px/1.6 system-ui, "Noto Sans JP", "Noto Sans CJK JP", sans-serif }
h1 { font-size: 1.2rem } h2 { font-size: 1rem; margin: 0; overflow-wrap: anywhere } p { color: #5d6b67 }
article { background: #fff; border: 1px solid #dfe5e3; border-radius: 8px; padding: 1rem 1.25rem; margin: 1rem 0 }
pre { margin: .5rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere;
  font: 13px/1.6 ui-monospace, "Noto Sans Mono CJK JP", monospace }
</style></head><body><main><h1>Webhook</h1>
<p>Let a webhook step call this address. Its calls appear here, and the query of the address is the answer.</p>
{% for call in calls %}<article><h2>{{ call.target }}</h2><p>{{ call.at }} · answered {{ call.status }}</p>
<pre>{{ call.shown }}</pre></article>
{% else %}<p>No calls yet.</p>{% endfor %}</main></body></html>
""")

type Call = dict[str, Any]


def build(now: Callable[[], datetime]) -> Starlette:
    """Return the receiver: every path takes a POST; / and /_control/calls show the latest ones, newest first."""
    calls: deque[Call] = deque(maxlen=_MOST)

    async def take(request: Request) -> Response:
        answer: dict[str, Any] = {name: _read(value) for name, value in request.query_params.items()}
        status = answer.pop("status", 200)
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        headers, body = dict(request.headers), (await request.body()).decode("utf-8", "replace")
        calls.appendleft(
            {"at": now().isoformat(), "target": target, "headers": headers, "body": body, "status": status}
        )
        return JSONResponse(answer, status)

    def latest(request: Request) -> Response:
        return JSONResponse(list(calls))

    def page(request: Request) -> Response:
        return HTMLResponse(_PAGE.render(calls=[call | {"shown": _shown(call)} for call in calls]), headers=_SAFE)

    return Starlette(
        routes=[Route("/", page), Route("/_control/calls", latest), Route("/{path:path}", take, methods=["POST"])]
    )


def _read(value: str) -> Any:
    """Return the value as JSON if it is JSON, else as text."""
    try:
        return json.loads(value)
    except ValueError:
        return value


def _shown(call: Call) -> str:
    signed = [f"{name}: {call['headers'][name]}" for name in _SHOWN if name in call["headers"]]
    try:
        body = json.dumps(json.loads(call["body"]), ensure_ascii=False, indent=2)
    except ValueError:
        body = call["body"]
    return "\n".join([*signed, "", body])
