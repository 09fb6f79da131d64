"""Report the state of the whole installation: is mail going out, what is overdue, and what waits for a person.

Reads the agenda's index and a few rows, and of leads only what waits for an outside system.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ripen.adapters.rows import campaign_counts
from ripen.adapters.table import Row, Table, keys
from ripen.agenda import MAIL_LANES, SHARDS, Lane
from ripen.mail.limits.breaker import Breaker, is_open
from ripen.operations.publication.recalculation import Recalculation, recalculation
from ripen.operations.waiting.scan import find_waiting
from ripen.operations.waiting.wait import System, WaitingWork, Work
from ripen.settings import Shadow, Stop

OVERDUE = timedelta(minutes=15)
"""The tick runs each minute, and a lease lasts five minutes. Paced mail may be later: it waits for SES."""
_THREADS = 16


@dataclass(frozen=True)
class Backlog:
    """The rows that are due in one lane."""

    lane: Lane
    due: int
    oldest: datetime | None = None

    def is_overdue(self, now: datetime) -> bool:
        return self.lane not in MAIL_LANES and self.oldest is not None and now - self.oldest > OVERDUE


@dataclass(frozen=True)
class Status:
    now: datetime
    stop: Stop | None
    """None: mail goes out."""
    shadow: Shadow | None
    breaker: Breaker | None
    """None: SES takes our mail."""
    crm_breaker: Breaker | None
    """None: Salesforce answers."""
    lanes: tuple[Backlog, ...]
    held: int
    recalculation: Recalculation | None
    """The latest recalculation of all leads."""
    waiting: tuple[WaitingWork, ...] = ()
    """What waits for outside systems."""

    def plain(self) -> dict[str, Any]:
        """Return what `ripen status --json` prints as "sending": a contract for scripts."""
        return {
            "stopped_since": self.stop.at.isoformat() if self.stop else "",
            "shadow_since": self.shadow.at.isoformat() if self.shadow else "",
            "ses_refusal": _refusal(self.breaker) if self.breaker else None,
            "salesforce_outage": _refusal(self.crm_breaker) if self.crm_breaker else None,
            "held": self.held,
            "waiting": [work.plain() for work in self.waiting],
            "salesforce_errors": self._errors(System.SALESFORCE, Work.LEADS),
            "slack_errors": self._errors(System.SLACK, Work.CARDS),
            "recalculation": self.recalculation.plain() if self.recalculation else None,
            "due": {
                str(lane.lane): {
                    "count": lane.due,
                    "oldest": lane.oldest.isoformat() if lane.oldest else "",
                    "overdue": lane.is_overdue(self.now),
                }
                for lane in self.lanes
            },
        }

    def _errors(self, system: System, work: Work) -> dict[str, Any]:
        """Return how many leads or cards wait with each answer, and since when."""
        return {
            each.code: {str(work): each.work[work], "since": each.since.isoformat()}
            for each in self.waiting
            if each.system is system and work in each.work
        }


def status(table: Table, now: datetime) -> Status:
    """Return the state as of `now`."""
    stop, shadow, breaker, gate = table.get_many([keys.STOP, keys.SHADOW, keys.BREAKER, keys.CRM_GATE])
    with ThreadPoolExecutor(_THREADS) as threads:
        lanes = [
            _backlog(lane, threads.map(lambda shard, of=lane: _due(table, of, shard, now), range(SHARDS)))
            for lane in Lane
        ]
    return Status(
        now=now,
        stop=_on(stop),
        shadow=_on(shadow),
        breaker=breaker.value if breaker and is_open(breaker.value) else None,
        crm_breaker=gate.value.breaker if gate and is_open(gate.value.breaker) else None,
        lanes=tuple(lanes),
        held=campaign_counts.held_total(table),
        recalculation=recalculation(table),
        waiting=find_waiting(table, now),
    )


def _due(table: Table, lane: Lane, shard: int, now: datetime) -> tuple[int, datetime] | None:
    """Return how many rows are due and the due time of the oldest, or None. An empty shard costs one request."""
    first = table.due(lane, shard, now, limit=1)
    return (table.waiting(lane, shard, now), first[0].at) if first else None


def _backlog(lane: Lane, shards: Iterable[tuple[int, datetime] | None]) -> Backlog:
    found = [shard for shard in shards if shard]
    return Backlog(lane, sum(count for count, _ in found), min((oldest for _, oldest in found), default=None))


def _on[S: (Stop, Shadow)](row: Row[S] | None) -> S | None:
    return row.value if row and row.value.on else None


def _refusal(breaker: Breaker) -> dict[str, Any]:
    return {
        "since": breaker.opened.isoformat() if breaker.opened else "",
        "until": breaker.until.isoformat() if breaker.until else "",
        "reason": breaker.reason,
    }
