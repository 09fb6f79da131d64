"""All outside systems on free ports of 127.0.0.1: the AWS emulator, queues, SES, Salesforce and Slack."""

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cli.local.home import Home
from cli.local.web import web
from sandbox.certificates import certificate
from sandbox.emulator import Emulator
from sandbox.salesforce import app as salesforce
from sandbox.salesforce.connected_app import connected_app
from sandbox.server import Server
from sandbox.ses import app as ses
from sandbox.ses.receiving import Receiving
from tests.support.incoming_requests import TYPEFORM_SECRET
from tests.support.slack_workspace import SIGNING_SECRET, TOKEN, Workspace, free_port, running

QUEUES = (
    "react",
    "react_bulk",
    "advance",
    "deliver",
    "deliver_bulk",
    "sync",
    "alert",
    "act",
    "crm",
    "webhook",
    "beacons",
    "walk",
    "refold",
)


@dataclass
class Queues:
    """SQS as our queues use it, with the messages of SNS. `silent`: the number of next sends that fail."""

    waiting: list[tuple[str, str]] = field(default_factory=list)
    """Messages as (queue, body), in order."""
    published: int = 0
    """Number of events that SES published."""
    silent: int = 0

    async def send(self, request: Request) -> Response:
        """Take one message or a batch."""
        if self.silent:
            self.silent -= 1
            return JSONResponse({"__type": "InternalFailure"}, 500)
        asked = await request.json()
        queue = asked["QueueUrl"].rpartition("/")[2]
        self.waiting += [(queue, entry["MessageBody"]) for entry in asked.get("Entries", [asked])]
        sent = [{"Id": entry["Id"], "MessageId": "", "MD5OfMessageBody": ""} for entry in asked.get("Entries", [])]
        answer = {"Successful": sent, "Failed": []} if sent else {"MessageId": "", "MD5OfMessageBody": ""}
        return JSONResponse(answer, media_type="application/x-amz-json-1.0")

    def publish(self, event: dict[str, Any]) -> None:
        """Put an event into its queue as SNS does."""
        self.published += 1
        self.waiting.append(("feedback", json.dumps({"Type": "Notification", "Message": json.dumps(event)})))

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/", self.send, methods=["POST"])])


