"""The AWS emulator, a process with an environment of its own, so that functions see only their layers."""

import shutil
import subprocess
import time
from pathlib import Path
from threading import Thread
from typing import IO

import httpx

from cli.local.home import PROJECT, REGION, TOOLS, Home, aws_environment
from cli.local.web import web
from sandbox.child_process import ends_with_parent

_PATIENCE_SECONDS = 60


class EmulatorFailed(Exception):
    """The emulator ended or did not answer; the message holds the end of its log."""


class Emulator:
    def __init__(
        self, home: Home, port: int, ses: str, authorities: Path, webhook: int = 0, passport: str = ""
    ) -> None:
        """Prepare the emulator.

        `ses` is the address of SES for the functions, `authorities` the certificates that signed the other stand-ins,
        and `webhook` the one port of this machine that webhook steps may call (0: none). `passport` is the secret with
        which the API's plain address passes on what a browser sent; see request_guard.
        """
        self.url = f"http://127.0.0.1:{port}"
        self._log = home.log("emulator")
        self._scratch = home.at("tmp")
        # Functions inherit this environment: settings that only the local cloud needs stand here, not in the template.
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
            "PYTHONDONTWRITEBYTECODE": "",  # a function's start is mostly the import of boto3: compile it once
            "AWS_ENDPOINT_URL_SESV2": ses,
            "REQUESTS_CA_BUNDLE": str(authorities),
            "SSL_CERT_FILE": str(authorities),
            "CLOCK_MOVES": "1",
            "WEBHOOK_STAND_IN": str(webhook),
            "LOCAL_PASS": passport,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def start(self, lock: IO[str] | None = None) -> None:
        """Start it and return when it answers; it holds `lock` until its state is saved. Raises EmulatorFailed."""
        self._clear()
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                ends_with_parent(str(TOOLS / "emulator/bin/python"), "-P", str(PROJECT / "sandbox/emulator_main.py")),
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
        """Stop it and return when its state is saved."""
        if self._process and self.runs():
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def tail(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])

    def _clear(self) -> None:
        """Delete the layers that it unpacked for each function's process, in the background: they are many files."""
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
