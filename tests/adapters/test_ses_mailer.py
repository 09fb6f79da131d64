"""SES's answers: accepted, not accepted, or unsure. Lost answers come from real sockets."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import replace
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from ripen.adapters.ses import mailer as module
from ripen.adapters.ses.mailer import Ses, refusal
from ripen.errors import Blocked, Undeliverable, Unsure
from ripen.mail.content.message import OutgoingMail
from ripen.mail.ledger import MailClass

MAIL = OutgoingMail(
    sender="=?utf-8?b?44Oq?= <news@example.com>",
    to="a..b@docomo.ne.jp",
    reply_to="hello@example.com",
    subject="資料",
    html="<p>本文</p>",
    text="本文",
    headers={"List-Unsubscribe": "<https://u.example/x>"},
    tags={"send_id": "s1", "lead": "lead1"},
)
RATE, QUOTA = "Maximum sending rate exceeded.", "Daily message quota exceeded."
UNVERIFIED = "Email address is not verified. The following identities failed the check in region …: news@example.com"
LATER, ACCOUNT, PERMANENT = "later", "account", "permanent"


@pytest.mark.parametrize(
    ("code", "message", "status", "meaning"),
    [
        ("TooManyRequestsException", RATE, 429, LATER),
        ("ThrottlingException", RATE, 400, LATER),
        ("Throttling", "Rate exceeded", 400, LATER),
        ("SomethingNew", "", 429, LATER),
        ("TooManyRequestsException", QUOTA, 429, ACCOUNT),
        ("ThrottlingException", QUOTA, 400, ACCOUNT),
        ("LimitExceededException", "", 400, ACCOUNT),
        ("SendingPausedException", "", 400, ACCOUNT),
        ("AccountSuspendedException", "", 400, ACCOUNT),
        ("MailFromDomainNotVerifiedException", "", 400, ACCOUNT),
        ("NotFoundException", "Configuration set <x> does not exist.", 404, ACCOUNT),
        ("BadRequestException", "Configuration set x does not exist", 400, ACCOUNT),
        ("MessageRejected", UNVERIFIED, 400, ACCOUNT),
        ("MessageRejected", "Sending paused for this account.", 400, ACCOUNT),
        ("AccessDeniedException", "not authorized", 403, ACCOUNT),
        ("ExpiredTokenException", "", 403, ACCOUNT),
        ("InvalidSignatureException", "", 403, ACCOUNT),
        ("SomethingNew", "", 400, ACCOUNT),
        ("MessageRejected", "Invalid content", 400, PERMANENT),
        ("BadRequestException", "Missing final '@domain'", 400, PERMANENT),
        ("InternalFailure", "", 500, None),
        ("InternalServiceErrorException", "", 500, None),
        ("502", "Bad Gateway", 502, None),
        ("503", "Service Unavailable", 503, None),
        ("SomethingNew", "", 500, None),
        ("ServiceUnavailable", "", 503, LATER),
        ("TooManyRequestsException", RATE, 503, LATER),
        ("SendingPausedException", "", 500, ACCOUNT),
    ],
)
def test_error_answer_decides_whether_and_when_to_retry(
    code: str, message: str, status: int, meaning: str | None
) -> None:
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    found = refusal(ClientError(response, "SendEmail"))
    if meaning is None:
        assert isinstance(found, Unsure)
    else:
        assert isinstance(found, Undeliverable)
        assert (found.permanent, found.after) == (meaning == PERMANENT, 600 if meaning == ACCOUNT else None)


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """Run a server that reads each request and then calls `answer`; yield its URL and the requests."""
    listener = socket.create_server(("127.0.0.1", 0))
    requests: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                requests.append(_request(connection))
                answer(connection)

    Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", requests
    listener.close()


def _request(connection: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    length = int(next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")).split()[1])
    while len(body) < length:
        body += connection.recv(65536)
    return head + body


def _responds(status: str, body: bytes = b"{}", length: int | None = None) -> Callable[[socket.socket], None]:
    size = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {size}\r\n\r\n"
    return lambda connection: connection.sendall(head.encode() + body)


def _times_out(connection: socket.socket) -> None:
    connection.settimeout(3)
    connection.recv(1)


def a_ses(url: str) -> Ses:
    """Return the adapter with its own settings except for shorter timeouts."""
    impatient = module._CONFIG.merge(Config(read_timeout=0.3, connect_timeout=0.3))
    return Ses("set", boto3.client("sesv2", endpoint_url=url, config=impatient))


def test_accepted_mail_has_a_message_id() -> None:
    with answering(_responds("200 OK", b'{"MessageId": "m1"}')) as (url, requests):
        assert a_ses(url).send(MAIL) == "m1"
    (request,) = requests
    assert b'"a..b@docomo.ne.jp"' in request
    assert b'"ConfigurationSetName": "set"' in request
    assert b'{"Name": "send_id", "Value": "s1"}' in request


@pytest.mark.parametrize(
    ("region", "host"), [("us-east-1", "email.amazonses.com"), ("ap-northeast-1", "ap-northeast-1.amazonses.com")]
)
def test_a_mail_that_follows_another_names_its_message_id(region: str, host: str) -> None:
    with answering(_responds("200 OK", b'{"MessageId": "m1"}')) as (url, requests):
        ses = Ses("set", boto3.client("sesv2", endpoint_url=url, region_name=region))
        ses.send(replace(MAIL, follows="0106-a-000000"))
        ses.send(MAIL)
    for name in ("In-Reply-To", "References"):
        header = f'{{"Name": "{name}", "Value": "<0106-a-000000@{host}>"}}'.encode()
        assert (header in requests[0], name.encode() in requests[1]) == (True, False)


@pytest.mark.parametrize(
    ("mail_class", "own", "through"),
    [
        (MailClass.MARKETING, "own", "set"),
        (MailClass.TRANSACTIONAL, "own", "own"),
        (MailClass.TRANSACTIONAL, "", "set"),
    ],
)
def test_each_class_of_mail_goes_through_its_configuration_set(mail_class: MailClass, own: str, through: str) -> None:
    with answering(_responds("200 OK", b'{"MessageId": "m1"}')) as (url, requests):
        Ses("set", boto3.client("sesv2", endpoint_url=url), own).send(replace(MAIL, mail_class=mail_class))
    assert f'"ConfigurationSetName": "{through}"'.encode() in requests[0]


@pytest.mark.parametrize(
    "answer",
    [
        _times_out,
        lambda connection: None,
        _responds("500 Internal Server Error"),
        _responds("503 Service Unavailable", b"<html>"),
        _responds("502 Bad Gateway", b"<html>down</html>"),
        _responds("200 OK", b'{"Mess', 60),
        _responds("200 OK", b"", 60),
        _responds("200 OK", b"{}"),
        _responds("200 OK", b"<html>a proxy</html>"),
        lambda connection: connection.sendall(b"nonsense\r\n\r\n"),
        lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-le"),
    ],
)
def test_unclear_answer_is_unsure_and_not_retried(answer: Any) -> None:
    with answering(answer) as (url, requests):
        with pytest.raises(Unsure):
            a_ses(url).send(MAIL)
        assert len(requests) == 1


def test_refused_connection_did_not_send_the_mail() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Undeliverable) as refused:
        a_ses(f"http://127.0.0.1:{port}").send(MAIL)
    assert not refused.value.permanent
    assert isinstance(refused.value, Blocked)  # SES is out of reach for all mails, not for this one
    assert refused.value.after is None


def test_unknown_host_did_not_send_the_mail() -> None:
    with pytest.raises(Undeliverable) as refused:
        a_ses("http://no-such-host.invalid").send(MAIL)
    assert not refused.value.permanent


def test_failed_tls_handshake_did_not_send_the_mail() -> None:
    # given a server that does not speak TLS where TLS is expected
    def plain(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")

    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            plain(connection)

    Thread(target=serve, daemon=True).start()
    with pytest.raises(Undeliverable) as refused:
        a_ses(f"https://127.0.0.1:{listener.getsockname()[1]}").send(MAIL)
    listener.close()
    assert not refused.value.permanent


def test_throttled_call_is_not_retried() -> None:
    body = b'{"message": "Maximum sending rate exceeded."}'
    with answering(_responds("429 Too Many Requests", body)) as (url, requests):
        with pytest.raises(Undeliverable) as refused:
            a_ses(url).send(MAIL)
        assert (refused.value.permanent, len(requests)) == (False, 1)


def test_idle_connection_is_not_reused(monkeypatch: pytest.MonkeyPatch) -> None:
    # given a server that closes silently after each answer, as a network drops the connections of a frozen Lambda
    with answering(_responds("200 OK", b'{"MessageId": "m1"}')) as (url, requests):
        ses = a_ses(url)
        ses.send(MAIL)
        monkeypatch.setattr(module, "_MAX_IDLE_SECONDS", -1.0)
        ses.send(MAIL)
        assert len(requests) == 2
