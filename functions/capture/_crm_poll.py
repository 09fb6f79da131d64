"""The loop that the polls of the CRM share: read what has changed since the row's cursor, while there is time."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import batched
from typing import Protocol

from aws_lambda_powertools import Logger
from msgspec.structs import replace

from ripen.adapters.rows.shadow import in_shadow
from ripen.adapters.table import Conflict, Key, Replace, Table, keys
from ripen.agenda import Lane
from ripen.crm.call_gate import is_tight
from ripen.crm.incoming.opt_out import OptOutPoll
from ripen.crm.incoming.polling import POLL_INTERVAL, SLOW_INTERVAL, Poll, Position, poll_wait
from ripen.errors import Undeliverable
from ripen.ports import Clock

logger = Logger(child=True)

_AT_ONCE = 100
"""The records that are recorded between two positions."""


class Change(Protocol):
    """A record of the CRM, as it was after its latest change."""

    @property
    def id(self) -> str: ...

    @property
    def changed(self) -> datetime: ...


def run_poll[P: Poll](
    key: Key[P],
    read: Callable[[P, datetime], Iterator[P]],
    table: Table,
    clock: Clock,
    has_time: Callable[[], bool],
    is_needed: Callable[[P], bool] = lambda poll: True,
) -> None:
    """Poll the CRM if the row is due, and put the next poll on the agenda.

    `read` processes one page after the other and yields the row with its cursor behind that page. In shadow mode
    nothing is read. A poll that is not needed leaves the agenda.
    """
    row = table.get(key)
    if row is None or row.due is None:
        return
    now = clock.now()
    after, due = _answered(row.value), now + POLL_INTERVAL
    if is_needed(after) and not in_shadow(table):
        after, due = _read(row.value, read, now + _interval(row.value, table, now), now, has_time)
    with suppress(Conflict):  # a playbook was published, or another worker has polled
        table.write(Replace(key, after, row.version, due=due if is_needed(after) else None, lane=Lane.BULK))


def _read[P: Poll](
    poll: P,
    read: Callable[[P, datetime], Iterator[P]],
    following: datetime,
    now: datetime,
    has_time: Callable[[], bool],
) -> tuple[P, datetime]:
    """Return the row with the cursor that was reached, and when the next poll is due: at once where time ran out.

    `following` is when it is due after a poll that has read everything.
    """
    reached = poll
    try:
        for reached in read(poll, now):
            if not has_time():
                return _answered(reached), now
    except Undeliverable as failure:
        logger.warning("the CRM cannot be polled", poll=type(poll).__name__, reason=failure.reason)
        since = poll.failing_since or now
        failed = replace(reached, attempts=poll.attempts + 1, failing_since=since, error=failure.reason)
        return failed, now + poll_wait(poll.attempts, failure)
    return _answered(reached), following


def _interval(poll: Poll, table: Table, now: datetime) -> timedelta:
    """Return the pause before the next poll: longer while few of the day's calls are left, but not for opt-outs."""
    gate = None if isinstance(poll, OptOutPoll) else table.get(keys.CRM_GATE)
    return SLOW_INTERVAL if gate and is_tight(gate.value, now) else POLL_INTERVAL


def _answered[P: Poll](poll: P) -> P:
    """Return the row of a poll whose last attempt did not fail."""
    return replace(poll, attempts=0, failing_since=None, error="")


def read_changes[P: Poll, C: Change](
    poll: P, pages: Iterator[list[C]], record: Callable[[Sequence[C]], object], now: datetime
) -> Iterator[P]:
    """Record the pages of a round, up to 100 records at a time, and yield the row after each time and after the round.

    The pages must start after the row's position.
    """
    poll = replace(poll, began=poll.began or now)
    for page in pages:
        for some in batched(page, _AT_ONCE, strict=False):
            record(some)
            poll = replace(poll, position=Position(some[-1].changed, some[-1].id))
            yield poll
    yield replace(poll, since=poll.began, began=None, position=None)
