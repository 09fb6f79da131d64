"""The receiver of webhook calls, on a port of this machine that only the local cloud may call."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from runpy import run_path

import pytest
from starlette.testclient import TestClient

from ripen.errors import Undeliverable
from ripen.key_ring import KeyRing
from sandbox import webhook
from tests.support.fakes import NOON

_CALL = Path(__file__).resolve().parents[2] / "functions/nurture/webhook.py"


@pytest.fixture
def receiver() -> TestClient:
    return TestClient(webhook.build(lambda: NOON))


def test_a_webhook_answers_with_the_query_of_its_address(receiver: TestClient) -> None:
    answer = receiver.post("/credit?grade=A&limit=300&known=true", json={"lead": "lead1"})
    assert (answer.status_code, answer.json()) == (200, {"grade": "A", "limit": 300, "known": True})


def test_a_webhook_fails_with_the_status_in_its_query(receiver: TestClient) -> None:
    assert receiver.post("/credit?status=503", json={}).status_code == 503


def test_a_call_is_listed_whole_and_shown_as_text(receiver: TestClient) -> None:
    # when
    receiver.post("/credit?grade=A", content='{"company": "<script>株式会社"}', headers={"Idempotency-Key": "k1"})
    # then
    [kept] = receiver.get("/_control/calls").json()
    assert (kept["target"], json.loads(kept["body"])) == ("/credit?grade=A", {"company": "<script>株式会社"})
    assert kept["headers"]["idempotency-key"] == "k1"
    page = receiver.get("/").text
    assert "&lt;script&gt;株式会社" in page
    assert "<script>" not in page
    assert "idempotency-key: k1" in page


@pytest.fixture
def port() -> Iterator[int]:
    """Return a port on which no server listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def called(port: int) -> str:
    """What comes of nurture.webhook, started in this environment, calling that port of this machine."""
    function = run_path(str(_CALL))
    function["secrets"].ring = lambda purpose: KeyRing.of(b"k" * 32)
    with pytest.raises(Undeliverable) as refused:
        function["webhooks"].post(f"https://127.0.0.1:{port}/credit", b"{}", "id", 1)
    return refused.value.reason


@pytest.mark.parametrize(
    "endpoint", ["", "https://dynamodb.ap-northeast-1.amazonaws.com", "http://127.0.0.1.evil.example:1"]
)
def test_on_aws_no_setting_allows_a_webhook_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, endpoint: str, port: int
) -> None:
    # given a deployment with a port in its settings
    monkeypatch.setenv("WEBHOOK_STAND_IN", str(port))
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    # then it is refused as ever
    assert called(port) == "not a public address"


def test_the_local_cloud_allows_a_webhook_on_one_port(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setenv("WEBHOOK_STAND_IN", str(port))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:8704")
    assert called(port).startswith("no answer")
    assert called(port + 1) == "not a public address"
