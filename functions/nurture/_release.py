"""Releases marketing mail at the rate that SES allows, by priority. A mail that has to wait stays in the table.

A released mail is not leased: its claim takes it out of its lane, so a second wake-up is harmless. The cursors in
`setting#slots` keep the next ticks from waking it again, and a full look every few minutes finds what was lost.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import replace
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from math import ceil

from msgspec import Struct

from nurture._mail_lines import MailLines
from nurture._shards import Failures
from ripen import ports
from ripen.adapters.table import Conflict, Due, Replace, Row, Table, keys
from ripen.agenda import Ref
from ripen.mail.limits import breaker, send_rate
from ripen.mail.limits.breaker import Breaker
from ripen.mail.limits.send_rate import MailRelease, Quota, Slots

_THREADS = 10
_MAILS_A_WRITE = 1000
"""Mails that are released before the cursors are written again. If the tick dies, so many are woken later."""
_MAILS_A_CALL = 10
"""Messages that SQS takes in one call."""
_SETTLED = timedelta(seconds=5)
"""How old a due time must be. A mail that is written at this moment may not be in the index yet, and a mail before the
cursor would wait for the full look."""


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


class Release(Struct, frozen=True, kw_only=True):
    """What the release of mail needs. `quota` asks SES, and `has_time` whether the tick may go on."""

    table: Table
    clock: ports.Clock
    queue: ports.Wake
    quota: Callable[[], Quota]
    has_time: Callable[[], bool]
    clock_moves: bool = False
    """No message is delayed then, because SQS delays by the wall clock."""


def release(dependencies: Release, urgent: int, failures: Failures) -> Released:
    """Wake the workers of as many mails as there are slots in the next minute, each at its slot.

    `urgent` is the number of transactional mails that were woken just now; they go first. Of two ticks at the same
    time, only one gets the slots.

    1. Find the mails that are due, from the cursors on.
    2. Compute the slots.
    3. Take some mails, by priority and due time; reserve their slots and move the cursors; wake their workers. Repeat.

    The mails that wait are counted at a full look only, because that reads the whole index.
    """
    table, now = dependencies.table, dependencies.clock.now()
    row, breaker_row = table.get_many([keys.SLOTS, keys.BREAKER])
    begun = _begin(row, now)
    with ThreadPoolExecutor(_THREADS) as pool:
        until = now if dependencies.clock_moves else now - _SETTLED
        lines = MailLines(table, begun.cursors, until, pool, failures)
        if not lines.found:
            return Released(0, 0)
        if begun.looked == now:
            begun = replace(begun, waiting=lines.waiting())
        slots = _slots(dependencies.quota, row, breaker_row, urgent, now)
        woken = 0
        while dependencies.has_time() and (mails := lines.take(min(_MAILS_A_WRITE, slots.count - woken))):
            taken = woken + len(mails)
            waiting = max(begun.waiting - taken, lines.found)
            moved = replace(begun, until=slots.at(taken), cursors=lines.cursors, waiting=waiting)
            row = _write(table, row, moved)
            if row is None:
                break
            _wake(mails, slots, woken, now, dependencies, pool)
            woken = taken
        return Released(woken, max(begun.waiting - woken, lines.found))


def _begin(row: Row[MailRelease] | None, now: datetime) -> MailRelease:
    """Return the release as this tick begins it: with its cursors, or without any for a full look."""
    if row and send_rate.continues(row.value, now):
        return row.value
    return MailRelease(until=row.value.until if row else now, looked=now)


def _slots(
    quota: Callable[[], Quota],
    reserved: Row[MailRelease] | None,
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


def _write(table: Table, row: Row[MailRelease] | None, moved: MailRelease) -> Row[MailRelease] | None:
    """Reserve the slots and move the cursors. Return None if another tick has done so since the row was read."""
    version = row.version if row else 0
    try:
        table.write(Replace(keys.SLOTS, moved, version))
    except Conflict:
        return None
    return Row(keys.SLOTS, moved, version + 1)


def _wake(
    mails: Sequence[Due], slots: Slots, number: int, now: datetime, dependencies: Release, pool: ThreadPoolExecutor
) -> None:
    """Wake the workers of the mails, the first of which gets the slot with this number."""
    refs_by_delay: dict[int, list[Ref]] = {}
    for place, due in enumerate(mails, number):
        delay = 0 if dependencies.clock_moves else max(0, ceil((slots.at(place) - now).total_seconds()))
        refs_by_delay.setdefault(delay, []).append(due.ref)

    def wake(call: tuple[int, Sequence[Ref]]) -> None:
        delay, refs = call
        dependencies.queue.wake(*refs, delay=delay)

    calls = [
        (delay, some) for delay, refs in refs_by_delay.items() for some in batched(refs, _MAILS_A_CALL, strict=False)
    ]
    list(pool.map(wake, calls))
