"""Workers of the emulator's functions, forked by a process that has imported the libraries; see fork_server.

Only the standard library is used: the emulator's environment has no other.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

_SERVER = str(Path(__file__).with_name("fork_server.py"))


class Forks:
    """Stands in the place of the module subprocess, where MiniStack starts the workers of functions in Python.

    One server runs at a time, for the latest state of the layers.
    """

    PIPE, DEVNULL, STDOUT = subprocess.PIPE, subprocess.DEVNULL, subprocess.STDOUT

    def __init__(self) -> None:
        self.control: socket.socket | None = None
        self._state: tuple[str, ...] = ()
        self._one_at_a_time = Lock()

    def Popen(self, command: Sequence[str], **settings: Any) -> "ForkedWorker | subprocess.Popen[Any]":  # noqa: N802
        """Start the Python script that the command names, with pipes as its standard streams."""
        layers = settings["env"].get("_LAMBDA_LAYERS_DIRS", "")
        if not layers or settings["stdin"] != subprocess.PIPE:
            return subprocess.Popen(command, **settings)
        try:
            return self._fork(command[-1], settings["cwd"], settings["env"], layers)
        except OSError:  # the server has ended
            self.control = None
            return subprocess.Popen(command, **settings)

    def _fork(self, script: str, folder: str, environment: dict[str, str], layers: str) -> "ForkedWorker":
        (stdin, to), (of, stdout), (errors, stderr) = os.pipe(), os.pipe(), os.pipe()
        ours, theirs = socket.socketpair()
        worker = ForkedWorker(ours, to, of, errors)
        try:
            with self._one_at_a_time:
                socket.send_fds(self._server(layers), [b"+"], [stdin, stdout, stderr, theirs.fileno()])
        finally:
            theirs.close()
            for stream in (stdin, stdout, stderr):
                os.close(stream)
        worker.begin({"script": script, "folder": folder, "environment": environment})
        return worker

    def _server(self, layers: str) -> socket.socket:
        """Return the socket of the server that has imported what these layers point to; see build._point_to_layers."""
        folders = [
            found for each in layers.split(os.pathsep) for found in Path(each).glob("python/lib/*/site-packages")
        ]
        state = tuple(pointer.read_text() for folder in folders for pointer in sorted(folder.glob("*.pth")))
        if self.control is None or state != self._state:
            if self.control:
                self.control.close()  # the server ends; its workers live on
            self.control, theirs = socket.socketpair()
            self._state = state
            with theirs:
                subprocess.Popen([sys.executable, "-P", _SERVER, *map(str, folders)], stdin=theirs.fileno())
        return self.control


class ForkedWorker:
    """A worker, with what MiniStack uses of a Popen."""

    def __init__(self, life: socket.socket, to: int, of: int, errors: int) -> None:
        self.stdin = open(to, "w", buffering=1)  # noqa: SIM115
        self.stdout, self.stderr = open(of), open(errors)  # noqa: SIM115
        self.pid = 0
        self._life = life
        self._ended = select.poll()
        self._ended.register(life, select.POLLIN)

    def begin(self, asked: dict[str, Any]) -> None:
        """Tell the worker what to run. Raise OSError if there is none."""
        self._life.sendall(f"{json.dumps(asked)}\n".encode())
        if not (told := self._life.makefile("r").readline()):
            raise ConnectionResetError("the server of the workers has ended")
        self.pid = int(told)

    def poll(self) -> int | None:
        return 0 if self._ended.poll(0) else None

    def wait(self, timeout: float | None = None) -> int:
        if not self._ended.poll(None if timeout is None else timeout * 1000):
            raise subprocess.TimeoutExpired("worker", timeout or 0)
        return 0

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)
