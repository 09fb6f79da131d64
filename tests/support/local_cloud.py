"""The local cloud, started, stopped and used by the same commands as people use."""

import json
import os
import re
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx

from cli.local.home import LocalCloud
from cli.stack.stack import Stack
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Table
from ripen.adapters.table.rows import is_wanted
from ripen.failure import Failure
from ripen.operations.leads.report import lead_report
from sandbox.stack import Cloud
from tests.support.form_visitors import A_BROWSER
from tests.support.slack_workspace import KnownSecrets

_PROJECT = Path(__file__).resolve().parents[2]
_SECONDS = 60
SALES = "C0SALES"


@dataclass(frozen=True)
class RunningCloud:
    folder: Path
    status: dict[str, Any]

    def ripen(self, *arguments: str) -> str:
        """Return the output of a command; if the command fails, fail the test with its output."""
        done = self.tried(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def tried(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return ripen(self.folder, *arguments)

    def lead(self, email: str) -> dict[str, Any]:
        """Return the JSON of `ripen lead EMAIL`, without starting a command; {} if there is no lead."""
        try:
            stack = self.stack
            return lead_report(email, stack.table, stack.playbook, stack.secrets, stack.clock.now())
        except Failure:
            return {}

    def mails(self, to: str) -> list[dict[str, Any]]:
        mails = self._outside.get(f"{self.status['mailbox']}/messages.json").json()
        return [mail for mail in mails if mail["to"] == to]

    def cards(self, about: str) -> list[dict[str, Any]]:
        cards = self._outside.get(f"{self.status['slack']}/messages.json").json()
        return [card for card in cards if about in json.dumps(card, ensure_ascii=False)]

    def linked_cards(self, about: str) -> list[dict[str, Any]]:
        """Return the cards that have the link to Salesforce. A new card gets it later, by an update."""
        return [card for card in self.cards(about) if "/lightning/" in json.dumps(card)]

    def query(self, soql: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.ripen("crm", "query", soql, "--json"))
        return found

    def records(self, object: str, fields: str, **where: str) -> list[dict[str, Any]]:
        """Return the records in Salesforce with these values."""
        conditions = " AND ".join(f"{name} = '{value}'" for name, value in where.items())
        return self.query(" ".join(("SELECT", fields, "FROM", object, "WHERE", conditions)))

    def submit(self, form: str, **answers: str) -> httpx.Response:
        """Submit a form as the script of a company's own site does."""
        return self.post(f"/forms/{form}", json=answers)

    def reads_mail(self, email: str) -> None:
        """Follow the first link of the latest mail as a person does, whose browser reports the page that it opens."""
        mail = eventually(lambda: self.mails(email))[0]
        link = re.findall(r'href="([^"]+/c/[^"]+)"', mail["html"])[0]
        opened = httpx.URL(self._outside.get(link, headers=A_BROWSER).headers["location"])
        now, visitor = self.stack.clock.now().isoformat(), token_hex(16)
        view = {"id": token_hex(8), "type": "page_view", "url": str(opened.copy_with(query=None)), "at": now}
        beacon = {"visitor": visitor, "sent": now, "events": [view], "bridge": opened.params["rpn"]}
        assert self.post("/track", json=beacon).is_success

    def post(self, path: str, **sent: Any) -> httpx.Response:
        return self._outside.post(f"{self.status['api']}{path}", **sent)

    def get(self, path: str, **sent: Any) -> httpx.Response:
        return self._outside.get(f"{self.status['api']}{path}", **sent)

    def tick(self) -> None:
        """Run the tick now: wake all work that is due."""
        answer = self.cloud.client("lambda").invoke(FunctionName=self.status["stack"]["Tick"])
        assert "FunctionError" not in answer, answer["Payload"].read()

    def control(self, part: str, name: str, **asked: Any) -> httpx.Response:
        """Call a control of a stand-in: faults, and the actions of people in it."""
        answer = self._outside.post(f"{self.status[part]}/_control/{name}", json=asked)
        assert answer.is_success, answer.text
        return answer

    def asked(self, part: str, name: str) -> Any:
        """Return the state of a stand-in's control."""
        return self._outside.get(f"{self.status[part]}/_control/{name}").json()

    @contextmanager
    def fault(self, part: str, mode: str) -> Iterator[None]:
        """Let a stand-in fail in this mode while the block lasts."""
        self.control(part, "faults", mode=mode, count=-1)
        try:
            yield
        finally:
            assert self._outside.delete(f"{self.status[part]}/_control/faults").is_success

    def rows_that_hold(self, words: str) -> list[str]:
        """Return the keys of all rows in the table that contain these words."""
        pages = self.cloud.client("dynamodb").get_paginator("scan").paginate(TableName=self.status["stack"]["Table"])
        rows = [row for page in pages for row in page["Items"]]
        return [row["pk"]["S"] + row["sk"]["S"] for row in rows if "body" in row and is_wanted(row, {"": words})]

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """Return a TLS context that trusts the stand-ins' certificates."""
        return ssl.create_default_context(cafile=self.status["ca"])

    @cached_property
    def _outside(self) -> httpx.Client:
        return httpx.Client(verify=self.trust, timeout=_SECONDS, limits=httpx.Limits(max_keepalive_connections=0))

    @cached_property
    def cloud(self) -> Cloud:
        return Cloud(self.status["aws"])

    @cached_property
    def stack(self) -> Stack:
        """Return the stack with clients of its own, so that other tests do not see the emulator."""
        outputs = self.status["stack"]
        table = Table(outputs["Table"], self.cloud.client("dynamodb"))
        read = self.cloud.client("secretsmanager").get_secret_value
        kept, connected = (
            KnownSecrets(**json.loads(read(SecretId=outputs[name])["SecretString"]))
            for name in ("Secret", "Connections")
        )
        return Stack(
            table=table,
            playbook=Playbook(table, outputs["Bucket"], self.cloud.client("s3")),
            secrets=kept,
            connections=connected,
            clock=ApplicationClock(table, moves=True),
            site=self.status["api"],
            queues=tuple(outputs["Queues"].split(",")),
            tick=outputs["Tick"],
            local=LocalCloud(**{field.name: self.status[field.name] for field in fields(LocalCloud)}),
        )


def start(folder: Path) -> RunningCloud:
    """Start a local cloud whose functions record their calls to AWS; see tests/e2e/recording/."""
    calls = folder / "calls"
    calls.mkdir()
    path = (str(Path(__file__).parents[1] / "e2e/recording"), os.environ.get("PYTHONPATH", ""))
    recording = {"PYTHONPATH": os.pathsep.join(filter(None, path)), "RIPEN_CALLS": str(calls)}
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "--detach"],
        cwd=_PROJECT,
        env=_environment(folder) | recording,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return RunningCloud(folder, json.loads(ripen(folder, "status", "--json").stdout))


def ripen(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=_PROJECT,
        env=_environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )


def eventually[T](look: Callable[[], T], seconds: float = 120) -> T:
    """Return the first truthy result of `look`, which waits for work of other processes."""
    until = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < until:
        time.sleep(0.3)
    assert found, f"not within {seconds:.0f} seconds"
    return found


def _environment(folder: Path) -> dict[str, str]:
    """Return the environment of a user without an AWS account."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return clean | {"RIPEN_LOCAL": str(folder), "NO_COLOR": "1", "COLUMNS": "120"}
