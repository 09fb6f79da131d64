"""Say what the emulator's functions still have to do: GET /_ripen/work.

The answer is {"running": the batches of messages that functions work on, "waiting": {a queue: its messages that a
function may receive now}}. A message that is neither belongs to work that failed, or that is delayed.

Only the standard library is used: the emulator's environment has no other.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from sandbox.request_guard import App, Scope

PATH = "/_ripen/work"


class EmulatorWork:
    """An ASGI application that answers PATH itself and passes on everything else."""

    def __init__(self, app: App, running: Callable[[], int], queues: Callable[[], dict[Any, Any]]) -> None:
        """Answer from `running`, and from MiniStack's queues by a key that ends with their URL."""
        self._app = app
        self._running = running
        self._queues = queues

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        body = json.dumps({"waiting": self._waiting(), "running": self._running()}).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _waiting(self) -> dict[str, int]:
        now = time.time()
        counts = {
            key[-1].rpartition("/")[2]: sum(message["visible_at"] <= now for message in [*queue["messages"]])
            for key, queue in self._queues().items()
        }
        return {queue: count for queue, count in counts.items() if count}
