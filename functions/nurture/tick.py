"""nurture.tick: wakes the workers of the rows on the agenda that fall due within the next minute, each at its second.

A lost message, a purged queue or a crashed worker loses nothing: the row stays on the agenda, and a later tick finds it
overdue. Such a row is leased, so that its worker is woken at most once in five minutes, until it has done its work.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from math import ceil
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from msgspec import Struct

from nurture._release import CountingQueue, Release, release
from nurture._shards import Failures
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.queue import Queue
from ripen.adapters.ses.quota import SesQuota
from ripen.adapters.table import Due, Table, keys
from ripen.agenda import LOOK_AHEAD, MAIL_LANES, SHARDS, Lane, Ref, lease_end, part
from ripen.ports import Clock, Wake

_THREADS = 10
"""The number of connections that a boto3 client keeps."""
_LEASE = timedelta(minutes=5)
_LEASES = {"state": timedelta(hours=1)}
"""`ripen reclassify --all` marks all leads at once. If they were woken again while the first messages wait, the queue
would only grow."""
_PATIENCE = timedelta(seconds=30)
"""How long a row that has fallen due is left to the message that was sent for it, by an earlier tick or by its
writer."""
_PAGE = 100
_RESERVE_MILLIS = 10_000
"""Time that the current pages may still take."""
_MAIL_PARTS = frozenset(part(lane, shard) for lane, shard in product(MAIL_LANES, range(SHARDS)))
ALL_PARTS = frozenset(part(lane, shard) for lane, shard in product(Lane, range(SHARDS)))
_FOR_MAIL_MILLIS = 15_000
"""Time that is also kept for the release of mail, so that a backlog of other rows does not delay mail."""


class Place(Struct, frozen=True):
    """Where the tick is in one shard of a lane: after this entry, or at the beginning."""

    lane: Lane
    shard: int
    after: Due | None = None


class _Page(Struct, frozen=True):
    """The rows of a page whose workers are woken, and where the tick goes on; None if the shard is done."""

    rows: list[Due]
    next: Place | None


logger = Logger()
metrics = Metrics()
CLOCK_MOVES = "CLOCK_MOVES" in os.environ
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves=CLOCK_MOVES)
react, react_bulk = Queue(os.environ["REACT_QUEUE"]), Queue(os.environ["REACT_BULK_QUEUE"])
deliver, deliver_bulk = Queue(os.environ["DELIVER_QUEUE"]), Queue(os.environ["DELIVER_BULK_QUEUE"])
advance, sync = Queue(os.environ["ADVANCE_QUEUE"]), Queue(os.environ["SYNC_QUEUE"])
alert, act = Queue(os.environ["ALERT_QUEUE"]), Queue(os.environ["ACT_QUEUE"])
crm_request, call = Queue(os.environ["CRM_QUEUE"]), Queue(os.environ["WEBHOOK_QUEUE"])
beacons, walk = Queue(os.environ["BEACONS_QUEUE"]), Queue(os.environ["WALK_QUEUE"])
poll, refold = Queue(os.environ["POLL_QUEUE"]), Queue(os.environ["REFOLD_QUEUE"])
quota = SesQuota()


class Queues(Struct, frozen=True):
    """The queue that wakes the worker of a row, by the kind and the lane of the row."""

    hot: Mapping[str, Wake]
    bulk: Mapping[str, Wake]
    """For all lanes but the hot one: bulk and the three lanes of mail."""

    def of(self, ref: Ref, lane: Lane) -> Wake | None:
        """Return the queue for the row, None if no worker handles it."""
        return (self.hot if lane is Lane.HOT else self.bulk).get(keys.kind(ref))


_both_lanes = {
    "due#crm": sync,
    "enrollment": advance,
    "alert": alert,
    "action": act,
    "request": crm_request,
    "call": call,
    "join": beacons,
    "poll": poll,
    "refold": refold,
} | dict.fromkeys(("walk", "campaign", "schedule"), walk)
queues = Queues(
    hot={"activity": react, "state": react, "send": deliver} | _both_lanes,
    bulk={"activity": react_bulk, "state": react_bulk, "send": deliver_bulk} | _both_lanes,
)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    return {"woken": run_tick(context, event.get("parts", ALL_PARTS))}


def run_tick(context: Any, parts: Collection[str] = ALL_PARTS) -> int:
    """Wake all due work, then release mail if there is time left. Return how many rows were woken.

    `ripen clock` names the parts of the agenda in which something is due. The others are not read.
    """
    urgent = CountingQueue(queues.hot["send"])
    with_count = replace(queues, hot={**queues.hot, "send": urgent})
    failures = Failures()
    has_time_for_others = partial(has_time, context, _FOR_MAIL_MILLIS)
    woken = tick(table, clock, with_count, CLOCK_MOVES, has_time_for_others, failures, parts)
    if has_time(context) and not _MAIL_PARTS.isdisjoint(parts):
        mail = Release(
            table=table,
            clock=clock,
            queue=queues.bulk["send"],
            quota=quota.read,
            has_time=lambda: has_time(context),
            clock_moves=CLOCK_MOVES,
        )
        released = release(mail, urgent.woken, failures)
        woken += released.woken
        if released.backlog:
            metrics.add_metric(name="MailBacklog", unit=MetricUnit.Count, value=released.backlog)
    failures.raise_any()
    return woken


def has_time(context: Any, kept_millis: int = 0) -> bool:
    return int(context.get_remaining_time_in_millis()) > _RESERVE_MILLIS + kept_millis


def tick(
    table: Table,
    clock: Clock,
    queues: Queues,
    clock_moves: bool,
    has_time: Callable[[], bool],
    failures: Failures,
    parts: Collection[str] = ALL_PARTS,
) -> int:
    """Wake the worker of each row that falls due soon, at its second, or that is overdue. Return how many were woken.

    The shards take turns, a page each, so that a backlog in one shard does not delay the others. Paced mail is left to
    `release`. If the clock can be moved, no message is delayed, and each row that is due is leased and woken at once.
    """

    def wake_page(place: Place) -> tuple[int, Place | None]:
        if not has_time():
            return 0, None
        page = _page(place, table, clock.now(), clock_moves, failures)
        return _wake(page.rows, place.lane, clock, queues), page.next

    nothing: tuple[int, Place | None] = (0, None)
    woken = 0
    lanes = product((Lane.HOT, Lane.BULK), range(SHARDS))
    places = [Place(lane, shard) for lane, shard in lanes if part(lane, shard) in parts]
    with ThreadPoolExecutor(_THREADS) as pool:
        while places:
            pages = list(pool.map(failures.attempt(wake_page, nothing), places))
            woken += sum(count for count, _ in pages)
            places = [next for _, next in pages if next]
    logger.info("ticked", woken=woken)
    return woken


def _page(place: Place, table: Table, now: datetime, clock_moves: bool, failures: Failures) -> _Page:
    """Choose the rows of the next page whose workers are woken.

    1. A row that falls due soon is woken without a lease, which would cost more than the row's own work. Two ticks at
       the same time may both wake its worker, which does no harm.
    2. A row that has just fallen due is left to the message that was sent for it.
    3. An overdue row is leased: of two ticks only one wakes its worker, and no later tick does so for five minutes. If
       another tick got all rows of a page, the shard is left to that tick.
    4. A leased row is overdue as soon as its lease ends, and not woken before: no message was sent for that time.
    """
    patience, ahead = (timedelta(), timedelta()) if clock_moves else (_PATIENCE, LOOK_AHEAD)
    found = table.due(place.lane, place.shard, now + ahead, _PAGE, place.after)
    overdue = [due for due in found if due.at <= now - (timedelta() if due.is_lease else patience)]
    soon = [due for due in found if due.at > now and not due.is_lease]

    def lease(due: Due) -> bool:
        return table.lease(due, lease_end(now, _LEASES.get(keys.kind(due.ref), _LEASE)))

    leased = [due for due in overdue if failures.attempt(lease, otherwise=False)(due)]
    is_more = len(found) == _PAGE and (bool(leased) or len(overdue) < _PAGE)
    return _Page([*leased, *soon], replace(place, after=found[-1]) if is_more else None)


def _wake(rows: list[Due], lane: Lane, clock: Clock, queues: Queues) -> int:
    """Wake the workers of the rows, each at its second. Return how many were woken."""
    now, refs_by_delay = clock.now(), defaultdict[tuple[str, int], list[Ref]](list)
    for due in rows:
        refs_by_delay[keys.kind(due.ref), max(0, ceil((due.at - now).total_seconds()))].append(due.ref)
    woken = 0
    for (kind, delay), refs in refs_by_delay.items():
        queue = queues.of(refs[0], lane)
        if queue is None:
            logger.error("no worker for this kind of row", kind=kind, refs=refs)
            continue
        queue.wake(*refs, delay=delay)
        woken += len(refs)
    return woken
