"""Shadow mode: list what it kept back, and release the CRM writes that waited for its end."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from itertools import batched
from typing import Any

from ripen.adapters.rows.decisions import read_decisions
from ripen.adapters.table import Conflict, Mark, Row, Table, keys
from ripen.agenda import SHARDS
from ripen.decision import Reason
from ripen.marks import CrmMark

_THREADS = 8
_BATCH = 100


def kept_back(table: Table) -> list[dict[str, Any]]:
    """Return what shadow mode kept back, the oldest first: {at, lead, email, what, subject, outcome, facts}."""
    with ThreadPoolExecutor(_THREADS) as pool:
        found = [
            entry for entries in pool.map(lambda shard: list(_of(shard, table)), range(SHARDS)) for entry in entries
        ]
    return sorted(found, key=lambda entry: (entry["at"], entry["lead"], entry["what"]))


def release_crm_writes(table: Table, now: datetime) -> int:
    """Make all CRM marks due that waited for the end of shadow mode, and return their number."""

    def shard(number: int) -> int:
        waiting = [row for row in _marks(number, table) if row.due and row.value.waits_for == Reason.SHADOW]
        for row in waiting:
            with suppress(Conflict):  # another worker is writing it, and therefore looks at it
                table.write(Mark(row.key, now, row.lane))
        return len(waiting)

    with ThreadPoolExecutor(_THREADS) as pool:
        return sum(pool.map(shard, range(SHARDS)))


def _of(shard: int, table: Table) -> Iterator[dict[str, Any]]:
    for lead in table.leads(shard):
        shadowed = [decision for decision in read_decisions(table, lead) if decision.reason == Reason.SHADOW]
        if not shadowed:
            continue
        profile = table.get(keys.profile(lead))
        for decision in shadowed:
            yield {
                "at": decision.at.isoformat(),
                "lead": lead,
                "email": profile.value.email if profile else "",
                "what": decision.what,
                "subject": decision.subject,
                "outcome": decision.outcome,
                "facts": decision.facts,
            }


def _marks(shard: int, table: Table) -> Iterator[Row[CrmMark]]:
    for leads in batched(table.leads(shard), _BATCH, strict=False):
        yield from (row for row in table.get_many([keys.crm_mark(lead) for lead in leads]) if row)
