"""A killed runner leaves no process behind, and the next start finds the emulator's state again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import pytest

from cli.local.home import Home
from sandbox.emulator import Emulator
from sandbox.emulator_main import keep
from sandbox.stack import Cloud

_PROJECT = Path(__file__).resolve().parents[2]
_STARTS = """
import sys, time
from pathlib import Path
from sandbox.emulator import Emulator
from cli.local.home import Home
home = Home(Path(sys.argv[1]))
lock = home.take()
emulator = Emulator(home, home.ports()["aws"], "http://127.0.0.1:9", Path("none"))
emulator.start(lock)
print(emulator.pid, emulator.url, flush=True)
time.sleep(600)
"""


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has started an emulator."""
    process = subprocess.Popen(
        [sys.executable, "-c", _STARTS, str(tmp_path)], cwd=_PROJECT, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.wait()


def test_an_emulator_ends_with_its_killed_runner_and_keeps_its_state(
    runner: subprocess.Popen[str], tmp_path: Path
) -> None:
    # given an emulator that has just got a change
    pid, url = said(runner)
    queue(url)
    home = Home(tmp_path)
    assert home.is_taken()

    # when its runner is killed
    runner.kill()

    # then it ends, the folder is free, and the next one knows it
    eventually(lambda: not home.is_taken())
    assert not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text()
    assert queues(home) == ["created"]


def test_a_killed_emulator_loses_only_seconds(runner: subprocess.Popen[str], tmp_path: Path) -> None:
    # given an emulator that got a change a few seconds ago
    pid, url = said(runner)
    queue(url)
    kept = tmp_path / "aws" / "sqs.json"
    eventually(lambda: kept.exists() and "created" in kept.read_text())

    # when the machine loses its power
    os.kill(pid, signal.SIGKILL)
    runner.kill()

    # then the next one knows it
    home = Home(tmp_path)
    eventually(lambda: not home.is_taken())
    assert queues(home) == ["created"]


def test_no_state_is_saved_before_the_previous_state_is_loaded() -> None:
    # given an emulator that takes its time to read
    done: list[str] = []

    def load() -> None:
        time.sleep(0.2)
        done.append("read")

    app = SimpleNamespace(
        save_all=lambda services: done.append("written"),
        _load_persisted_state=load,
        _build_persistence_save_dict=dict,
    )

    # when it starts
    keep(app, every=0.01)
    app._load_persisted_state()
    eventually(lambda: "written" in done)

    # then it read first
    assert done[0] == "read"


def said(runner: subprocess.Popen[str]) -> tuple[int, str]:
    output: IO[str] | None = runner.stdout
    assert output
    pid, url = output.readline().split()
    return int(pid), url


def queue(url: str) -> None:
    client: Any = Cloud(url).client("sqs")
    client.create_queue(QueueName="created")


def queues(home: Home) -> list[str]:
    emulator = Emulator(home, home.ports()["aws"], "http://127.0.0.1:9", Path("none"))
    emulator.start()
    try:
        found: Any = Cloud(emulator.url).client("sqs").list_queues()
        return [url.rpartition("/")[2] for url in found["QueueUrls"]]
    finally:
        emulator.stop()


def eventually(look: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not look():
        assert time.monotonic() < until
        time.sleep(0.1)
