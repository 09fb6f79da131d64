"""The functions of a lead's life in one process, on AWS services in memory that count their requests."""

import io
import json
import os
from copy import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import count
from types import ModuleType
from typing import Any, NamedTuple

from bench.environment import QUEUES, SETTINGS
from bench.metered_dynamodb import MeteredDynamoDB, Usage
from bench.outside import SECRET
from bench.requests import SITE, Context
from ripen.adapters import aws
from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Table
from ripen.mail.content.message import OutgoingMail
from ripen.operations.publication.publish import publish
from ripen.playbook.bundle import Bundle

START = datetime(2025, 11, 25, 1, 0, tzinfo=UTC)
"""A Tuesday, 10:00 in Tokyo: within business hours, and outside quiet hours."""
_FUNCTIONS = (
    "capture.form", "capture.link", "capture.track", "capture.beacons", "score.react", "score.refold",
    "nurture.advance", "nurture.deliver", "nurture.feedback", "nurture.walk", "nurture.tick",
)  # fmt: skip
_WORKERS = {
    "react": "score.react",
    "react_bulk": "score.react",
    "beacons": "capture.beacons",
    "advance": "nurture.advance",
    "deliver": "nurture.deliver",
    "deliver_bulk": "nurture.deliver",
    "walk": "nurture.walk",
    "refold": "score.refold",
    "feedback": "nurture.feedback",
}
"""The function behind each queue. The other queues lead to Salesforce and to Slack."""


class SetClock:
    """A clock that shows the time it is set to."""

    at = START
    ahead = timedelta()

    def now(self) -> datetime:
        return self.at


class Message(NamedTuple):
    """A message that waits in a queue until it is delivered at `at`."""

    at: datetime
    queue: str
    body: str


class MemoryCloud:
    """The table, the queues, SES, S3 and the secret, and all functions on them."""

    def __init__(self) -> None:
        self.clock = SetClock()
        self.mails: list[OutgoingMail] = []
        self._messages: list[Message] = []
        self.used = Usage()
        self._objects: dict[str, bytes] = {}
        self._message_ids = count(1)
        self._dynamodb = self._storage()
        os.environ |= _environment()
        aws.client = self._client  # type: ignore[assignment]  # the functions make their clients through it
        self.table = Table("table", self._dynamodb)
        self._functions = {name: self._load(name) for name in _FUNCTIONS}

    def publish(self, bundle: Bundle) -> None:
        """Make a bundle live, and let each function load it at once."""
        self.bundle = bundle
        publish(bundle, self.table, Playbook(self.table, "bucket"), SITE, START)
        for function in self._functions.values():
            if hasattr(function, "playbook"):
                function.playbook = Playbook(self.table, "bucket")  # type: ignore[attr-defined]
                function.playbook.live()
        self.invoke("nurture.tick", {})
        self.take()
        self.invoke("nurture.tick", {})
        self._idle_tick = self.take()

    @property
    def idle_tick(self) -> Usage:
        """The units and requests that a tick uses while nothing is due."""
        return self._idle_tick

    def take(self) -> Usage:
        """Return what was used since the last call."""
        used = replace(self.used)
        self.used.set(Usage())
        return used

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """Call a function's handler."""
        self.used.calls += 1
        return self._functions[function].handler(event, Context())

    def drain(self, *queues: str) -> None:
        """Deliver all messages of these queues, each at its time; drop those of all other queues."""
        while self._messages:
            message = min(self._messages, key=lambda waiting: waiting.at)
            self._messages.remove(message)
            if message.queue in queues:
                self.clock.at = max(self.clock.at, message.at)
                self.hand(message.queue, message.body)

    def hand(self, queue: str, *bodies: str) -> None:
        """Deliver one batch of messages to the function behind the queue."""
        common = {"eventSource": "aws:sqs", "attributes": {}, "messageAttributes": {}}
        records = [{"messageId": str(number), "body": body} | common for number, body in enumerate(bodies)]
        answered = self.invoke(_WORKERS[queue], {"Records": records})
        assert not answered["batchItemFailures"], (queue, bodies)

    def pass_time(self, *queues: str, **delta: float) -> None:
        """Move the clock; the tick wakes the workers of these queues for what falls due or is overdue.

        What a tick without due rows uses is not counted: it is the same each minute, however many leads there are.
        """
        self.clock.at += timedelta(**delta)
        self.invoke("nurture.tick", {})
        self.used.set(self.used - self._idle_tick)
        self.drain(*queues)

    # The services

    def _storage(self) -> MeteredDynamoDB:
        return MeteredDynamoDB(self.used)

    def _load(self, name: str) -> ModuleType:
        function = import_module(name)
        if hasattr(function, "clock"):
            function.clock = self.clock  # type: ignore[attr-defined]
        if name in ("nurture.walk", "score.refold"):
            function.dependencies = replace(function.dependencies, clock=self.clock)  # type: ignore[attr-defined]
        if name == "nurture.deliver":
            function.ses = self  # type: ignore[attr-defined]
        return function

    def _client(self, service: str, **_: Any) -> Any:
        return self._dynamodb if service == "dynamodb" else self

    def send(self, mail: OutgoingMail) -> str:
        """Accept a mail, as SES does. Implements ports.Mailer."""
        self.used.requests += 1
        self.mails.append(mail)
        return f"m{next(self._message_ids)}"

    def get_account(self) -> dict[str, Any]:
        return {"SendQuota": {"MaxSendRate": 100.0, "Max24HourSend": 1e9, "SentLast24Hours": 0.0}}

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.used.requests += 1
        for entry in Entries:
            self._queue(QueueUrl, entry["MessageBody"], entry["DelaySeconds"])
        return {"Successful": Entries}

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> dict[str, Any]:  # noqa: N803
        self.used.requests += 1
        self._queue(QueueUrl, MessageBody, 0)
        return {}

    def _queue(self, url: str, body: str, delay: int) -> None:
        self.used.messages += 1
        self._messages.append(Message(self.clock.at + timedelta(seconds=delay), url.rpartition("/")[2], body))

    def get_secret_value(self, **_: str) -> dict[str, str]:
        return {"SecretString": json.dumps(SECRET)}

    def put_object(self, *, Key: str, Body: bytes, **_: str) -> None:  # noqa: N803
        self._objects[Key] = Body

    def get_object(self, *, Key: str, **_: str) -> dict[str, io.BytesIO]:  # noqa: N803
        return {"Body": io.BytesIO(self._objects[Key])}


def _environment() -> dict[str, str]:
    return SETTINGS | {
        "POWERTOOLS_LOG_LEVEL": "ERROR",
        **{f"{name}_QUEUE": f"https://sqs.example/{name.lower()}" for name in QUEUES},
    }
