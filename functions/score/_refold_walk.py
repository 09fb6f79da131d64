"""The walk that brings all leads up to date with a new playbook: its start, and one page of it.

The cursor moves after the page. A worker that is killed loses nothing: the page is begun again, and leads that are up
to date by then are only passed. A lead that acts before the walk reaches it is recalculated by score.react.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import takewhile

from aws_lambda_powertools import Logger

from ripen.adapters.playbook import PROPAGATION_TIME
from ripen.adapters.rows import walk_rows
from ripen.adapters.table import Conflict, Key, Replace, Row, keys
from ripen.agenda import Lane, Ref
from ripen.campaign.walk import Refolding, Walk, advanced
from score._refold_page import Dependencies, Outcome, is_followed, update

_PAGE = 100
"""Leads of one message: some seconds of work, so that the 64 walks take turns."""
_LEASE = timedelta(minutes=5)
"""Longer than a message waits while the pages of the other walks are worked on."""

_SOON = timedelta(minutes=1)
"""How long after a publication it is asked every few seconds whether it is in force. Later, only the tick wakes the
row: else each of its messages would begin another such chain."""

logger = Logger(child=True)


def run_due(ref: str, dependencies: Dependencies, has_time: Callable[[], bool]) -> None:
    """Do what is due for this row. Raises ValueError for a row of another worker."""
    key = keys.parse(ref)
    if key.type is Refolding:
        _start(keys.typed(key, Refolding), dependencies)
    else:
        _walk_page(keys.typed(key, Walk), dependencies, has_time)


def _start(key: Key[Refolding], dependencies: Dependencies) -> None:
    """Start a lap in each shard of the roster, and take its owner off the agenda, in one transaction."""
    table = dependencies.table

    def attempt(_: int) -> list[Ref]:
        row = table.get(key)
        if row is None or row.due is None or not _is_in_force(row, key.ref, dependencies):
            return []
        due = dependencies.clock.now() + _LEASE
        walks = walk_rows.start_lap(key, walk_rows.read_walks(table, key), row.value.lap, due)
        table.write(Replace(key, row.value, row.version), *walks)
        logger.info("recalculation started", playbook=row.value.bundle)
        return [keys.walk(key, shard).ref for shard in range(len(walks))]

    dependencies.queue.wake(*table.retrying(attempt))


def _is_in_force(owner: Row[Refolding], ref: Ref, dependencies: Dependencies) -> bool:
    """Return whether the playbook of the publication is live. If not yet, wake the row again when it is."""
    if is_followed(dependencies.bundle(owner.value.bundle), dependencies.live()):
        return True
    if dependencies.clock.now() < owner.value.at + _SOON:
        dependencies.queue.wake(ref, delay=round(PROPAGATION_TIME.total_seconds()))
    return False


def _walk_page(key: Key[Walk], dependencies: Dependencies, has_time: Callable[[], bool]) -> None:
    """Update the next page of leads, move the cursor past those that were reached, and wake the next page.

    A walk of an earlier lap leaves the agenda.
    """
    row = dependencies.table.get(key)
    owner = dependencies.table.get(keys.REFOLDING)  # read after the walk, so that its lap is not an earlier one
    if row is None or row.due is None or owner is None:
        return
    if row.value.lap != owner.value.lap:
        _move_cursor(row, row.value, dependencies, is_over=True)
    elif _is_in_force(owner, key.ref, dependencies):
        after = _page(row.value, owner.value, dependencies, has_time)
        if _move_cursor(row, after, dependencies, is_over=after.done) and not after.done:
            dependencies.queue.wake(key.ref)


def _page(walk: Walk, owner: Refolding, dependencies: Dependencies, has_time: Callable[[], bool]) -> Walk:
    """Bring the leads of the next page up to date, and return the walk after it."""
    leads = list(dependencies.table.leads(walk.shard, walk.after, _PAGE))
    published = dependencies.bundle(owner.bundle)
    outcomes = update(leads, published, dependencies, has_time, sets_expiry=owner.has_new_periods)
    reached = list(takewhile(lambda outcome: outcome is not Outcome.NOT_REACHED, outcomes))
    return advanced(
        walk,
        passed=len(reached),
        after=leads[len(reached) - 1] if reached else "",
        taken=reached.count(Outcome.RECALCULATED),
        failed=reached.count(Outcome.FAILED),
        done=len(reached) == len(leads) < _PAGE,
    )


def _move_cursor(row: Row[Walk], after: Walk, dependencies: Dependencies, *, is_over: bool) -> bool:
    """Write the walk. Return False if another worker moved the cursor, or a newer publication began the next lap."""
    due = None if is_over else dependencies.clock.now() + _LEASE
    try:
        dependencies.table.write(Replace(row.key, after, row.version, due=due, lane=Lane.BULK))
    except Conflict:
        return False
    if after.done:
        logger.info("recalculated", walk=row.key.ref, passed=after.passed, taken=after.taken, failed=after.failed)
    return True
