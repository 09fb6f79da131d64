"""Faults of the Slack stand-in on demand, and its rate limit."""

import time
from enum import StrEnum

from pydantic import BaseModel, Field
from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Mode(StrEnum):
    DOWN = "down"  # 503, nothing done
    ERROR_500 = "error_500"  # nothing done
    RATELIMIT = "ratelimit"  # 429 with Retry-After, nothing done
    HANG_AFTER = "hang_after"  # done, and then no answer for `seconds`
    DROP_AFTER = "drop_after"  # done, and then the connection breaks


class Fault(BaseModel):
    """Affects the next `count` calls (-1: until cleared) of methods that begin with `method`."""

    mode: Mode
    count: int = 1
    method: str = ""
    seconds: float = Field(default=30, ge=0, le=600)


class Pace(BaseModel):
    """The rate of chat.postMessage: about one message per second and channel, with short bursts."""

    per_second: float = Field(default=1, gt=0)
    burst: int = Field(default=10, ge=1)


class Faults:
    def __init__(self) -> None:
        self._set: list[Fault] = []

    def put(self, fault: Fault) -> None:
        self._set = [known for known in self._set if known.mode is not fault.mode] + [fault]

    def clear(self) -> None:
        self._set = []

    def take(self, method: str) -> Fault | None:
        """Return the fault that affects this call, if any, and count it down."""
        for fault in self._set:
            if fault.count and method.startswith(fault.method):
                fault.count -= 1 if fault.count > 0 else 0
                return fault
        return None


class Bucket:
    """A token bucket per channel, by the wall clock."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, channel: str) -> int:
        """Return 0 if the message may pass, else the seconds to wait."""
        now = time.monotonic()
        left, at = self._left.get(channel, (float(self._pace.burst), now))
        left = min(self._pace.burst, left + (now - at) * self._pace.per_second)
        if left < 1:
            self._left[channel] = (left, now)
            return max(1, round((1 - left) / self._pace.per_second))
        self._left[channel] = (left - 1, now)
        return 0


class Cut(Response):
    """A response that breaks off in the middle."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"ok":', "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
