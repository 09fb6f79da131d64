"""Releases marketing mail at the rate that SES allows, by priority. A mail that has to wait stays in the table."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from math import ceil

from msgspec import Struct

from nurture._shards import Failures
from ripen import ports
from ripen.adapters.table import Conflict, Due, Replace, Row, Table, keys
from ripen.agenda import MAIL_LANES, SHARDS, Lane, Ref
from ripen.mail import breaker, send_rate
from ripen.mail.breaker import Breaker
from ripen.mail.send_rate import Quota, ReservedSlots, Slots

LaneShard = tuple[Lane, int]
"""A lane of the agenda, and one of its shards."""

_THREADS = 10
_LEASE = timedelta(minutes=5)


@dataclass
class CountingQueue:
    """A queue that counts the rows whose workers it wakes."""

    queue: ports.Wake
    woken: int = 0

    def wake(self, *refs: Ref, delay: int = 0) -> None:
        self.queue.wake(*refs, delay=delay)
        self.woken += len(refs)


class Released(Struct, frozen=True):
    """How many mails were released, and how many are due without a slot."""

    woken: int
    backlog: int


def release(
    table: Table,
    clock: ports.Clock,
    queue: ports.Wake,
    ahead: timedelta,
    quota: Callable[[], Quota],
    urgent: int,
    failures: Failures,
) -> Released:
    """Wake the workers of as many mails as there are slots in the next minute, each at its slot.

    `urgent` is the number of transactional mails that were woken just now; they go first. Without `ahead`, all mails
    are woken at once. Of two ticks at the same time, only one gets the slots.

    1. Find the shards in which a mail is due.
    2. Compute the slots, and take as many mails, by priority and due time.
    3. Reserve the slots, lease the mails and wake their workers.
    4. If the slots do not suffice, count the mails that wait.
    """
    now = clock.now()
    with ThreadPoolExecutor(_THREADS) as pool:
        shards = _due_shards(table, now + ahead, pool, failures)
        if not shards:
            return Released(0, 0)
        reserved, breaker_row = table.get_many([keys.SLOTS, keys.BREAKER])
        slots = _slots(quota, reserved, breaker_row, urgent, now)
        taken = _first(table, shards, slots.count, now + ahead, pool, failures)
        last, woken = slots.at(len(taken)), 0
        if taken and _reserve(table, reserved, last):
            leased = _leased(table, taken, max(now, last), pool, failures)
            woken = _wake(leased, slots, now, ahead, queue)
        backlog = _waiting(table, shards, now, pool, failures) if len(taken) >= slots.count else 0
    return Released(woken, backlog)


def _due_shards(table: Table, until: datetime, pool: ThreadPoolExecutor, failures: Failures) -> list[LaneShard]:
    """Return the shards in which a mail is due by then."""

    def is_due(shard: LaneShard) -> bool:
        return bool(table.due(*shard, until, limit=1))

    every = list(product(MAIL_LANES, range(SHARDS)))
    due = pool.map(failures.attempt(is_due, otherwise=False), every)
    return [shard for shard, has_mail in zip(every, due, strict=True) if has_mail]


def _leased(table: Table, taken: list[Due], until: datetime, pool: ThreadPoolExecutor, failures: Failures) -> list[Due]:
    """Lease these mails, and return those that this call got."""

    def lease(due: Due) -> bool:
        return table.lease(due, max(due.at, until) + _LEASE)

    leased = pool.map(failures.attempt(lease, otherwise=False), taken)
    return [due for due, ours in zip(taken, leased, strict=True) if ours]


def _waiting(table: Table, shards: list[LaneShard], now: datetime, pool: ThreadPoolExecutor, failures: Failures) -> int:
    """Return how many mails are due in these shards."""

    def waiting(shard: LaneShard) -> int:
        return table.waiting(*shard, now)

    return sum(pool.map(failures.attempt(waiting, 0), shards))


def _slots(
    quota: Callable[[], Quota],
    reserved: Row[ReservedSlots] | None,
    row: Row[Breaker] | None,
    urgent: int,
    now: datetime,
) -> Slots:
    """Return the slots of the next minute: none while the breaker is open, and then one for the mail that probes."""
    if row and breaker.blocked_until(row.value, now):
        return send_rate.NO_SLOTS
    if row and breaker.is_open(row.value):
        return Slots(now, 1, 1)
    return send_rate.free_slots(quota(), reserved.value.until if reserved else None, urgent, now)


def _first(
    table: Table,
    shards: Iterable[LaneShard],
    most: int,
    until: datetime,
    pool: ThreadPoolExecutor,
    failures: Failures,
) -> list[Due]:
    """Return the first mails, by priority and then by due time."""
    taken: list[Due] = []
    for lane in MAIL_LANES:
        left = most - len(taken)
        if left > 0:
            numbers = [number for each, number in shards if each is lane]
            first = failures.attempt(partial(table.due, lane, until=until, limit=left), list[Due]())
            found = pool.map(first, numbers)
            taken += sorted((due for some in found for due in some), key=lambda due: due.at)[:left]
    return taken


def _reserve(table: Table, reserved: Row[ReservedSlots] | None, until: datetime) -> bool:
    """Reserve the slots up to this time. Return False if another tick has reserved some."""
    try:
        table.write(Replace(keys.SLOTS, ReservedSlots(until=until), reserved.version if reserved else 0))
    except Conflict:
        return False
    return True


def _wake(leased: list[Due], slots: Slots, now: datetime, ahead: timedelta, queue: ports.Wake) -> int:
    """Wake the workers of the leased mails, each at its slot. Return how many were woken."""
    refs_by_delay: dict[int, list[Ref]] = {}
    for number, due in enumerate(leased):
        delay = ceil((max(slots.at(number), due.at) - now).total_seconds()) if ahead else 0
        refs_by_delay.setdefault(max(0, delay), []).append(due.ref)
    for delay, refs in refs_by_delay.items():
        queue.wake(*refs, delay=delay)
    return len(leased)
