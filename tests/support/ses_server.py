"""The SES stand-in behind a real socket, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import boto3
import uvicorn
from botocore.config import Config

from cli.local.web import web
from sandbox.ses.app import build
from sandbox.ses.events import Record
from sandbox.ses.receiving import Receiving, Rule
from tests.support.fakes import NOON
from tests.support.slack_workspace import free_port

REPLIES = Rule(recipients=("reply.example.com",), bucket="bucket", prefix="replies/", topic="arn:replies")


@dataclass
class Served:
    url: str
    published: list[Record]
    """The published events, as SNS gets them."""
    bucket: dict[str, bytes]
    """The received mails, by key."""

    @property
    def ses(self) -> Any:
        once = Config(retries={"total_max_attempts": 1, "mode": "standard"}, read_timeout=0.5)
        return boto3.client("sesv2", endpoint_url=self.url, config=once)

    def add_set(self, name: str, *reasons: str) -> None:
        """Add a configuration set that reports all events, and that respects the suppressions with these reasons."""
        ses = self.ses
        ses.create_configuration_set(
            ConfigurationSetName=name, SuppressionOptions={"SuppressedReasons": reasons or ("BOUNCE", "COMPLAINT")}
        )
        ses.create_configuration_set_event_destination(
            ConfigurationSetName=name,
            EventDestinationName="sns",
            EventDestination={
                "Enabled": True,
                "MatchingEventTypes": ["SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY"],
                "SnsDestination": {"TopicArn": "arn"},
            },
        )

    def mails(self) -> list[dict[str, Any]]:
        return list(web.get(f"{self.url}/messages.json").json())

    def fault(self, mode: str, count: int = 1) -> None:
        web.post(f"{self.url}/_control/faults", json={"mode": mode, "count": count, "seconds": 2}).raise_for_status()

    def events(self, count: int) -> list[str]:
        """Return the kinds of published events, once there are `count`."""
        for _ in range(200):
            if len(self.published) >= count:
                break
            sleep(0.01)
        return [record["eventType"] for record in self.published]


def now() -> datetime:
    return NOON


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    published: list[Record] = []
    bucket: dict[str, bytes] = {}
    receiving = Receiving(
        lambda name, key, raw: bucket.update({key: raw}), lambda topic, record: published.append(record), now
    )
    receiving.rules.append(REPLIES)
    port = free_port()
    app = build(folder, now, published.append, receiving)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.005)
    served = Served(f"http://127.0.0.1:{port}", published, bucket)
    served.add_set("set")
    yield served
    server.should_exit = server.force_exit = True
    thread.join(5)
