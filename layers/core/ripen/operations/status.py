"""Report the state of the whole installation: is mail going out, what is overdue, and what waits for a person.

Reads the agenda's index and a few rows, and of leads only what waits for Salesforce or Slack.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ripen.adapters.rows import campaign_counts
from ripen.adapters.table import Row, Table, keys
from ripen.agenda import MAIL_LANES, SHARDS, Lane
from ripen.crm.crm_errors import CrmErrors, by_code
from ripen.mail.breaker import Breaker, is_open
from ripen.operations.crm_errors import failing_rows
from ripen.operations.publication.recalculation import Recalculation, recalculation
from ripen.operations.slack_cards import waiting_cards
from ripen.settings import Shadow, Stop
from ripen.slack.slack_errors import WaitingCards

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
    lanes: tuple[Backlog, ...]
    held: int
    recalculation: Recalculation | None
    """The latest recalculation of all leads."""
    crm_errors: tuple[CrmErrors, ...]
    """Why leads do not reach Salesforce."""
    waiting_cards: tuple[WaitingCards, ...] = ()
    """Why cards do not reach Slack."""

    def plain(self) -> dict[str, Any]:
        """Return what `ripen status --json` prints as "sending": a contract for scripts."""
        return {
            "stopped_since": self.stop.at.isoformat() if self.stop else "",
            "shadow_since": self.shadow.at.isoformat() if self.shadow else "",
            "ses_refusal": _refusal(self.breaker) if self.breaker else None,
            "held": self.held,
            "salesforce_errors": {
                errors.code: {"leads": len(errors.leads), "since": errors.since.isoformat() if errors.since else ""}
                for errors in self.crm_errors
            },
            "slack_errors": {
                cards.code: {"cards": len(cards.alerts), "since": cards.since.isoformat()}
                for cards in self.waiting_cards
            },
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


def status(table: Table, now: datetime) -> Status:
    """Return the state as of `now`."""
    stop, shadow, breaker = table.get_many([keys.STOP, keys.SHADOW, keys.BREAKER])
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
        lanes=tuple(lanes),
        held=campaign_counts.held_total(table),
        recalculation=recalculation(table),
        crm_errors=by_code(row.value for row in failing_rows(table, now)),
        waiting_cards=waiting_cards(table, now),
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
