"""The secret is fetched at its first use, cached, and fetched again on request."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

import notify.slack
from ripen.adapters.secrets import Secrets
from ripen.errors import MalformedSecret
from tests.support.gateway_events import an_event


@pytest.fixture
def manager() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("secretsmanager")
        client.create_secret(Name="secret", SecretString=json.dumps({"master": "m", "typeform": "old"}))
        yield client


def test_changed_secret_is_seen_only_after_a_fresh_read(manager: Any) -> None:
    secrets = Secrets("secret", manager)
    assert secrets.all()["typeform"] == "old"

    manager.put_secret_value(SecretId="secret", SecretString=json.dumps({"master": "m", "typeform": "new"}))

    assert secrets.all()["typeform"] == "old"
    assert secrets.all(fresh=True)["typeform"] == "new"
    assert secrets.all()["typeform"] == "new"


def test_refused_credentials_cause_one_fresh_read_a_minute() -> None:
    class Counting:
        reads = 0

        def get_secret_value(self, **_: str) -> dict[str, str]:
            self.reads += 1
            return {"SecretString": "{}"}

    manager = Counting()
    secrets = Secrets("secret", manager)
    for _ in range(100):
        secrets.all()
        secrets.all(fresh=True)
    assert manager.reads == 2


def test_keys_of_different_purposes_differ(manager: Any) -> None:
    secrets = Secrets("secret", manager)

    assert secrets.key("link") == secrets.key("link") != secrets.key("address")


@pytest.mark.parametrize("text", ["[]", '"xoxb-1"', "null", "7", "{", "xoxb-secret", "[" * 100_000])
def test_secret_that_is_not_an_object_is_a_clear_error(manager: Any, text: str) -> None:
    manager.put_secret_value(SecretId="secret", SecretString=text)
    secrets = Secrets("secret", manager)
    for _ in range(2):
        with pytest.raises(MalformedSecret, match="the secret secret is no JSON object") as raised:
            secrets.all()
        assert "xoxb" not in str(raised.value)
    manager.put_secret_value(SecretId="secret", SecretString='{"a": "b"}')
    assert secrets.all() == {"a": "b"}


def test_secret_with_bytes_only_is_a_clear_error(manager: Any) -> None:
    manager.put_secret_value(SecretId="secret", SecretBinary=b"{}")
    with pytest.raises(MalformedSecret):
        Secrets("secret", manager).all()


def test_request_that_needs_a_malformed_secret_gets_503(manager: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    manager.put_secret_value(SecretId="secret", SecretString='["xoxb-1"]')
    monkeypatch.setattr(notify.slack, "connections", Secrets("secret", manager))
    answered = notify.slack.handler(an_event("POST", "/slack", {}), None)  # type: ignore[arg-type]
    assert answered["statusCode"] == 503
