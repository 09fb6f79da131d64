"""The walk over all leads after a publication, which functions/score/refold.py does.

It recalculates them if scoring, segments or triggers have changed. If `keep` has changed, it sets when their rows
expire.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ripen.adapters.rows import walk_rows
from ripen.adapters.table import Change, Replace, Row, Table, keys
from ripen.agenda import SHARDS, Lane
from ripen.campaign.walk import Refolding
from ripen.playbook.bundle import Bundle
from ripen.scoring.rules_version import RulePart
from ripen.scoring.rules_version import changed_rules as differing_rules


def refolding(bundle: Bundle, before: Bundle | None, table: Table, now: datetime, due: datetime) -> list[Change]:
    """Return the row that starts the walk at `due`, for the transaction that makes the playbook live.

    Nothing, if `before` has the same rules and periods, or if there is no playbook before and hence no lead. If the
    previous walk has not given new periods to all rows, because it goes on or leads failed, this one does.
    """
    if not (changed_rules(bundle, before) or changes_periods(bundle, before)):
        return []
    row = table.get(keys.REFOLDING)
    started = Refolding(
        lap=row.value.lap + 1 if row else 1,
        bundle=bundle.hash,
        at=now,
        has_new_periods=changes_periods(bundle, before) or _has_periods_to_give(row, table),
    )
    return [Replace(keys.REFOLDING, started, row.version if row else 0, due=due, lane=Lane.BULK)]


def changed_rules(bundle: Bundle, before: Bundle | None) -> frozenset[RulePart]:
    """Return which of scoring, segments and conditions differ. Nothing differs from no playbook."""
    return differing_rules(before, bundle) if before else frozenset()


def changes_periods(bundle: Bundle, before: Bundle | None) -> bool:
    """Tell whether `keep` differs. Nothing differs from no playbook."""
    return before is not None and before.keep != bundle.keep


def _has_periods_to_give(row: Row[Refolding] | None, table: Table) -> bool:
    if row is None or not row.value.has_new_periods:
        return False
    found = recalculation(table)
    return found is not None and (not found.is_done or found.failed > 0)


@dataclass(frozen=True)
class Recalculation:
    """How far the latest recalculation of all leads is."""

    bundle: str
    since: datetime
    passed: int
    """Leads that were looked at: recalculated, or up to date already because they had acted before."""
    failed: int
    """Leads that could not be recalculated, which score.react retries, or whose rows did not all get new periods."""
    shards_done: int

    @property
    def is_done(self) -> bool:
        return self.shards_done == SHARDS

    def plain(self) -> dict[str, Any]:
        """Return what `--json` prints as "recalculation": a contract for scripts."""
        return {
            "playbook": self.bundle,
            "since": self.since.isoformat(),
            "leads": self.passed,
            "failed": self.failed,
            "parts_done": self.shards_done,
            "parts": SHARDS,
            "done": self.is_done,
        }


def recalculation(table: Table) -> Recalculation | None:
    """Return how far the latest recalculation is; None if no publication has asked for one."""
    row = table.get(keys.REFOLDING)
    if row is None:
        return None
    walks = [walk.value for walk in walk_rows.read_walks(table, keys.REFOLDING) if walk.value.lap == row.value.lap]
    return Recalculation(
        bundle=row.value.bundle,
        since=row.value.at,
        passed=sum(walk.passed for walk in walks),
        failed=sum(walk.failed for walk in walks),
        shards_done=sum(walk.done for walk in walks),
    )
