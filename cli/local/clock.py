"""Move the local cloud's clock forward, from due time to due time, with a tick at each.

So the outcome equals that of a simulation.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import NamedTuple

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


class Work(NamedTuple):
    """Work that functions have not done yet."""

    running: int = 0
    waiting: int = 0
    """Messages that a function may receive now."""


def walk(stack: Stack, target: datetime, passed: Callable[[timedelta], None]) -> None:
    """Move the clock to `target`. `passed` is called with the time that has passed.

    After a poll of Salesforce, the next one waits until something else has happened: polls at each five minutes, for
    days, would find the same.
    """
    _await_publication(stack)
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


def _await_publication(stack: Stack) -> None:
    """Wait until the published playbook is in force. That goes by the wall clock."""
    row = stack.table.get(keys.LIVE)
    if row and row.value.in_force_from:
        sleep(max(0.0, (row.value.in_force_from - datetime.now(UTC)).total_seconds()))


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
    """Return when no function runs and no message waits for one, or when the waiting messages do not move.

    Messages that are invisible stand for work that failed, which is found on the agenda again.
    """
    before, since = Work(), monotonic()
    while left := work(stack) or work(stack):  # the first look may have waited for the last mail's events
        if left != before or left.running:
            before, since = left, monotonic()
        elif monotonic() - since > _STUCK_SECONDS:
            return
        sleep(_LOOK_SECONDS)


def work(stack: Stack) -> Work | None:
    """Return what the functions still have to do once SES has published its events; None if there is nothing."""
    if not (local := stack.local):
        return None
    web.get(f"{local.mailbox}/_control/settled").raise_for_status()
    found = web.get(f"{local.aws}/_ripen/work").raise_for_status().json()
    names = {url.rpartition("/")[2] for url in stack.queues}
    left = Work(found["running"], sum(count for name, count in found["waiting"].items() if name in names))
    return left if left != Work() else None


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
