"""Lets time pass on the local cloud: from due time to due time, ticking and draining at each, so that what is lived equals
what is simulated."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any

import boto3

from cli.failure import Failure
from cli.stack import Stack
from ripen.adapters.table import Create, Replace, keys
from ripen.setting import ClockOffset

_LOOK_SECONDS = 0.15
_CLOCK_FRESH_SECONDS = 0.25
"""The functions read the offset at most 0.2 s late."""
_STUCK_SECONDS = 6.0
_MINUTE = timedelta(minutes=1)
_MOST_STOPS = 300
_VISIBLE = "ApproximateNumberOfMessages"
_COUNTS = (_VISIBLE, "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")


def walk(stack: Stack, target: datetime, passed: Callable[[timedelta], None]) -> None:
    """Move the clock to `target`. `passed` is told how far it has come."""
    start = stack.clock.now()
    stops = 0
    drain(stack)
    ticked: datetime | None = None
    while (due := earliest(stack, target)) is not None:
        if ticked and due <= ticked:  # it had its turn and found no place: mail is released minute by minute
            due = min(target, ticked + _MINUTE)
        if due > _now(stack):
            _set(stack, due)
        ticked = _now(stack)
        tick(stack)
        drain(stack)
        passed(_now(stack) - start)
        stops += 1
        if stops > _MOST_STOPS:  # something is tried again and again: look only now and then
            _set(stack, min(target, _now(stack) + (target - start) / _MOST_STOPS))
        if _now(stack) >= target:
            break
    if _now(stack) < target:
        _set(stack, target)
    passed(target - start)


def tick(stack: Stack) -> None:
    """What the schedule does each minute."""
    answer = boto3.client("lambda").invoke(FunctionName=stack.tick, Payload=b"{}")
    if "FunctionError" in answer:
        raise Failure(f"The tick failed: {answer['Payload'].read().decode()}", "See the logs in .local/logs")


def drain(stack: Stack) -> None:
    """Returns when all queues are empty, or when what is left in them does not move: work that failed and will be found on
    the agenda again."""
    client: Any = boto3.client("sqs")
    before, since, empty = -1, monotonic(), 0
    while empty < 2:
        counts = [
            client.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS))["Attributes"]
            for url in stack.queues
        ]
        waiting = sum(int(count[name]) for count in counts for name in _COUNTS)
        empty = empty + 1 if waiting == 0 else 0
        if waiting != before:
            before, since = waiting, monotonic()
        elif waiting and monotonic() - since > _STUCK_SECONDS:
            return
        sleep(_LOOK_SECONDS)


def earliest(stack: Stack, until: datetime) -> datetime | None:
    """When the next row of the agenda falls due, if it does by then. All of the index is read at once: hundreds of questions to
    its shards would take the emulator a second at each stop."""
    outputs = stack.local.stack if stack.local else {}
    pages = (
        boto3.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=outputs["Table"], IndexName="agenda", ProjectionExpression="due")
    )
    first = min((int(item["due"]["N"]) for page in pages for item in page["Items"]), default=None)
    due = None if first is None else datetime.fromtimestamp(first / 1000, UTC)
    return due if due and due <= until else None


def _set(stack: Stack, now: datetime) -> None:
    row = stack.table.get(keys.CLOCK)
    offset = ClockOffset(seconds=(now - datetime.now(UTC)).total_seconds())
    stack.table.write(Replace(keys.CLOCK, offset, row.version) if row else Create(keys.CLOCK, offset))
    sleep(_CLOCK_FRESH_SECONDS)


def _now(stack: Stack) -> datetime:
    row = stack.table.get(keys.CLOCK)
    return datetime.now(UTC) + timedelta(seconds=row.value.seconds if row else 0)
