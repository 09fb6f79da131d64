"""Move the local cloud's clock forward, from due time to due time, with a tick at each.

So the outcome equals that of a simulation.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

import boto3

from cli.local.web import web
from cli.stack.stack import Stack
from ripen.adapters.table import Create, Replace, keys
from ripen.failure import Failure
from ripen.settings import ClockOffset
from ripen.words import Words

_LOOK_SECONDS = 0.05
_CLOCK_FRESH_SECONDS = 0.06
"""The functions read the offset at most 0.05 seconds late."""
_STUCK_SECONDS = 12.0
"""Longer than a function takes to start when many start at once."""
_MINUTE = timedelta(minutes=1)
_MOST_STOPS = 300
_POLLS = "poll#"

type Due = tuple[datetime, str]
"""A due time, and the partition key of its row."""
type Message = tuple[str, int]
"""The id of a message, and how often it was received."""


def walk(stack: Stack, target: datetime, passed: Callable[[timedelta], None]) -> None:
    """Move the clock to `target`. `passed` is called with the time that has passed.

    After a poll of Salesforce, the next one waits until something else has happened: polls at each five minutes, for
    days, would find the same.
    """
    start = stack.clock.now()
    stops = 0
    drain(stack)
    ticked: datetime | None = None
    due, is_poll = first_due(agenda(stack), target)
    while stop := next_stop(due, ticked, target):
        if stop > _now(stack):
            _set(stack, stop)
        ticked = _now(stack)
        tick(stack)
        drain(stack)
        passed(_now(stack) - start)
        stops += 1
        if stops > _MOST_STOPS:  # some work is retried again and again: stop only at intervals
            _set(stack, min(target, _now(stack) + (target - start) / _MOST_STOPS))
        due, is_poll = first_due(agenda(stack), target, with_polls=not is_poll)
    if _now(stack) < target:
        _set(stack, target)
    passed(target - start)


def next_stop(due: datetime | None, ticked: datetime | None, target: datetime) -> datetime | None:
    """Return when to tick next, given the next due time, or None when everything is done.

    A tick may plan mail that only the next tick releases. Therefore there is a tick at `target`, even if the work took
    longer than the time that was to pass.
    """
    if due is None or ticked is None or due > ticked:
        return due
    return min(target, ticked + _MINUTE) if ticked < target else None


def tick(stack: Stack) -> None:
    """Do what the schedule does each minute."""
    answer = boto3.client("lambda").invoke(FunctionName=stack.tick, Payload=b"{}")
    if "FunctionError" in answer:
        error = answer["Payload"].read().decode()
        raise Failure(
            Words(f"The tick failed: {error}", f"tick が失敗しました: {error}"),
            Words("Read the logs in .local/logs.", ".local/logs のログを確かめてください。"),
        )


def drain(stack: Stack) -> None:
    """Return when all queues are empty, or when the messages left in them do not move.

    Those stand for work that failed, which is found on the agenda again.
    """
    before, since = set[Message](), monotonic()
    while left := waiting(stack) or waiting(stack):  # the first look may have waited for the last mail's events
        if left != before:
            before, since = left, monotonic()
        elif monotonic() - since > _STUCK_SECONDS:
            return
        sleep(_LOOK_SECONDS)


def waiting(stack: Stack) -> set[Message]:
    """Return all messages in the queues, visible, delayed or in flight, once SES has published its events.

    The emulator lists them in one answer. SQS's own API would have to be asked for each queue.
    """
    if not (local := stack.local):
        return set()
    names = {url.rpartition("/")[2] for url in stack.queues}
    web.get(f"{local.mailbox}/_control/settled").raise_for_status()
    messages_by_region = web.get(f"{local.aws}/_ministack/sqs/messages").raise_for_status().json()["messages"]
    queues = [queue for regions in messages_by_region.values() for found in regions.values() for queue in found.items()]
    return {
        (message["MessageId"], message["ReceiveCount"])
        for url, messages in queues
        if url.rpartition("/")[2] in names
        for message in messages
    }


def first_due(rows: Iterable[Due], until: datetime, with_polls: bool = True) -> tuple[datetime | None, bool]:
    """Return the next due time on the agenda, if it is by then, and whether the row is only a poll of Salesforce."""
    wanted = ((at, pk.startswith(_POLLS)) for at, pk in rows if with_polls or not pk.startswith(_POLLS))
    at, is_poll = min(wanted, default=(None, False))
    return (at, is_poll) if at and at <= until else (None, False)


def agenda(stack: Stack) -> Iterator[Due]:
    """Yield every row of the agenda.

    The index is read in one scan: hundreds of queries for its shards would take the emulator a second at each stop.
    """
    outputs = stack.local.stack if stack.local else {}
    pages = (
        boto3.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=outputs["Table"], IndexName="agenda", ProjectionExpression="pk, due")
    )
    for page in pages:
        for item in page["Items"]:
            yield datetime.fromtimestamp(int(item["due"]["N"]) / 1000, UTC), item["pk"]["S"]


def _set(stack: Stack, now: datetime) -> None:
    row = stack.table.get(keys.CLOCK)
    offset = ClockOffset(seconds=(now - datetime.now(UTC)).total_seconds())
    stack.table.write(Replace(keys.CLOCK, offset, row.version) if row else Create(keys.CLOCK, offset))
    sleep(_CLOCK_FRESH_SECONDS)


def _now(stack: Stack) -> datetime:
    row = stack.table.get(keys.CLOCK)
    return datetime.now(UTC) + timedelta(seconds=row.value.seconds if row else 0)
