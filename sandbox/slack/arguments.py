"""The arguments of a call of the Web API, in any encoding that clients use."""

import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

_JSON_FIELDS = ("blocks", "metadata", "attachments")


async def arguments(request: Request) -> tuple[dict[str, Any], str]:
    """Return the arguments from query and body, and the token. Raises ValueError."""
    asked: dict[str, Any] = dict(request.query_params)
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
