"""ripen redrive: what workers gave up goes back to its queue, and what is late on the agenda is listed."""

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest

from cli.commands import redrive as command
from cli.stack.stack import Stack
from ripen.adapters.table import Create, Table, keys
from ripen.agenda import Lane
from ripen.lead.state import State
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack


@pytest.fixture
def sqs(dynamodb: Any) -> Any:
    return boto3.client("sqs")


@pytest.fixture
def react(sqs: Any) -> tuple[str, str]:
    """A queue and its dead-letter queue."""
    dead = sqs.create_queue(QueueName="ReactDead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
    return sqs.create_queue(QueueName="React", Attributes={"RedrivePolicy": policy})["QueueUrl"], dead


@pytest.fixture
def stack(table: Table, clock: FakeClock, react: tuple[str, str], sqs: Any, monkeypatch: pytest.MonkeyPatch) -> Stack:
    plain = sqs.create_queue(QueueName="Plain")["QueueUrl"]
    stack = a_stack(table, clock, queues=(react[0], plain))
    monkeypatch.setattr(command, "connect", lambda: stack)
    return stack


def bodies(sqs: Any, url: str) -> list[str]:
    found: list[str] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [message["Body"] for message in messages]
    return sorted(found)


def test_what_was_given_up_goes_back_and_is_counted(
    stack: Stack, sqs: Any, react: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    for n in range(12):
        sqs.send_message(QueueUrl=react[1], MessageBody=f"row {n:02}")
    command.redrive(dry_run=False, as_json=True)
    assert json.loads(capsys.readouterr().out) == {"failed": {"React": 12}, "moved": {"React": 12}, "overdue": []}
    assert bodies(sqs, react[0]) == [f"row {n:02}" for n in range(12)]
    assert bodies(sqs, react[1]) == []


def test_counting_alone_moves_nothing(stack: Stack, sqs: Any, react: tuple[str, str]) -> None:
    sqs.send_message(QueueUrl=react[1], MessageBody="row")
    command.redrive(dry_run=True, as_json=False)
    assert bodies(sqs, react[1]) == ["row"]


def test_what_is_late_is_named_and_what_is_just_due_is_not(
    stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    for lead, minutes in (("lead1", 16), ("lead2", 14)):
        due = NOON - timedelta(minutes=minutes)
        table.write(Create(keys.state(lead), State(lead=lead), due=due, lane=Lane.BULK))
    command.redrive(dry_run=True, as_json=False)
    out = capsys.readouterr().out
    assert "1 state" in out
    assert "lead#lead1|state" in out
    assert "lead2" not in out


@pytest.mark.usefixtures("japanese")
def test_redrive_speaks_japanese(stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    due = NOON - timedelta(hours=1)
    table.write(Create(keys.state("lead1"), State(lead="lead1"), due=due, lane=Lane.BULK))
    command.redrive(dry_run=True, as_json=False)
    shown = capsys.readouterr().out
    assert "デッドレターキューは空です" in shown
    assert "期限を過ぎた処理: 1 件" in shown
