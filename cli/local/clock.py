"""Move the local cloud's clock forward, from due time to due time, with a tick at each.

So the outcome equals that of a simulation.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from time import monotonic, sleep
from typing import Any, NamedTuple

import boto3

from cli.local.stops import Entry, Lateness, next_stop, parts, without_standing_polls
from cli.local.web import web
from cli.stack.stack import Stack
from ripen.adapters.table import Create, Replace, keys
from ripen.adapters.table.rows import parse_due
from ripen.failure import Failure
from ripen.settings import ClockOffset
from ripen.words import Words

_LOOK_SECONDS = 0.05
_CLOCK_FRESH_SECONDS = 0.06
"""The functions read the offset at most 0.05 seconds late."""
_STUCK_SECONDS = 12.0
"""Longer than a function takes to start when many start at once."""


class Work(NamedTuple):
    """Work that functions have not done yet."""

    running: int = 0
    waiting: int = 0
    """Messages that a function may receive now."""


def walk(stack: Stack, target: datetime, passed: Callable[[timedelta], None]) -> None:
    """Move the clock to `target`. `passed` is called with the time that has passed.

    After a poll of Salesforce, the next one waits until something else has happened: polls at each five minutes, for
    days, would find the same. People and opportunities are polled once.
    """
    _await_publication(stack)
    start, stops, with_polls, polled = stack.clock.now(), 0, True, False
    ticked: datetime | None = None
    drain(stack)
    while True:
        entries = without_standing_polls(agenda(stack)) if polled else list(agenda(stack))
        lateness = Lateness.after(stops, target - start)
        stop = next_stop(entries, ticked, target, lateness, with_polls=with_polls)
        if stop is None:
            break
        if stop.at > _now(stack):
            _set(stack, stop.at)
        ticked = _now(stack)
        tick(stack, parts(entries, ticked))
        drain(stack)
        passed(_now(stack) - start)
        stops, with_polls, polled = stops + 1, not stop.is_poll, polled or stop.is_poll
    if _now(stack) < target:
        _set(stack, target)
    passed(target - start)


def _await_publication(stack: Stack) -> None:
    """Wait until the published playbook is in force. That goes by the wall clock."""
    row = stack.table.get(keys.LIVE)
    if row and row.value.in_force_from:
        sleep(max(0.0, (row.value.in_force_from - datetime.now(UTC)).total_seconds()))


def tick(stack: Stack, parts: list[str]) -> None:
    """Do what the schedule does each minute, in these parts of the agenda only: all are 320 queries."""
    answer = _client("lambda").invoke(FunctionName=stack.tick, Payload=json.dumps({"parts": parts}))
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


def agenda(stack: Stack) -> Iterator[Entry]:
    """Yield every row of the agenda.

    The index is read in one scan: hundreds of queries for its parts would take the emulator a second at each stop.
    """
    outputs = stack.local.stack if stack.local else {}
    scan = _client("dynamodb").get_paginator("scan")
    pages = scan.paginate(TableName=outputs["Table"], IndexName="agenda")
    for page in pages:
        for item in page["Items"]:
            yield Entry(parse_due(item), item["agenda"]["S"])


@cache
def _client(service: str) -> Any:
    """Return the client: to make a new one at each stop would take 20 ms."""
    return boto3.client(service)


def _set(stack: Stack, now: datetime) -> None:
    row = stack.table.get(keys.CLOCK)
    offset = ClockOffset(seconds=(now - datetime.now(UTC)).total_seconds())
    stack.table.write(Replace(keys.CLOCK, offset, row.version) if row else Create(keys.CLOCK, offset))
    sleep(_CLOCK_FRESH_SECONDS)


def _now(stack: Stack) -> datetime:
    row = stack.table.get(keys.CLOCK)
    return datetime.now(UTC) + timedelta(seconds=row.value.seconds if row else 0)
