"""Workers forked by a process that has imported the libraries: what a worker of its own would see and do."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from sandbox.fork_server import LATE
from sandbox.forked_worker import ForkedWorker, Forks

SCRIPT = """
import os, sys
from ripen import rules
print(rules.NUMBER, os.environ.get("ASKED"), os.environ.get("OURS"), os.getcwd(), flush=True)
print("to the log", file=sys.stderr, flush=True)
print(sys.stdin.readline(), end="", flush=True)
sys.stdin.readline()
"""


class Layer:
    """A layer with the libraries that the server imports, pointing to a folder of Ripen's code."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.packages = folder / "layer/python/lib/python3.13/site-packages"
        self.packages.mkdir(parents=True)
        (folder / "script.py").write_text(SCRIPT)
        for name in LATE:
            path = self.packages.joinpath(*name.split("."))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".py").touch()
        self.point_to(1)

    def point_to(self, number: int) -> None:
        code = self.folder / f"code-{number}"
        (code / "ripen").mkdir(parents=True)
        (code / "ripen/__init__.py").touch()
        (code / "ripen/rules.py").write_text(f"NUMBER = {number}")
        (self.packages / "code.pth").write_text(str(code))

    def start(self, forks: Forks) -> Any:
        paths = {"PYTHONPATH": (self.packages / "code.pth").read_text()}  # MiniStack's script finds its layers itself
        return forks.Popen(
            [sys.executable, str(self.folder / "script.py")],
            cwd=str(self.folder),
            env={"ASKED": "yes", "_LAMBDA_LAYERS_DIRS": str(self.folder / "layer"), **paths},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            bufsize=1,
        )


@pytest.fixture
def layer(tmp_path: Path) -> Layer:
    return Layer(tmp_path)


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Forks]:
    monkeypatch.setenv("OURS", "not for workers")
    forks = Forks()
    yield forks
    if forks.control:
        forks.control.close()


def test_a_worker_has_its_own_streams_environment_and_folder(layer: Layer, forks: Forks) -> None:
    worker = layer.start(forks)
    assert isinstance(worker, ForkedWorker)
    assert worker.stdout.readline() == f"1 yes None {layer.folder}\n"
    assert worker.stderr.readline() == "to the log\n"
    worker.stdin.write("asked\n")
    assert worker.stdout.readline() == "asked\n"
    assert worker.poll() is None
    worker.stdin.close()
    assert worker.wait(10) == 0


def test_a_killed_worker_has_ended_and_its_neighbour_lives(layer: Layer, forks: Forks) -> None:
    worker, neighbour = layer.start(forks), layer.start(forks)
    assert worker.pid != neighbour.pid
    worker.kill()
    assert worker.wait(10) == 0
    assert neighbour.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        neighbour.wait(0)


def test_new_code_is_seen_by_the_next_worker(layer: Layer, forks: Forks) -> None:
    old = layer.start(forks)
    layer.point_to(2)
    new = layer.start(forks)
    assert old.stdout.readline()[0] == "1"
    assert new.stdout.readline()[0] == "2"
    assert old.poll() is None


def test_a_worker_starts_by_itself_when_its_server_has_ended(layer: Layer, forks: Forks) -> None:
    (layer.folder / "code-1/ripen/ends.py").write_text("raise SystemExit  # no worker imports it")
    worker = layer.start(forks)
    assert isinstance(worker, subprocess.Popen)
    assert worker.communicate("", timeout=20)[0].startswith("1 yes")


def test_workers_end_with_the_process_that_started_them(layer: Layer, forks: Forks) -> None:
    worker = layer.start(forks)
    worker.stdout.readline()
    server = int(Path(f"/proc/{worker.pid}/stat").read_text().split()[3])
    assert forks.control
    forks.control.close()
    forks.control = None
    worker.stdin.close()
    assert worker.wait(10) == 0
    assert os.waitpid(server, 0)[1] == 0


@pytest.mark.parametrize("name", LATE)
def test_the_libraries_exist(name: str) -> None:
    import_module(name)
