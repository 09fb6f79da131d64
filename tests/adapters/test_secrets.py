"""The secret is fetched when it is first wanted, kept, and fetched again when asked."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from ripen.adapters.secrets import Secrets


@pytest.fixture
def manager() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("secretsmanager")
        client.create_secret(Name="secret", SecretString=json.dumps({"master": "m", "typeform": "old"}))
        yield client


def test_a_changed_secret_is_seen_when_asked_for_afresh_and_not_before(manager: Any) -> None:
    secrets = Secrets("secret", manager)
    assert secrets.all()["typeform"] == "old"

    manager.put_secret_value(SecretId="secret", SecretString=json.dumps({"master": "m", "typeform": "new"}))

    assert secrets.all()["typeform"] == "old"
    assert secrets.all(fresh=True)["typeform"] == "new"
    assert secrets.all()["typeform"] == "new"


def test_keys_of_different_purposes_differ(manager: Any) -> None:
    secrets = Secrets("secret", manager)

    assert secrets.key("link") == secrets.key("link") != secrets.key("address")


def test_what_is_no_object_holds_no_connection(manager: Any) -> None:
    manager.put_secret_value(SecretId="secret", SecretString="[]")

    assert Secrets("secret", manager).all() == {}
