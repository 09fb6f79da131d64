"""Releases marketing mail at the rate that SES allows, by priority; what has to wait stays in the table, visible."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from math import ceil

from msgspec import Struct

from ripen import ports
from ripen.adapters.table import Conflict, Due, Replace, Row, Table, keys
from ripen.agenda import MAIL_LANES, SHARDS, Lane, Ref
from ripen.mail import breaker, send_rate
from ripen.mail.breaker import Breaker
from ripen.mail.send_rate import Quota, ReservedSlots, Slots

Line = tuple[Lane, int]
"""A lane and a shard of it."""

_THREADS = 10
_LEASE = timedelta(minutes=5)


@dataclass
class Counted:
    """A bell that counts whom it wakes."""

    queue: ports.Wake
    woken: int = 0

    def wake(self, *refs: Ref, delay: int = 0) -> None:
        self.queue.wake(*refs, delay=delay)
        self.woken += len(refs)


class Released(Struct, frozen=True):
    woken: int
    backlog: int
    """What is due and found no place."""


def release(
    table: Table, clock: ports.Clock, queue: ports.Wake, ahead: timedelta, quota: Callable[[], Quota], urgent: int
) -> Released:
    """Wakes as many as there are places in the next minute, each at its place; without `ahead`, as many at once.

    `urgent` mails were woken just now and go first. Of two ticks at once one gets the places.
    """
    now = clock.now()

    def is_due(line: Line) -> bool:
        return bool(table.due(*line, now + ahead, limit=1))

    def lease(due: Due) -> bool:
        return table.lease(due, max(now, due.at, last) + _LEASE)

    def waiting(line: Line) -> int:
        return table.waiting(*line, now)

    with ThreadPoolExecutor(_THREADS) as pool:
        every = list(product(MAIL_LANES, range(SHARDS)))
        lines = [line for line, due in zip(every, pool.map(is_due, every), strict=True) if due]
        if not lines:
            return Released(0, 0)
        given, fuse = table.get_many([keys.SLOTS, keys.BREAKER])
        places = _places(quota, given, fuse, urgent, now)
        taken = _first(table, lines, places.count, now + ahead, pool)
        last, woken = places.at(len(taken)), 0
        if taken and _reserved(table, given, last):
            leased = [due for due, ours in zip(taken, pool.map(lease, taken), strict=True) if ours]
            woken = _wake(leased, places, now, ahead, queue)
        backlog = sum(pool.map(waiting, lines)) if len(taken) >= places.count else 0
    return Released(woken, backlog)


def _places(
    quota: Callable[[], Quota], given: Row[ReservedSlots] | None, row: Row[Breaker] | None, urgent: int, now: datetime
) -> Slots:
    if row and breaker.blocked_until(row.value, now):
        return send_rate.NO_SLOTS
    if row and breaker.is_open(row.value):
        return Slots(now, 1, 1)  # the one that tries for all
    return send_rate.free_slots(quota(), given.value.until if given else None, urgent, now)


def _first(table: Table, lines: Iterable[Line], most: int, until: datetime, pool: ThreadPoolExecutor) -> list[Due]:
    """The first of them by priority, and by due time within one."""
    taken: list[Due] = []
    for lane in MAIL_LANES:
        left = most - len(taken)
        if left > 0:
            shards = [shard for each, shard in lines if each is lane]
            found = pool.map(partial(table.due, lane, until=until, limit=left), shards)
            taken += sorted((due for some in found for due in some), key=lambda due: due.at)[:left]
    return taken


def _reserved(table: Table, given: Row[ReservedSlots] | None, until: datetime) -> bool:
    try:
        table.write(Replace(keys.SLOTS, ReservedSlots(until=until), given.version if given else 0))
    except Conflict:
        return False
    return True


def _wake(leased: list[Due], places: Slots, now: datetime, ahead: timedelta, queue: ports.Wake) -> int:
    refs_by_delay: dict[int, list[Ref]] = {}
    for number, due in enumerate(leased):
        delay = ceil((max(places.at(number), due.at) - now).total_seconds()) if ahead else 0
        refs_by_delay.setdefault(max(0, delay), []).append(due.ref)
    for delay, refs in refs_by_delay.items():
        queue.wake(*refs, delay=delay)
    return len(leased)
