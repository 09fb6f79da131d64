"""The agenda: every row that must be worked on later has a due time, a lane and a shard.

The hot lane is for work that a person waits for (a form just filled in); the bulk lane is for work that may wait behind
it (mass mail, beacons, imports). functions/nurture/tick.py maps each kind of row to the worker that it wakes.

The writer of a row that is due within 15 minutes wakes the worker itself, with a delayed message. The tick finds such a
row only if the message was lost (wake_up). The tick leases no row but an overdue one, because a lease costs more than
a message.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from zlib import crc32

from msgspec import Struct

SHARDS = 64
"""Never change this number: rows in shards that are no longer read would be lost."""

Ref = NewType("Ref", str)
"""The key of one row as text; a wake-up message carries it. Only ripen.adapters.table.keys builds and parses it."""


class Lane(StrEnum):
    """A class of work on the agenda; each lane is read and woken separately."""

    HOT = "hot"
    BULK = "bulk"
    MAIL_HIGH = "mail-high"
    MAIL = "mail"
    MAIL_LOW = "mail-low"


MAIL_LANES = (Lane.MAIL_HIGH, Lane.MAIL, Lane.MAIL_LOW)
"""Lanes of marketing mail, released by priority at the rate of SES, so their rows may be overdue. Rows of the other
lanes are woken when they fall due."""


_LEASE_MICROSECOND = 999_000
"""By this fraction of a second the tick knows the end of a lease. One other due time in a thousand has the same: the
tick wakes its worker up to a minute late, with a lease, and nothing is lost."""


class Due(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One entry of the agenda: a row, and when it is due."""

    ref: Ref
    at: datetime

    @property
    def is_lease(self) -> bool:
        """Whether the due time is the end of a lease."""
        return self.at.microsecond == _LEASE_MICROSECOND


def lease_end(now: datetime, length: timedelta) -> datetime:
    """Return the due time of a row that is leased now.

    The lease is up to a second shorter than `length`: it has ended when the tick comes after that time.
    """
    return (now + length - timedelta(seconds=1)).replace(microsecond=_LEASE_MICROSECOND)


def part(lane: Lane, shard: int) -> str:
    """Return the name of one shard of a lane: the key of that part of the index `agenda`."""
    return f"{lane}#{shard}"


def shard(lead: str) -> int:
    """Return the shard of a lead, 0 to 63; it is the same at all times and on all machines."""
    return crc32(lead.encode()) % SHARDS


LOOK_AHEAD = timedelta(seconds=65)
"""How far ahead the tick looks, to wake each worker at its second. It comes every minute; in the other seconds two
ticks wake the same worker, so that no row is missed if a tick comes a little later."""
GRACE = LOOK_AHEAD + timedelta(seconds=30)
"""How much later than its time a row is due for the tick if its writer sends the message: the tick does not look ahead
to it, and then the message has half a minute to arrive and to be handled."""
LONGEST_DELAY = timedelta(seconds=900)
"""The longest time that SQS delays a message."""


class WakeUp(Struct, frozen=True):
    """When the tick finds a row, and after how many seconds the row's writer wakes the worker (None: not at all)."""

    due: datetime
    delay: int | None


def wake_up(at: datetime, now: datetime, *, clock_moves: bool = False) -> WakeUp:
    """Return how the worker of a row that is to be worked on at `at` is woken, if the row's writer knows its queue.

    A delayed message arrives up to a second later than `at`, and never earlier. If the application clock can be moved,
    no message is delayed, because SQS delays by the wall clock: the tick finds the row at its time.
    """
    if clock_moves or at - now > LONGEST_DELAY - timedelta(seconds=1):
        return WakeUp(at, 0 if at <= now else None)
    return WakeUp(max(at, now) + GRACE, int((at - now).total_seconds()) + 1 if at > now else 0)
