"""Walks over one shard of the roster, page by page.

One transaction writes what is done for the leads of a page, and moves the cursor past them.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger

from nurture._campaign_page import campaign_page
from nurture._dependencies import Dependencies
from nurture._page import Page
from ripen.adapters.table import Change, Conflict, Create, Key, Replace, Row, keys
from ripen.agenda import Lane
from ripen.campaign.campaign_run import CampaignRun, is_walking
from ripen.campaign.walk import Entries, Walk, advanced, entry_activity, paced_delay

_PAGE = 90
"""One row for each lead, the cursor and two counters are fewer than the 100 changes of a transaction."""
_LEASE = timedelta(minutes=5)
_MINUTE = timedelta(minutes=1)

logger = Logger(child=True)

Owner = Row[CampaignRun] | Row[Entries]
"""The row that a walk is for."""


def walk_shard(key: Key[Walk], dependencies: Dependencies, has_time: Callable[[], bool]) -> None:
    """Continue the walk until the shard is done, another worker walks it, or the time of the invocation is over.

    If the time is over, the walk is due again at once.
    """
    while has_time():
        if not dependencies.table.retrying(lambda _: _walk_page(key, dependencies)):
            return
    row = dependencies.table.get(key)
    if row and row.due and not row.value.done:
        _move_cursor(row, row.value, dependencies.clock.now(), (), dependencies)
        dependencies.queue.wake(key.ref)


def _walk_page(key: Key[Walk], dependencies: Dependencies) -> bool:
    """Walk over one page. Return whether this worker has more to do. Raises Conflict if a row of the page was changed.

    1. Read the walk and the row that it is for. A walk that is over leaves the agenda.
    2. Collect the changes for the leads of the page.
    3. Write them, and move the cursor past the leads.
    4. After the last page of a campaign, wake the campaign.
    """
    owner, row = dependencies.table.get_many([keys.walk_owner(key), key])
    if row is None or row.due is None:
        return False
    if _is_over(owner, row.value):
        # The two rows were not read at the same moment: a new lap may have begun in between. Read the owner again.
        owner = dependencies.table.get(keys.walk_owner(key))
    if owner is None or _is_over(owner, row.value):
        _move_cursor(row, row.value, None, (), dependencies)
        return False
    leads, now = list(dependencies.table.leads(row.value.shard, row.value.after, _PAGE)), dependencies.clock.now()
    page, is_last = _page(owner, row.value, leads, dependencies, now), len(leads) < _PAGE
    after = advanced(
        row.value,
        passed=len(leads),
        after=leads[-1] if leads else "",
        taken=page.taken,
        canaries=page.canaries,
        last=page.last,
        done=is_last,
    )
    moved = _move_cursor(row, after, None if is_last else now + _LEASE, page.changes, dependencies)
    if moved and is_last:
        logger.info("walked", walk=key.ref, passed=after.passed, taken=after.taken)
        if owner.key.type is CampaignRun:
            dependencies.queue.wake(owner.key.ref)
    return moved and not is_last


def _is_over(owner: Owner | None, walk: Walk) -> bool:
    match owner.value if owner else None:
        case CampaignRun() as run:
            return not is_walking(run) or run.lap != walk.lap
        case Entries():
            return False
        case None:
            return True


def _page(owner: Owner, walk: Walk, leads: Sequence[str], dependencies: Dependencies, now: datetime) -> Page:
    if not leads:
        return Page()
    match owner.value:
        case CampaignRun() as run:
            return campaign_page(run, walk, leads, dependencies, now)
        case Entries() as entries:
            return _entries_page(entries, walk, leads, dependencies, now)


def _entries_page(
    entries: Entries, walk: Walk, leads: Sequence[str], dependencies: Dependencies, now: datetime
) -> Page:
    """Enrol the leads of the page that are in the segment and were not enrolled by the same occurrence."""
    activities = [entry_activity(entries, lead, now) for lead in leads]
    activity_keys = [keys.activity(activity.lead, activity.at, activity.id) for activity in activities]
    found = dependencies.table.get_many([*(keys.state(lead) for lead in leads), *activity_keys])
    states, written = found[: len(leads)], found[len(leads) :]
    page = Page()
    for activity, key, state, row in zip(activities, activity_keys, states, written, strict=True):
        if row or state is None or entries.segment not in state.value.segments:
            continue
        pace = entries.per_minute
        delay = paced_delay(walk.taken + page.taken, walk.shard, pace, _MINUTE) if pace else timedelta()
        at = max(now, entries.at + delay)
        page.add(Create(key, activity, due=at, lane=Lane.BULK), at=at)
    return page


def _move_cursor(
    row: Row[Walk], after: Walk, due: datetime | None, changes: Sequence[Change], dependencies: Dependencies
) -> bool:
    """Write the walk with the changes of its page. Return False if another worker has moved the cursor.

    Raises Conflict if a row of the page was changed.
    """
    try:
        dependencies.table.write(Replace(row.key, after, row.version, due=due, lane=Lane.BULK), *changes)
    except Conflict as conflict:
        if 0 in conflict.at:
            return False
        raise
    return True
