"""Where a webhook's call goes: to one of the addresses that its name has, if all of them are the public internet's."""

import socket
from dataclasses import dataclass, field
from typing import Any

import pytest

from ripen.adapters import webhook_client
from tests.support.webhook_receiver import Server, answering, refusal, resolve

PUBLIC = ("93.184.215.14", "8.8.8.8", "2606:4700::1111")


@dataclass
class Lines:
    """The way to any address: to the server, or to nobody, who keeps silent."""

    server: Server
    dead: set[str] = field(default_factory=set)
    tried: list[tuple[str, float]] = field(default_factory=list)

    def __call__(self, place: tuple[str, int], timeout: float) -> socket.socket:
        self.tried.append((place[0], timeout))
        if place[0] in self.dead:
            raise TimeoutError
        line = socket.socket()
        line.settimeout(timeout)
        line.connect(("127.0.0.1", self.server.port))
        return line


@pytest.fixture
def lines(server: Server, monkeypatch: pytest.MonkeyPatch) -> Lines:
    found = Lines(server)
    monkeypatch.setattr(socket, "create_connection", found)
    return found


def test_loopback_is_taken_on_the_one_port_of_the_tests_alone(server: Server) -> None:
    failure = refusal(lambda: server.call(port=server.port + 1))
    assert (failure.reason, failure.permanent) == ("not a public address", True)
    assert server.asked == []


def test_a_name_with_one_address_inside_is_not_called(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, "93.184.215.14", "10.0.0.1")
    assert refusal(server.call).reason == "not a public address"
    resolve(monkeypatch, "127.0.0.1", "10.0.0.1")
    assert refusal(server.call).reason == "not a public address"


def test_the_next_address_is_tried_where_one_takes_no_call(
    server: Server, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, *PUBLIC)
    lines.dead = set(PUBLIC[:2])
    assert server.call() == {"ok": True}
    assert [address for address, _ in lines.tried] == list(PUBLIC)
    assert len(server.asked) == 1


def test_all_addresses_together_have_the_time_of_the_step(
    server: Server, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, *PUBLIC)
    lines.dead = set(PUBLIC)
    monkeypatch.setattr(webhook_client, "monotonic", lambda: sum(seconds for _, seconds in lines.tried))
    failure = refusal(lambda: server.call(timeout=0.3))
    assert (failure.reason, failure.permanent) == ("no answer (TimeoutError)", False)
    assert [seconds for _, seconds in lines.tried] == pytest.approx([0.1] * 3)


def test_who_took_the_call_is_the_only_one_asked(server: Server, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, *PUBLIC)
    server.answer = answering(503)
    assert refusal(server.call).reason == "answered 503"
    assert [address for address, _ in lines.tried] == [PUBLIC[0]]


def test_no_address_is_tried_where_one_of_them_is_inside(
    server: Server, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, *PUBLIC, "10.0.0.1")
    assert refusal(server.call).permanent
    assert lines.tried == []


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
    assert (failure.reason, failure.permanent) == ("the host name does not resolve", False)
