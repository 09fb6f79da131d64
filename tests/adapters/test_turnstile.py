"""Verdicts of Turnstile, from a server that is as strict as Cloudflare's."""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from ripen.adapters import turnstile
from ripen.adapters.secrets import Secrets
from ripen.adapters.turnstile import Turnstile
from ripen.capture.challenge import ACTION, hosts_of, is_passed
from sandbox.server import Server
from sandbox.turnstile import ALREADY_SPENT, ALWAYS_FAILS, ALWAYS_PASSES, DUMMY_TOKEN, Challenges, build
from tests.support.fakes import FakeClock

SECRET, HOST = "0x4AAAAAAA-secret", "go.example.jp"
HOSTS = hosts_of(f"https://{HOST}")


class Manager:
    """Secrets Manager with the connections."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def get_secret_value(self, **_: str) -> dict[str, str]:
        return {"SecretString": json.dumps({"turnstile": self.secret})}


@dataclass
class Cloudflare:
    challenges: Challenges
    url: str

    def client(self, secret: str = SECRET) -> Turnstile:
        return Turnstile(Secrets("connections", Manager(secret)), self.url)

    def passes(self, token: str, post: str = "nonce#1", secret: str = SECRET) -> bool:
        return is_passed(self.client(secret).verdict(token, post), HOSTS)


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def cloudflare(port: int, clock: FakeClock) -> Iterator[Cloudflare]:
    challenges = Challenges(clock.now, SECRET, "0x4BBBBBBB-secret")
    server = Server(build(challenges), port)
    server.start()
    yield Cloudflare(challenges, f"http://127.0.0.1:{port}/turnstile/v0/siteverify")
    server.stop()


def test_token_counts_once_and_for_five_minutes(cloudflare: Cloudflare, clock: FakeClock) -> None:
    token, late = cloudflare.challenges.solve(HOST, ACTION), cloudflare.challenges.solve(HOST, ACTION)
    assert cloudflare.passes(token)
    assert not cloudflare.passes(token, post="nonce#2")
    clock.at += timedelta(minutes=5, seconds=1)
    assert not cloudflare.passes(late)


def test_repetition_of_a_post_gets_the_same_verdict(cloudflare: Cloudflare) -> None:
    token = cloudflare.challenges.solve(HOST, ACTION)
    assert [cloudflare.passes(token), cloudflare.passes(token)] == [True, True]


def test_token_of_another_widget_form_or_site_does_not_count(cloudflare: Cloudflare) -> None:
    solve = cloudflare.challenges.solve
    assert not cloudflare.passes(solve(HOST, ACTION, secret="0x4BBBBBBB-secret"))
    assert not cloudflare.passes(solve(HOST, "login"))
    assert not cloudflare.passes(solve("evil.example", ACTION))
    assert not cloudflare.passes("0.invented")


@pytest.mark.parametrize("secret", [ALWAYS_PASSES, ALWAYS_FAILS, ALREADY_SPENT, "0x4AAAAAAA-other"])
def test_secret_key_for_tests_or_of_nobody_lets_nothing_pass(cloudflare: Cloudflare, secret: str) -> None:
    assert not cloudflare.passes(DUMMY_TOKEN, secret=secret)


def test_without_a_secret_key_or_a_token_nothing_is_asked(cloudflare: Cloudflare) -> None:
    assert cloudflare.client(secret="").verdict("0.token", "nonce#1") is None
    assert cloudflare.client().verdict("", "nonce#1") is None
    assert cloudflare.challenges.questions == 0


@pytest.mark.parametrize("status", [429, 500, 503, 200])
def test_cloudflare_that_is_down_is_asked_once_a_minute(cloudflare: Cloudflare, status: int) -> None:
    cloudflare.challenges.trouble = {"status": status}  # with 200, a page in place of JSON
    client = cloudflare.client()
    assert [client.verdict(f"0.{number}", "nonce#1") for number in range(5)] == [None] * 5
    assert cloudflare.challenges.questions == 1


def test_refused_question_of_a_stranger_does_not_stop_the_others(cloudflare: Cloudflare) -> None:
    client = cloudflare.client()
    cloudflare.challenges.trouble = {"status": 400}
    refused = client.verdict("0.malformed", "nonce#1")
    assert refused and not refused.success
    cloudflare.challenges.trouble = {}
    assert is_passed(client.verdict(cloudflare.challenges.solve(HOST, ACTION), "nonce#2"), HOSTS)


def test_cloudflare_that_hangs_or_cannot_be_reached_gives_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnstile, "_TIMEOUT_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert Turnstile(Secrets("connections", Manager(SECRET)), url).verdict("0.token", "nonce#1") is None
    assert Turnstile(Secrets("connections", Manager(SECRET)), url).verdict("0.token", "nonce#1") is None
