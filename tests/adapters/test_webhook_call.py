"""Calling a webhook: signed, once, to the public internet only. A server of our own stands for the other side."""

import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import new as hmac
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic, sleep, time
from typing import Any

import pytest
import trustme

from ripen.adapters.webhook_call import LARGEST, WebhookCall
from ripen.errors import Undeliverable

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
        line = WebhookCall(lambda: KEY, self.port if port is None else port, self.context)
        return line.post(self.url(path), BODY, "id1", timeout)


def answering(status: int, body: bytes = b"", **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture(scope="module")
def served() -> Iterator[Server]:
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
            """Who is cut off complains."""

    running = Quiet(("127.0.0.1", 0), Handler)
    running.socket = theirs.wrap_socket(running.socket, server_side=True)
    server.port = running.server_address[1]
    Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    running.shutdown()
    running.server_close()


@pytest.fixture
def server(served: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    resolve(monkeypatch, "127.0.0.1")
    served.asked.clear()
    served.answer = answering(200, b'{"ok": true}')
    return served


def resolve(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Whatever name is asked for has these addresses."""

    def found(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)


def refusal(call: Callable[[], object]) -> Undeliverable:
    with pytest.raises(Undeliverable) as caught:
        call()
    return caught.value


def test_it_posts_json_signed_under_its_own_id(server: Server) -> None:
    assert server.call("/hook?of=会社") == {"ok": True}
    [(path, headers, body)] = server.asked
    stamp = headers["Ripen-Timestamp"]
    assert path == "/hook?of=%E4%BC%9A%E7%A4%BE"
    assert body == BODY
    assert abs(int(stamp) - time()) < 60
    assert headers["Ripen-Signature"] == "v1=" + hmac(KEY, f"{stamp}.".encode() + BODY, sha256).hexdigest()
    assert headers["Idempotency-Key"] == "id1"
    assert headers["Content-Type"] == "application/json"
    assert headers["Host"] == f"localhost:{server.port}"


@pytest.mark.parametrize("body", [b"", b"  \n"])
def test_an_empty_answer_is_an_answer(server: Server, body: bytes) -> None:
    server.answer = answering(200, body)
    assert server.call() == {}


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(400, True), (401, True), (404, True), (410, True), (408, False), (429, False), (500, False), (503, False)],
)
def test_what_may_pass_is_told_from_what_is_final(server: Server, status: int, permanent: bool) -> None:
    server.answer = answering(status, b"no")
    failure = refusal(server.call)
    assert (failure.reason, failure.permanent) == (f"answered {status}", permanent)


def test_how_long_to_wait_is_the_other_sides_word(server: Server) -> None:
    server.answer = answering(429, Retry_After="120")
    assert refusal(server.call).after == 120
    server.answer = answering(429, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT")
    assert refusal(server.call).after is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(server: Server, status: int) -> None:
    server.answer = answering(status, Location=server.url("/elsewhere"))
    assert refusal(server.call).permanent
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b'"text"',
        b"[1]",
        b"null",
        b'{"a": NaN}',
        b'{"a": "\\ud800"}',
        b'{"a": 1e999}',
        b"\xff\xfe",
        b"[" * 30_000,
        b'{"a":' * 5_000,
    ],
)
def test_what_is_no_json_object_is_no_answer(server: Server, body: bytes) -> None:
    server.answer = answering(200, body)
    assert refusal(server.call).permanent


def test_an_answer_may_be_32_kb_and_no_more(server: Server) -> None:
    server.answer = answering(200, b'{"a": "%s"}' % (b"x" * (LARGEST - 9)))
    assert len(server.call()["a"]) == LARGEST - 9
    server.answer = answering(200, b'{"a": "%s"}' % (b"x" * (LARGEST - 8)))
    assert refusal(server.call).reason == "answered too much"


def test_an_answer_that_breaks_off_is_asked_for_again(server: Server) -> None:
    def broken(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b'{"a": 1}')

    server.answer = broken
    assert not refusal(server.call).permanent


@pytest.mark.parametrize("where", ["headers", "body"])
def test_an_answer_that_trickles_is_cut_off(server: Server, where: str) -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"" if where == "headers" else b"Content-Length: 99\r\n\r\n"))
        for _ in range(100):
            handler.wfile.write(b"X: y\r\n" if where == "headers" else b" ")
            sleep(0.05)

    server.answer = trickle
    began = monotonic()
    failure = refusal(lambda: server.call(timeout=0.3))
    assert not failure.permanent
    assert monotonic() - began < 2


def test_nobody_there_is_tried_again(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    line = WebhookCall(lambda: KEY, port, server.context)
    assert not refusal(lambda: line.post(f"https://localhost:{port}/", BODY, "id1", 1)).permanent


def test_tls_checks_the_name_and_not_the_address_alone(server: Server) -> None:
    line = WebhookCall(lambda: KEY, server.port, server.context)
    failure = refusal(lambda: line.post(f"https://example.com:{server.port}/", BODY, "id1", 5))
    assert failure.reason == "no valid certificate"
    assert server.asked == []


def test_loopback_is_taken_on_the_one_port_of_the_tests_alone(server: Server) -> None:
    failure = refusal(lambda: server.call(port=server.port + 1))
    assert (failure.reason, failure.permanent) == ("not a public address", True)
    assert server.asked == []


def test_a_name_with_one_address_inside_is_not_called(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, "93.184.215.14", "10.0.0.1")
    assert refusal(server.call).reason == "not a public address"
    resolve(monkeypatch, "127.0.0.1", "10.0.0.1")
    assert refusal(server.call).reason == "not a public address"


def test_a_name_is_looked_up_once_so_that_it_cannot_change(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the second answer would lead inside. `create_connection` looks a literal up again, harmlessly."""
    asked: list[str] = []

    def found(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    server.call()
    assert asked == ["localhost", "127.0.0.1"]


def test_an_unknown_name_may_be_known_later(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    failure = refusal(server.call)
    assert (failure.reason, failure.permanent) == ("the name is not known", False)
