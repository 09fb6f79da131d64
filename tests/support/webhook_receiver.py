"""A company's system that receives a webhook over TLS, and host names that resolve as a test says."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import trustme

from ripen.adapters.webhook_client import WebhookClient
from ripen.errors import Undeliverable
from ripen.key_ring import KeyRing

KEY = b"k" * 32
BODY = b'{"lead":"lead1"}'


@dataclass
class Server:
    port: int = 0
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[BaseHTTPRequestHandler], None] = lambda handler: None

    def url(self, path: str = "/hook") -> str:
        return f"https://localhost:{self.port}{path}"

    def call(self, path: str = "/hook", timeout: float = 5, port: int | None = None) -> dict[str, Any]:
        client = WebhookClient(lambda: KeyRing.of(KEY), self.port if port is None else port, self.context)
        return client.post(self.url(path), BODY, "id1", timeout)


def answering(status: int, body: bytes = b"", **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@contextmanager
def serving() -> Iterator[Server]:
    """Serve over TLS on this machine."""
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.asked.append((self.path, dict(self.headers), body))
            server.answer(self)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    authority = trustme.CA()
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(theirs)
    authority.configure_trust(server.context)

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Ignore the errors of clients that are cut off."""

    running = Quiet(("127.0.0.1", 0), Handler)
    running.socket = theirs.wrap_socket(running.socket, server_side=True)
    server.port = running.server_address[1]
    Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    running.shutdown()
    running.server_close()


def resolve(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Resolve every name to these addresses."""

    def found(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)


def refusal(call: Callable[[], object]) -> Undeliverable:
    with pytest.raises(Undeliverable) as caught:
        call()
    return caught.value
