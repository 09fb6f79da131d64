"""The connection of a webhook call: to one of the host's addresses, if all of them are public."""

import socket
from dataclasses import dataclass, field
from typing import Any

import pytest

from ripen.adapters import webhook_client
from tests.support.webhook_receiver import Server, answering, refusal, resolve

PUBLIC = ("93.184.215.14", "8.8.8.8", "2606:4700::1111")


@dataclass
class Network:
    """Connects every address to the server, except for silent addresses, which time out."""

    server: Server
    silent: set[str] = field(default_factory=set)
    tried: list[tuple[str, float]] = field(default_factory=list)

    def __call__(self, place: tuple[str, int], timeout: float) -> socket.socket:
        self.tried.append((place[0], timeout))
        if place[0] in self.silent:
            raise TimeoutError
        connection = socket.socket()
        connection.settimeout(timeout)
        connection.connect(("127.0.0.1", self.server.port))
        return connection


@pytest.fixture
def network(server: Server, monkeypatch: pytest.MonkeyPatch) -> Network:
    found = Network(server)
    monkeypatch.setattr(socket, "create_connection", found)
    return found


def test_loopback_is_called_only_on_the_configured_port(server: Server) -> None:
    failure = refusal(lambda: server.call(port=server.port + 1))
    assert (failure.reason, failure.permanent) == ("not a public address", True)
    assert server.asked == []


def test_host_with_one_private_address_is_not_called(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, "93.184.215.14", "10.0.0.1")
    assert refusal(server.call).reason == "not a public address"
    resolve(monkeypatch, "127.0.0.1", "10.0.0.1")
    assert refusal(server.call).reason == "not a public address"


def test_next_address_is_tried_if_one_does_not_connect(
    server: Server, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, *PUBLIC)
    network.silent = set(PUBLIC[:2])
    assert server.call() == {"ok": True}
    assert [address for address, _ in network.tried] == list(PUBLIC)
    assert len(server.asked) == 1


def test_all_addresses_share_the_timeout(server: Server, network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, *PUBLIC)
    network.silent = set(PUBLIC)
    monkeypatch.setattr(webhook_client, "monotonic", lambda: sum(seconds for _, seconds in network.tried))
    failure = refusal(lambda: server.call(timeout=0.3))
    assert (failure.reason, failure.permanent) == ("no answer (TimeoutError)", False)
    assert [seconds for _, seconds in network.tried] == pytest.approx([0.1] * 3)


def test_no_other_address_is_tried_after_one_connected(
    server: Server, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, *PUBLIC)
    server.answer = answering(503)
    assert refusal(server.call).reason == "answered 503"
    assert [address for address, _ in network.tried] == [PUBLIC[0]]


def test_no_address_is_tried_if_one_of_them_is_private(
    server: Server, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, *PUBLIC, "10.0.0.1")
    assert refusal(server.call).permanent
    assert network.tried == []


def test_host_name_is_resolved_only_once(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second DNS answer could be a private address (DNS rebinding); resolving the literal again is harmless."""
    asked: list[str] = []

    def found(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    server.call()
    assert asked == ["localhost", "127.0.0.1"]


def test_unknown_host_name_may_be_retried(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_found(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", not_found)
    failure = refusal(server.call)
    assert (failure.reason, failure.permanent) == ("the host name does not resolve", False)
