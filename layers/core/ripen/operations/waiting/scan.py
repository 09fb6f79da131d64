"""Find all work that waits for an outside system: the rows on the agenda whose last attempt failed."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import batched, product
from typing import Any

from ripen.adapters.table import Row, Table, keys
from ripen.agenda import MAIL_LANES, SHARDS, Lane
from ripen.crm.crm_mark import LONGEST_RETRY
from ripen.journey.webhook_call import LONGEST_PAUSE
from ripen.mail.limits.breaker import Breaker, is_open
from ripen.operations.waiting.wait import Wait, WaitingWork, wait_of, waiting_work

_KINDS = {
    Lane.HOT: ({"due#crm", "alert", "action", "send"}, LONGEST_RETRY),
    Lane.BULK: ({"request", "call", "send", "poll"}, LONGEST_PAUSE + timedelta(minutes=10)),
}
"""The kinds of rows in each lane that call an outside system, and after which time they are tried again at the latest.
Slack may ask for a wait of up to a day."""
_BATCH = 100
_THREADS = 16


def find_waiting(table: Table, now: datetime) -> tuple[WaitingWork, ...]:
    """Return all work that waits, by system and answer.

    Of marketing mail in its own lanes, which may be much, one in each shard is read while SES refuses the account; the
    others are counted.
    """
    row = table.get(keys.BREAKER)
    breaker = row.value if row and is_open(row.value) else None
    with ThreadPoolExecutor(_THREADS) as threads:
        places = list(product(_KINDS, range(SHARDS)))
        found = list(threads.map(lambda place: list(_waits(table, place, now, breaker)), places))
        if breaker:
            mails = product(MAIL_LANES, range(SHARDS))
            found += threads.map(lambda place: list(_mails(table, place, breaker)), mails)
    return waiting_work(wait for waits in found for wait in waits)


def _waits(table: Table, place: tuple[Lane, int], now: datetime, breaker: Breaker | None) -> Iterator[Wait]:
    lane, shard = place
    kinds, longest = _KINDS[lane]
    due = (each.ref for each in table.all_due(lane, shard, now + longest) if keys.kind(each.ref) in kinds)
    for batch in batched(map(keys.parse, due), _BATCH, strict=False):
        rows: Iterable[Row[object] | None] = table.get_many(batch)
        yield from (wait for row in rows if row and (wait := wait_of(row, breaker)))


def _mails(table: Table, place: tuple[Lane, int], breaker: Breaker) -> Iterator[Wait]:
    """Yield the wait of the first mail in the shard, which stands for all that are due before SES is tried again."""
    if breaker.until is None:
        return
    for first in table.due(*place, breaker.until, limit=1):
        row = table.get(keys.parse(first.ref))
        if row and (wait := wait_of(row, breaker)):
            yield replace(wait, count=table.waiting(*place, breaker.until))


def waits_of_lead(rows: Iterable[Row[Any]], table: Table) -> list[Wait]:
    """Return what the lead of these rows waits for, the earliest first."""
    row = table.get(keys.BREAKER)
    found = [wait for each in rows if (wait := wait_of(each, row.value if row else None))]
    return sorted(found, key=lambda wait: wait.since)
