"""The stack that a command talks to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError

from cli.local.home import Home
from cli.stack.stack import connect, local
from ripen.adapters import aws
from ripen.failure import Failure


class CloudFormation:
    """An account with one stack, which has these outputs."""

    def __init__(self, *outputs: str) -> None:
        self._outputs = [{"OutputKey": name, "OutputValue": name} for name in outputs]

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        return {"Stacks": [{"Outputs": self._outputs} if self._outputs else {}]}


@pytest.mark.parametrize("outputs", [(), ("Bucket",), ("Table", "Bucket", "Secret", "ApiUrl", "Queues")])
def test_stack_without_the_outputs_of_ripen_is_refused(
    outputs: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RIPEN_LOCAL", str(tmp_path))
    monkeypatch.setenv("RIPEN_STACK", "shop")
    monkeypatch.setattr(aws, "client", lambda service: CloudFormation(*outputs))
    with pytest.raises(Failure, match="The stack 'shop' is not a complete stack of Ripen: it has no output ") as failed:
        connect()
    assert failed.value.what.endswith("Tick.")
    assert "--stack" in failed.value.next_step
    assert "スタック 'shop'" in failed.value.in_language("ja")[0]


@pytest.fixture
def no_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Home:
    """A machine without an AWS account, and the folder of its local cloud."""

    def client(service: str) -> Any:
        raise NoCredentialsError

    monkeypatch.setenv("RIPEN_LOCAL", str(tmp_path))
    monkeypatch.setattr(aws, "client", client)
    return Home(tmp_path)


@pytest.mark.parametrize("ask", [connect, local])
def test_stopped_cloud_says_that_its_data_is_kept(ask: Callable[[], object], no_account: Home) -> None:
    no_account.at("aws")
    with pytest.raises(Failure) as failed:
        ask()
    assert failed.value.in_language("en") == (
        "The local cloud is stopped. Its data is kept.",
        "Start it with: make up",
    )
    assert failed.value.in_language("ja") == (
        "ローカルクラウドは停止しています。データは残っています。",
        "起動するには: make up",
    )


@pytest.mark.parametrize("ask", [connect, local])
def test_cloud_that_starts_is_not_called_stopped(ask: Callable[[], object], no_account: Home) -> None:
    no_account.at("aws")
    lock = no_account.take()
    assert lock
    with lock, pytest.raises(Failure, match="starting or stopping"):
        ask()


def test_named_stack_is_looked_for_on_aws_only(no_account: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    no_account.at("aws")
    monkeypatch.setenv("RIPEN_STACK", "shop")
    with pytest.raises(Failure, match="There is no stack 'shop' on AWS"):
        connect()


def test_without_any_cloud_both_ways_to_one_are_named(no_account: Home) -> None:
    with pytest.raises(Failure, match="There is no stack 'ripen' on AWS, and no local cloud runs here"):
        connect()
