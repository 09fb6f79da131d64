"""nurture.tick: each minute, takes whatever is due from the agenda and wakes its worker.

A lost message, a purged queue or a crashed worker loses nothing: the row is still due, and after its lease it is woken
again.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import replace
from datetime import timedelta
from itertools import product
from math import ceil
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from msgspec import Struct

from nurture._release import Counted, release
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.queue import Queue
from ripen.adapters.ses.quota import SesQuota
from ripen.adapters.table import Due, Table, keys
from ripen.agenda import SHARDS, Lane, Ref
from ripen.ports import Clock, Wake

Place = tuple[Lane, int]
"""A lane and a shard of it."""

_THREADS = 10
"""As many connections as a boto3 client keeps."""
_LEASE = timedelta(minutes=5)
_LEASES = {"due#refold": timedelta(hours=1)}
"""Where a new playbook marks all leads at once: bells rung again while the first ones wait would only make the queue longer."""
_AHEAD = timedelta(seconds=60)
_PAGE = 100
_RESERVE_MILLIS = 10_000
"""What the pages under way may still take."""
_FOR_MAIL_MILLIS = 15_000
"""Kept besides for the mail: however much else is due, its minute is not left out."""

logger = Logger()
metrics = Metrics()
MOVES = "CLOCK_MOVES" in os.environ
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves=MOVES)
react, react_bulk = Queue(os.environ["REACT_QUEUE"]), Queue(os.environ["REACT_BULK_QUEUE"])
deliver, deliver_bulk = Queue(os.environ["DELIVER_QUEUE"]), Queue(os.environ["DELIVER_BULK_QUEUE"])
advance, sync = Queue(os.environ["ADVANCE_QUEUE"]), Queue(os.environ["SYNC_QUEUE"])
alert, act = Queue(os.environ["ALERT_QUEUE"]), Queue(os.environ["ACT_QUEUE"])
crm_request, call = Queue(os.environ["CRM_QUEUE"]), Queue(os.environ["WEBHOOK_QUEUE"])
track, walk = Queue(os.environ["BEACONS_QUEUE"]), Queue(os.environ["WALK_QUEUE"])
members = Queue(os.environ["POLL_QUEUE"])
quota = SesQuota()


class Queues(Struct, frozen=True):
    """Who is woken for a row, by its kind and its lane."""

    hot: Mapping[str, Wake]
    bulk: Mapping[str, Wake]

    def of(self, ref: Ref, lane: Lane) -> Wake | None:
        return (self.hot if lane is Lane.HOT else self.bulk).get(keys.kind(ref))


_either = {
    "due#crm": sync,
    "enrollment": advance,
    "alert": alert,
    "action": act,
    "request": crm_request,
    "call": call,
    "join": track,
    "poll": members,
} | dict.fromkeys(("walk", "campaign", "schedule"), walk)
queues = Queues(
    hot={"activity": react, "due#decay": react, "due#refold": react, "send": deliver} | _either,
    bulk={"activity": react_bulk, "due#decay": react_bulk, "due#refold": react_bulk, "send": deliver_bulk} | _either,
)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    ahead = timedelta() if MOVES else _AHEAD
    urgent = Counted(queues.hot["send"])
    counting = replace(queues, hot={**queues.hot, "send": urgent})
    woken = tick(table, clock, counting, ahead, lambda: has_time(context, _FOR_MAIL_MILLIS))
    if not has_time(context):
        return {"woken": woken}
    released = release(table, clock, queues.bulk["send"], ahead, quota.read, urgent.woken)
    if released.backlog:
        metrics.add_metric(name="MailBacklog", unit=MetricUnit.Count, value=released.backlog)
    return {"woken": woken + released.woken}


def has_time(context: Any, besides: int = 0) -> bool:
    return int(context.get_remaining_time_in_millis()) > _RESERVE_MILLIS + besides


def tick(table: Table, clock: Clock, queues: Queues, ahead: timedelta, goes_on: Callable[[], bool]) -> int:
    """Wakes the worker of everything due within `ahead`, at its second, but for paced mail; returns how many rows were woken.

    Each row is leased first, so that of two ticks at once only one wakes it, and nobody else does for five minutes. All
    shards take turns, a page each: a backlog in some of them does not keep the others from their second.
    """

    def sweep(place: Place) -> tuple[int, bool]:
        if not goes_on():
            return 0, False
        leased, is_more = _leased(place, table, clock, ahead)
        return _wake(leased, place[0], clock, queues), is_more

    woken, places = 0, list[Place](product((Lane.HOT, Lane.BULK), range(SHARDS)))
    with ThreadPoolExecutor(_THREADS) as pool:
        while places:
            swept = list(pool.map(sweep, places))
            woken += sum(count for count, _ in swept)
            places = [place for place, (_, is_more) in zip(places, swept, strict=True) if is_more]
    logger.info("ticked", woken=woken)
    return woken


def _leased(place: Place, table: Table, clock: Clock, ahead: timedelta) -> tuple[list[Due], bool]:
    """What this call has leased of the next page, and whether there may be more: nothing is where others take it all."""
    now = clock.now()
    found = table.due(*place, now + ahead, _PAGE)
    leased = [due for due in found if table.lease(due, max(now, due.at) + _LEASES.get(keys.kind(due.ref), _LEASE))]
    return leased, len(found) == _PAGE and bool(leased)


def _wake(leased: list[Due], lane: Lane, clock: Clock, queues: Queues) -> int:
    now, refs_by_delay = clock.now(), defaultdict[tuple[str, int], list[Ref]](list)
    for due in leased:
        refs_by_delay[keys.kind(due.ref), max(0, ceil((due.at - now).total_seconds()))].append(due.ref)
    woken = 0
    for (kind, delay), refs in refs_by_delay.items():
        queue = queues.of(refs[0], lane)
        if queue is None:
            logger.error("nobody to wake", kind=kind, refs=refs)
            continue
        queue.wake(*refs, delay=delay)
        woken += len(refs)
    return woken
