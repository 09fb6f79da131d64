"""SES on a real socket: it answers, refuses, hangs or breaks off as a test says. Adapter and client are ours."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic, sleep
from typing import Any

import boto3
from botocore.config import Config

from ripen.adapters.ses import mailer
from ripen.adapters.ses.mailer import Ses
from ripen.mail.content.message import OutgoingMail
from ripen.ports import Mailer
from tests.support.planned_mails import Killed

IMPATIENT, PATIENT = 0.25, 10.0
"""Read timeouts of the client in seconds: where SES hangs, and everywhere else, on a busy machine too."""
REFUSALS = {
    "throttled": (429, "TooManyRequestsException", "Maximum sending rate exceeded."),
    "quota used up": (429, "TooManyRequestsException", "Daily message quota exceeded."),
    "paused": (400, "SendingPausedException", "Sending is paused for this account."),
    "refused": (400, "MessageRejected", "Invalid content"),
}
TAKEN = ("accepted", "hangs, taken", "500, taken", "breaks off, taken", "killed after")
MODES = (*TAKEN, *REFUSALS, "breaks off", "killed before")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    mode = "accepted"
    requests = 0
    accepted = 0

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a client that gave up: the test wants it to."""


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        mode = self.server.mode
        self.rfile.read(int(self.headers["content-length"]))
        self.server.requests += 1
        if mode in REFUSALS:
            status, code, message = REFUSALS[mode]
            return self._say(status, {"message": message}, code)
        if mode not in TAKEN:
            self.close_connection = True
            return None
        self.server.accepted += 1
        match mode:
            case "hangs, taken":
                sleep(IMPATIENT * 2)
            case "500, taken":
                return self._say(500, {"message": "An internal error occurred."}, "InternalFailure")
            case "breaks off, taken":
                self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 60\r\n\r\n")
                self.close_connection = True
                return None
        return self._say(200, {"MessageId": f"m{self.server.requests}"})

    def _say(self, status: int, body: dict[str, str], code: str = "") -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in (("content-length", str(len(text))), ("x-amzn-errortype", code)):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        """Write no access log."""


@dataclass
class WiredSes:
    """The real mailer, connected to this SES. A mode can kill the worker before or after the call."""

    server: Server
    taken: Callable[[OutgoingMail], object] = lambda mail: None
    """Called with each mail that SES took, before the caller has the answer."""
    retries: int = 1
    mode: str = "accepted"
    _mailers: dict[float, Mailer] = field(default_factory=dict, repr=False)

    def send(self, mail: OutgoingMail) -> str:
        self.server.mode = self.mode
        if self.mode == "killed before":
            raise Killed
        before = self.server.accepted
        try:
            return self._answer(mail)
        finally:
            until = monotonic() + PATIENT
            while self.mode in TAKEN and self.server.accepted == before and monotonic() < until:
                sleep(0.005)
            for _ in range(self.server.accepted - before):
                self.taken(mail)
            if self.mode == "killed after":
                raise Killed

    def _answer(self, mail: OutgoingMail) -> str:
        patience = IMPATIENT if self.mode.startswith("hangs") else PATIENT
        if patience not in self._mailers:
            quick = Config(read_timeout=patience, retries={"total_max_attempts": self.retries, "mode": "standard"})
            url = f"http://127.0.0.1:{self.server.server_port}"
            client = boto3.client("sesv2", endpoint_url=url, config=mailer._CONFIG.merge(quick))
            self._mailers[patience] = Ses("set", client)
        return self._mailers[patience].send(mail)


@contextmanager
def serving() -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
