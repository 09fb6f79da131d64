"""Run one function as Lambda does: built code and layers under awslambdaric and the Runtime Interface Emulator.

The emulator comes with the SAM CLI. The function is a process of its own that the first event starts.
"""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from bench.outside import PROJECT
from sandbox.build import architecture

RUNTIME = PROJECT / ".tools" / "runtime"
_RAPID = PROJECT / ".tools/sam/lib/python3.13/site-packages/samcli/local/rapid"
_SECONDS = 60


class Refused(Exception):
    """The function answered with an error."""


@dataclass(frozen=True)
class Built:
    """A function's own files and its layers."""

    code: Path
    layers: tuple[Path, ...]


def first_call(built: Built, handler: str, event: dict[str, Any], environment: dict[str, str]) -> float:
    """Return the CPU time in ms of the function's process, from its start to its first answer. Raises Refused."""
    with _emulator(built, handler, environment) as (emulator, port):
        answer = _invoke(port, event)
        if "errorType" in answer or answer.get("batchItemFailures") or answer.get("statusCode", 200) >= 400:
            raise Refused(f"{handler}: {answer}")
        return sum(_cpu_ms(pid) for pid in _children(emulator.pid))


@contextmanager
def _emulator(built: Built, handler: str, environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Yield the running emulator and the port for events; end it and the function's process afterwards."""
    port = _free()
    emulator = subprocess.Popen(
        [
            str(_RAPID / f"aws-lambda-rie-{architecture()}"),
            *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
            *("--runtime-api-address", f"127.0.0.1:{_free()}"),
            *("--log-level", "error"),
            *(str(RUNTIME / "bin/python"), "-m", "awslambdaric", handler),
        ],
        cwd=built.code,
        env=environment | _lambda_environment(built),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield emulator, port
    finally:
        for pid in _children(emulator.pid):
            os.kill(pid, 9)
        emulator.kill()
        emulator.wait()


def _lambda_environment(built: Built) -> dict[str, str]:
    """Return the variables that Lambda itself sets."""
    paths = [*built.layers, RUNTIME / "lib/python3.13/site-packages"]
    return {
        "PATH": os.environ["PATH"],
        "HOME": "/tmp",  # noqa: S108 (as Lambda has it)
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "PYTHONDONTWRITEBYTECODE": "1",  # a function's folder is read-only
        "LAMBDA_TASK_ROOT": str(built.code),
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    }


def _invoke(port: int, event: dict[str, Any]) -> dict[str, Any]:
    """Return the function's answer to an event; try again until the emulator listens."""
    request = Request(f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations", json.dumps(event).encode())
    until = time.monotonic() + _SECONDS
    while True:
        try:
            with urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
                return dict(json.loads(answer.read()))
        except URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in task.read_text().split()]
    return found


def _cpu_ms(pid: int) -> float:
    """Return the CPU time of all threads of a process, ended ones too (Linux: CPUCLOCK_SCHED of its clock)."""
    return time.clock_gettime_ns((~pid << 3) | 2) / 1e6


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
