"""A webhook call: signed, in one attempt, with a timeout for the whole answer. The receiver is a server of our own."""

import socket
from hashlib import sha256
from hmac import new as hmac
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from time import sleep, time
from typing import Any

import pytest

from ripen.adapters.webhook_client import MAX_ANSWER_BYTES, WebhookClient
from ripen.key_ring import KeyRing
from tests.support.webhook_receiver import BODY, KEY, Server, answering, refusal


def test_call_posts_signed_json_with_an_idempotency_key(server: Server) -> None:
    began = int(time())
    assert server.call("/hook?of=会社") == {"ok": True}
    [(path, headers, body)] = server.asked
    stamp = headers["Ripen-Timestamp"]
    assert path == "/hook?of=%E4%BC%9A%E7%A4%BE"
    assert body == BODY
    assert began <= int(stamp) <= time()
    assert headers["Idempotency-Key"] == "id1"
    signed = f"{stamp}\nid1\nhttps://{headers['Host']}{path}\n".encode() + BODY
    assert headers["Ripen-Signature"] == "v1=" + hmac(KEY, signed, sha256).hexdigest()
    assert headers["Content-Type"] == "application/json"
    assert headers["Host"] == f"localhost:{server.port}"


def test_receiver_that_the_docs_show_accepts_our_call_and_no_other(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given the example of docs/api.md
    page = (Path(__file__).parents[2] / "docs/api.md").read_text()
    example = page.partition("## Verify a webhook")[2].partition("```python\n")[2].partition("```")[0]
    monkeypatch.setenv("RIPEN_WEBHOOK_KEY", KEY.hex())
    known: dict[str, Any] = {}
    exec(example, known)  # noqa: S102 (our own docs)
    is_from_ripen = known["is_from_ripen"]

    # when we call
    server.call("/hook?of=会社")

    # then it is ours for this address, this key and this body only
    [(path, received, body)] = server.asked
    headers = dict(received)
    assert is_from_ripen(headers, path, body)
    assert not is_from_ripen(headers, path, body + b" ")
    assert not is_from_ripen(headers, "/hook", body)
    assert not is_from_ripen(headers | {"Host": "other.example"}, path, body)
    assert not is_from_ripen(headers | {"Idempotency-Key": "id2"}, path, body)
    assert not is_from_ripen(headers | {"Ripen-Timestamp": "1795230000"}, path, body)


@pytest.mark.parametrize("body", [b"", b"  \n"])
def test_empty_answer_is_an_empty_object(server: Server, body: bytes) -> None:
    server.answer = answering(200, body)
    assert server.call() == {}


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(400, True), (401, True), (404, True), (410, True), (408, False), (429, False), (500, False), (503, False)],
)
def test_status_decides_whether_a_retry_may_help(server: Server, status: int, permanent: bool) -> None:
    server.answer = answering(status, b"no")
    failure = refusal(server.call)
    assert (failure.reason, failure.permanent) == (f"answered {status}", permanent)


def test_retry_after_in_seconds_is_followed(server: Server) -> None:
    server.answer = answering(429, Retry_After="120")
    assert refusal(server.call).after == 120
    server.answer = answering(429, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT")
    assert refusal(server.call).after is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(server: Server, status: int) -> None:
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
def test_answer_that_is_not_a_json_object_is_refused_for_good(server: Server, body: bytes) -> None:
    server.answer = answering(200, body)
    assert refusal(server.call).permanent


def test_answer_may_have_32_kb_and_no_more(server: Server) -> None:
    server.answer = answering(200, b'{"a": "%s"}' % (b"x" * (MAX_ANSWER_BYTES - 9)))
    assert len(server.call()["a"]) == MAX_ANSWER_BYTES - 9
    server.answer = answering(200, b'{"a": "%s"}' % (b"x" * (MAX_ANSWER_BYTES - 8)))
    assert refusal(server.call).reason == "answered too much"


def test_answer_that_is_cut_off_may_be_retried(server: Server) -> None:
    def broken(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b'{"a": 1}')

    server.answer = broken
    assert not refusal(server.call).permanent


@pytest.mark.parametrize("where", ["headers", "body"])
def test_answer_that_trickles_in_is_cut_off_at_the_timeout(server: Server, where: str) -> None:
    pieces = 0

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        nonlocal pieces
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"" if where == "headers" else b"Content-Length: 99\r\n\r\n"))
        for _ in range(99):
            handler.wfile.write(b"X: y\r\n" if where == "headers" else b" ")
            pieces += 1
            sleep(0.05)

    server.answer = trickle
    failure = refusal(lambda: server.call(timeout=0.3))
    assert not failure.permanent
    assert pieces < 99


def test_refused_connection_may_be_retried(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    client = WebhookClient(lambda: KeyRing.of(KEY), port, server.context)
    assert not refusal(lambda: client.post(f"https://localhost:{port}/", BODY, "id1", 1)).permanent


def test_tls_checks_the_host_name_and_not_only_the_address(server: Server) -> None:
    client = WebhookClient(lambda: KeyRing.of(KEY), server.port, server.context)
    failure = refusal(lambda: client.post(f"https://example.com:{server.port}/", BODY, "id1", 5))
    assert failure.reason == "no valid certificate"
    assert server.asked == []
