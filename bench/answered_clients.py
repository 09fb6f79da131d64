"""Real boto3 clients whose requests are answered in this process: boto3's CPU time counts, a network's does not.

botocore asks the handlers of `before-send` before it opens a connection.
"""

import json
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from threading import Lock
from time import sleep, thread_time
from typing import Any

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

Answer = Callable[[str, dict[str, Any]], dict[str, Any]]
"""Answers an operation, by its name in boto3, with the request's JSON."""


class _Body(BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


class AnsweredClients:
    """Makes clients, counts their calls, and sleeps for the latency of each.

    `seconds` is the latency of an operation, by its name in boto3. `own_cpu` is the seconds of CPU that answers took.
    """

    def __init__(self, seconds: Mapping[str, float]) -> None:
        self._seconds, self._lock = seconds, Lock()
        self.sleeps = True
        self.calls = Counter[str]()
        self.own_cpu = 0.0

    def client(self, service: str, answer: Answer) -> Any:
        """Return a client as ripen.adapters.aws makes it, answered by `answer`."""
        config = Config(parameter_validation=False, retries={"total_max_attempts": 1, "mode": "standard"})
        client = boto3.client(
            service,
            config=config,
            region_name="ap-northeast-1",
            aws_access_key_id="a",
            aws_secret_access_key="b",  # noqa: S106
        )

        def send(request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
            return self._sent(xform_name(event_name.rpartition(".")[2]), request, answer)

        client.meta.events.register("before-send", send)
        return client

    def _sent(self, verb: str, request: AWSPreparedRequest, answer: Answer) -> AWSResponse:
        began = thread_time()
        asked = json.loads(request.body or b"{}", object_hook=_with_bytes)
        text = json.dumps(answer(verb, asked), default=_as_text).encode()
        with self._lock:
            self.calls[verb] += 1
            self.own_cpu += thread_time() - began
        if self.sleeps:
            sleep(self._seconds[verb])
        return AWSResponse(request.url, 200, {"content-type": "application/json"}, _Body(text))


def _with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    """Return an attribute of DynamoDB with its binary value as bytes; on the wire it is text in base64."""
    return {"B": b64decode(value["B"])} if value.keys() == {"B"} else value


def _as_text(value: bytes) -> str:
    return b64encode(value).decode()
