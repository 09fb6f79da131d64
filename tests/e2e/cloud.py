"""The local cloud as a script sees it: started, asked and stopped by the commands that people use."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

_PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Running:
    folder: Path
    status: dict[str, Any]

    def ripen(self, *arguments: str) -> str:
        """What the command prints. Fails the test with what it said if it fails."""
        done = self.tried(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def tried(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return ripen(self.folder, *arguments)

    def lead(self, email: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ripen("lead", email, "--json"))
        return found

    def mails(self, to: str) -> list[dict[str, Any]]:
        return [mail for mail in json.loads(self.ripen("mailbox", "--json")) if mail["to"] == to]

    def cards(self, about: str) -> list[dict[str, Any]]:
        cards = json.loads(self.ripen("slack", "--json"))
        return [card for card in cards if about in json.dumps(card, ensure_ascii=False)]

    def query(self, soql: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.ripen("crm", "query", soql, "--json"))
        return found

    def submit(self, form: str, **answers: str) -> httpx.Response:
        """As a company's own site would, from a script."""
        return httpx.post(f"{self.status['api']}/forms/{form}", json=answers, timeout=40)


def start(folder: Path) -> Running:
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "--detach"],
        cwd=_PROJECT,
        env=_environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Running(folder, json.loads(ripen(folder, "status", "--json").stdout))


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
    """What `look` finds as soon as it finds something: for what other processes are doing right now."""
    until = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < until:
        time.sleep(0.3)
    assert found, "nothing came"
    return found


def _environment(folder: Path) -> dict[str, str]:
    """Of a user who has no AWS account."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return clean | {"RIPEN_LOCAL": str(folder), "NO_COLOR": "1", "COLUMNS": "120"}
