"""The whole Slack stand-in for tests: local-slack behind our proxy, on free ports."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx

from cli.local.web import web
from ripen.adapters.secrets import Secrets
from sandbox.server import Server
from sandbox.slack import app, workspace

BINARY = Path(__file__).parents[2] / "sandbox/node_modules/local-slack-linux-x64/bin/local-slack"
TOKEN = "xoxb-known"
SIGNING_SECRET = "signing-secret"


class KnownSecrets(Secrets):
    """Secrets with values that the test gives."""

    def __init__(self, **values: Any) -> None:
        self._values = {"slack_bot_token": TOKEN, "slack_signing_secret": SIGNING_SECRET, "master": "m"} | values

    def all(self, fresh: bool = False) -> dict[str, Any]:
        return self._values


@dataclass
class Workspace:
    url: str

    @property
    def api(self) -> str:
        return f"{self.url}/api/"

    def messages(self) -> list[dict[str, Any]]:
        return list(web.get(f"{self.url}/messages.json").json())

    def direct(self, user: str) -> list[dict[str, Any]]:
        """Return the direct messages to a user."""
        return list(web.get(f"{self.url}/messages.json?user={user}").json())

    def control(self, name: str, **asked: Any) -> httpx.Response:
        return web.post(f"{self.url}/_control/{name}", json=asked)

    def call(self, method: str, token: str = TOKEN, **asked: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return web.post(f"{self.api}{method}", json=asked, headers=headers)

    def reset(self) -> None:
        """Delete all messages, faults and rules."""
        web.delete(f"{self.url}/_control/faults")
        web.delete(f"{self.url}/_control/rules")
        self.control("pace", per_second=100, burst=1000)
        self.control("reset")


@contextmanager
def running(folder: Path, api: Callable[[], str] = lambda: "http://127.0.0.1:9") -> Iterator[Workspace]:
    behind, before = free_port(), free_port()
    text = workspace.config(SIGNING_SECRET, TOKEN, f"http://127.0.0.1:{before}")
    process = workspace.start(BINARY, folder, behind, text, folder / "log")
    server = Server(app.build(folder, f"http://127.0.0.1:{behind}", api), before)
    try:
        _wait(behind)
        server.start()
        yield Workspace(f"http://127.0.0.1:{before}")
    finally:
        server.stop()
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(port: int) -> None:
    until = monotonic() + 15
    while monotonic() < until:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.05)
    raise TimeoutError("local-slack did not start")