class Worker:
    """Runs functions, each invocation in a process of its own; see killable_worker.py."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.log = log
        path = os.pathsep.join(path for path in sys.path if path)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.killable_worker"],
            env=os.environ | environment | {"PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log.open("wb"),
            text=True,
        )
        self._read()

    def run(self, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Run all invocations at the same time."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return list(json.loads(self._read()))

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _read(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, self.log.read_text()
        return line


@dataclass
class Mailbox:
    """SES, which can also be switched off."""

    url: str
    port: int
    app: Any
    server: Server

    def fault(self, mode: str, count: int = 1) -> None:
        web.post(f"{self.url}/_control/faults", json={"mode": mode, "count": count, "seconds": 3}).raise_for_status()

    def clear(self) -> None:
        web.delete(f"{self.url}/_control/faults").raise_for_status()

    def off(self) -> None:
        self.server.stop()

    def on(self) -> None:
        self.server = Server(self.app, self.port)
        self.server.start()


@dataclass
class Org:
    """Salesforce."""

    web: httpx.Client
    basic: tuple[str, str]

    def control(self, what: str, **asked: Any) -> None:
        self.web.post(f"/_control/{what}", json=asked).raise_for_status()

    def clear(self) -> None:
        """Clear all faults and get a valid token."""
        self.web.delete("/_control/faults").raise_for_status()
        asked = {"grant_type": "client_credentials"}
        token = self.web.post("/services/oauth2/token", data=asked, auth=self.basic).json()["access_token"]
        self.web.headers["Authorization"] = f"Bearer {token}"

    def query(self, soql: str) -> list[dict[str, Any]]:
        return list(self.web.get("/services/data/v62.0/query", params={"q": soql}).raise_for_status().json()["records"])


@dataclass
class Outside:
    aws: str
    queues: Queues
    mailbox: Mailbox
    org: Org
    workspace: Workspace
    worker: Worker
    folder: Path

    def calm(self) -> None:
        """Clear all faults."""
        self.mailbox.clear()
        self.org.clear()
        web.delete(f"{self.workspace.url}/_control/faults").raise_for_status()

    def client(self, name: str) -> Any:
        return _client(name, self.aws)


@cache
def _client(name: str, aws: str) -> Any:
    return boto3.client(name, endpoint_url=aws)


_REPORTED = ("SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "DELIVERY_DELAY", "RENDERING_FAILURE")
"""As in the template."""


@contextmanager
def outside(folder: Path, now: Callable[[], datetime]) -> Iterator[Outside]:
    """Run all outside systems while the block lasts; `now` is their clock."""
    tls, queues = certificate(folder), Queues()
    mail_port, crm_port, queue_port, aws_port = (free_port() for _ in range(4))
    crm_url, queue_url = f"https://127.0.0.1:{crm_port}", f"http://127.0.0.1:{queue_port}"
    nobody_answers = Receiving(lambda *kept: None, lambda *sent: None, now)
    mail_app = ses.build(folder / "ses", now, queues.publish, nobody_answers)
    mailbox = Mailbox(f"http://127.0.0.1:{mail_port}", mail_port, mail_app, Server(mail_app, mail_port))
    crm = Server(salesforce.build(folder / "salesforce", now, crm_url), crm_port, tls.chain)
    queue_server = Server(queues.app(), queue_port)
    emulator = Emulator(Home(folder), aws_port, mailbox.url, tls.authorities)
    for server in (mailbox.server, crm, queue_server, emulator):
        server.start()
    app, trust = connected_app(folder / "salesforce"), ssl.create_default_context(cafile=str(tls.authorities))
    with running(folder / "slack") as workspace, httpx.Client(base_url=crm_url, verify=trust, timeout=30) as web:
        workspace.reset()
        _secrets(emulator.url, app.secret(crm_url))
        _configuration_sets(mailbox.url)
        environment = {
            "AWS_ENDPOINT_URL": emulator.url,
            "AWS_ENDPOINT_URL_SQS": queue_url,
            "AWS_ENDPOINT_URL_SESV2": mailbox.url,
            "REQUESTS_CA_BUNDLE": str(tls.authority),
            "SSL_CERT_FILE": str(tls.authority),
            "SLACK_API": workspace.api,
            "SALES_CHANNEL": "C0SALES",
            "CLOCK_MOVES": "1",
        } | {f"{queue.upper()}_QUEUE": f"{queue_url}/0/{queue}" for queue in QUEUES}
        worker = Worker(environment, folder / "functions.log")
        org = Org(web, (app.client_id, app.client_secret))
        try:
            yield Outside(emulator.url, queues, mailbox, org, workspace, worker, folder)
        finally:
            worker.stop()
            for server in (mailbox.server, crm, queue_server, emulator):
                server.stop()


def _configuration_sets(mailbox: str) -> None:
    """Create the sets that the functions send through; each reports to the topic of its events."""
    client = boto3.client("sesv2", endpoint_url=mailbox)
    topic = {"TopicArn": "arn:aws:sns:ap-northeast-1:000000000000:events"}
    reports = {"Enabled": True, "MatchingEventTypes": [*_REPORTED], "SnsDestination": topic}
    for name in {os.environ["CONFIGURATION_SET"], os.environ["TRANSACTIONAL_SET"]}:
        client.create_configuration_set(ConfigurationSetName=name)
        client.create_configuration_set_event_destination(
            ConfigurationSetName=name, EventDestinationName="events", EventDestination=reports
        )


def _secrets(aws: str, connection: dict[str, str]) -> None:
    connections = {
        "slack_bot_token": TOKEN,
        "slack_signing_secret": SIGNING_SECRET,
        "typeform": TYPEFORM_SECRET,
        "salesforce": connection,
    }
    client = boto3.client("secretsmanager", endpoint_url=aws)
    for name, values in (("secret", {"master": "m" * 32}), ("connections", connections)):
        client.create_secret(Name=name, SecretString=json.dumps(values))
