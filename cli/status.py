"""What an operator asks first in the morning: does mail go, what is late, and what waits for a person. Read from the agenda's
index and a few rows; no lead is looked at."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cli.stack.stack import Stack
from ripen.adapters.rows import walk_rows
from ripen.adapters.table import Row, keys
from ripen.agenda import MAIL_LANES, SHARDS, Lane
from ripen.mail.breaker import Breaker, is_open
from ripen.settings import Shadow, Stop

LATE = timedelta(minutes=15)
"""The tick looks each minute, and a lease is five minutes. Paced mail may be later: it waits for SES."""
_THREADS = 16


@dataclass(frozen=True)
class Backlog:
    """What is due in one lane."""

    lane: Lane
    due: int
    oldest: datetime | None = None

    def is_late(self, now: datetime) -> bool:
        return self.lane not in MAIL_LANES and self.oldest is not None and now - self.oldest > LATE


@dataclass(frozen=True)
class Morning:
    now: datetime
    stop: Stop | None
    """None: mail goes."""
    shadow: Shadow | None
    breaker: Breaker | None
    """None: SES takes our mail."""
    lanes: tuple[Backlog, ...]
    held: int

    def plain(self) -> dict[str, Any]:
        """What `ripen status --json` prints as "sending": a contract for scripts."""
        return {
            "stopped": self.stop.at.isoformat() if self.stop else "",
            "shadow": self.shadow.at.isoformat() if self.shadow else "",
            "refused": _refused(self.breaker) if self.breaker else None,
            "held": self.held,
            "due": {
                str(lane.lane): {
                    "count": lane.due,
                    "oldest": lane.oldest.isoformat() if lane.oldest else "",
                    "late": lane.is_late(self.now),
                }
                for lane in self.lanes
            },
        }


def morning(stack: Stack) -> Morning:
    """As it stands now."""
    now, table = stack.clock.now(), stack.table
    stop, shadow, breaker = table.get_many([keys.STOP, keys.SHADOW, keys.BREAKER])
    with ThreadPoolExecutor(_THREADS) as threads:
        lanes = [
            _backlog(lane, threads.map(lambda shard, of=lane: _due(stack, of, shard, now), range(SHARDS)))
            for lane in Lane
        ]
    return Morning(
        now=now,
        stop=_on(stop),
        shadow=_on(shadow),
        breaker=breaker.value if breaker and is_open(breaker.value) else None,
        lanes=tuple(lanes),
        held=walk_rows.held(table),
    )


def _due(stack: Stack, lane: Lane, shard: int, now: datetime) -> tuple[int, datetime] | None:
    """How many are due there, and since when the oldest; one request where there are none."""
    first = stack.table.due(lane, shard, now, limit=1)
    return (stack.table.waiting(lane, shard, now), first[0].at) if first else None


def _backlog(lane: Lane, shards: Iterable[tuple[int, datetime] | None]) -> Backlog:
    found = [shard for shard in shards if shard]
    return Backlog(lane, sum(count for count, _ in found), min((oldest for _, oldest in found), default=None))


def _on[S: (Stop, Shadow)](row: Row[S] | None) -> S | None:
    return row.value if row and row.value.on else None


def _refused(breaker: Breaker) -> dict[str, Any]:
    return {
        "since": breaker.opened.isoformat() if breaker.opened else "",
        "until": breaker.until.isoformat() if breaker.until else "",
        "reason": breaker.reason,
    }
