"""Start the stub with what every function reads on its first call: a live playbook, a secret, a lead."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

from bench.environment import QUEUES, SETTINGS
from sandbox.certificates import certificate

PROJECT = Path(__file__).resolve().parent.parent
SECRET = {
    "master": "0123456789abcdef0123456789abcdef",
    "typeform": "typeform-secret",
    "slack_signing_secret": "slack-secret",
    "slack_bot_token": "xoxb-1",
}


class Stub:
    """A client of the stub."""

    def __init__(self, url: str, secure: str, authorities: Path) -> None:
        self.url = url
        self.secure = secure
        self._authorities = authorities

    def secret(self, known: dict[str, object]) -> None:
        salesforce = {"login": self.secure, "client_id": "1", "client_secret": "2"}
        self._ask("POST", "/_secret", json.dumps(known | {"salesforce": salesforce}).encode())

    def forget(self) -> None:
        """Delete the rows of all leads."""
        self._ask("POST", "/_forget", b"")

    def environment(self) -> dict[str, str]:
        """Return the environment that leads a function's process here, without the user's own AWS account."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return clean | {
            **SETTINGS,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "ap-northeast-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "REQUESTS_CA_BUNDLE": str(self._authorities),
            "SSL_CERT_FILE": str(self._authorities),
            "WEBHOOK_STAND_IN": self.secure.rpartition(":")[2],
            "POWERTOOLS_LOG_LEVEL": "INFO",
            "SALES_CHANNEL": "C0123456789",
            "SLACK_API": f"{self.url}/api/",
            **{f"{name}_QUEUE": f"{self.url}/1/{name.lower()}" for name in QUEUES},
        }

    def _ask(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        with urlopen(Request(self.url + path, data=body, method=method), timeout=10) as answer:  # noqa: S310 (ours)
            return dict(json.loads(answer.read()))


@contextmanager
def stub() -> Iterator[Stub]:
    """Run a stub for as long as the block lasts."""
    with TemporaryDirectory(prefix="ripen-bench-") as folder:
        known = certificate(Path(folder))
        command = [sys.executable, "-m", "bench.stub", str(known.chain)]
        server = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            assert server.stdout
            plain, secure = server.stdout.readline().split()
            yield Stub(f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{secure}", known.authorities)
        finally:
            server.terminate()
            server.wait()
