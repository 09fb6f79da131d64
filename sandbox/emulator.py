"""The AWS emulator: a process of its own, in an environment of its own, so that functions see only their layers."""

import shutil
import subprocess
import time
from pathlib import Path
from threading import Thread
from typing import IO

import httpx

from cli.local.home import PROJECT, REGION, TOOLS, Home, aws_environment
from cli.local.web import web
from sandbox.child_process import tied

_PATIENCE_SECONDS = 60


class EmulatorFailed(Exception):
    """The emulator ended or did not answer; the end of its log is in the message."""


class Emulator:
    def __init__(self, home: Home, port: int, ses: str, authorities: Path, webhook: int = 0) -> None:
        """`ses` is where the functions find SES; `authorities` signed the other stand-ins; on the port `webhook` of this
        machine they may call one (0: on none)."""
        self.url = f"http://127.0.0.1:{port}"
        self._log = home.log("emulator")
        self._scratch = home.at("tmp")
        # Functions inherit this environment: whatever the local cloud has and AWS has not is said here, and the template
        # needs no word about it.
        self._environment = aws_environment(self.url) | {
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_REGION": REGION,
            "PERSIST_STATE": "1",
            "STATE_DIR": str(home.at("aws")),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(home.at("aws", "s3")),
            "TMPDIR": str(self._scratch),
            "LOG_LEVEL": "INFO",
            "LAMBDA_WARM_TTL_SECONDS": "120",
            "PYTHONDONTWRITEBYTECODE": "",  # a function's start is an import of boto3: compiled once, not each time
            "AWS_ENDPOINT_URL_SESV2": ses,
            "REQUESTS_CA_BUNDLE": str(authorities),
            "SSL_CERT_FILE": str(authorities),
            "CLOCK_MOVES": "1",
            "WEBHOOK_STAND_IN": str(webhook),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def start(self, lock: IO[str] | None = None) -> None:
        """Returns when it answers. Raises EmulatorFailed. It keeps `lock` until it has written down what it knows."""
        self._clear()
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                tied(str(TOOLS / "emulator/bin/python"), "-P", str(PROJECT / "sandbox/emulator_main.py")),
                env=self._environment,
                pass_fds=[lock.fileno()] if lock else [],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        until = time.monotonic() + _PATIENCE_SECONDS
        while not self._answers():
            if not self.runs() or time.monotonic() > until:
                self.stop()
                raise EmulatorFailed(self.tail())
            time.sleep(0.1)

    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Returns when it has written down what it knows."""
        if self._process and self.runs():
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def tail(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])

    def _clear(self) -> None:
        """It unpacks the layers for each function's process and leaves them there: many files, so nobody waits for it."""
        left = self._scratch.with_name(f"left-{time.time_ns()}")
        self._scratch.rename(left)
        self._scratch.mkdir()
        for folder in left.parent.glob("left-*"):
            Thread(target=shutil.rmtree, args=(folder, True), daemon=True).start()

    def _answers(self) -> bool:
        try:
            return web.get(f"{self.url}/_ministack/health", timeout=2).is_success
        except httpx.TransportError:
            return False
