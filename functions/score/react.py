"""score.react: folds new activities, and the passing of time, into a lead's state.

One transaction writes the state with all its consequences.
Woken through SQS (React, ReactBulk) for `activity#` and `state` rows.
"""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from msgspec import Struct

from ripen.adapters.batch import has_time, process_by_lead
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.rows.fold_history import read_history, read_nearby
from ripen.adapters.rows.fold_rows import Queues, fold_changes, replace_activity, wake_due
from ripen.adapters.rows.lead_rows import LeadRows, has_outdated_verdicts, is_outdated, read_lead
from ripen.adapters.table import MAX_CHANGES, Change, Key, Replace, Row, Table, keys
from ripen.fold.fold import Folded, fold, with_embedded_decisions
from ripen.lead.activity import Activity, Verdict
from ripen.lead.state import State
from ripen.tracking.click_evidence import is_click
from score._campaign_clicks import new_clicks
from score._dependencies import Dependencies as Dependencies
from score._refold import write_recalculated

logger = Logger()
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
queues = Queues(
    advance=Queue(os.environ["ADVANCE_QUEUE"]),
    sync=Queue(os.environ["SYNC_QUEUE"]),
    alert=Queue(os.environ["ALERT_QUEUE"]),
)

_TRANSACTION_VISIBLE = timedelta(hours=1)
"""The rows of one transaction do not become visible at the same moment, but within this time."""
_DUE_PRECISION = timedelta(milliseconds=1)
_MAX_RECALCULATIONS = 4
"""Before one fold. Just after a publication, a worker with the other playbook may recalculate the lead in between."""
_MAX_WAITING_CLICKS = 40
"""Clicks without a verdict that are folded together with other activities."""


class StateOutdated(Exception):
    """The state has outdated verdicts, or was computed with other definitions than the live ones: recalculate it."""


class _Outcome(Enum):
    DONE = auto()
    TOO_LARGE = auto()
    """The changes do not fit one transaction; nothing was written."""
    VERDICTS_OUTDATED = auto()
    """Done, and verdicts of earlier clicks must be revised."""


class _Plan(Struct, frozen=True, kw_only=True):
    """One transaction; without changes there is nothing to do."""

    changes: list[Change]
    outcome: _Outcome = _Outcome.DONE


class _Activities(Struct, frozen=True, kw_only=True):
    """The activities to fold, by id, and those at about the same time."""

    rows: dict[str, Row[Activity]]
    nearby: list[Activity]


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    def work(refs: Sequence[str]) -> None:
        bundle = playbook.live().bundle
        react(refs, Dependencies(table=table, clock=clock, queues=queues, bundle=bundle, previous=playbook.before))

    return process_by_lead(event, work, partial(has_time, context))


def react(refs: Sequence[str], dependencies: Dependencies) -> None:
    """Fold these rows of one lead, each once, in any order."""
    rows = [keys.parse(ref) for ref in dict.fromkeys(refs)]
    lead = rows[0].lead
    activities = [keys.typed(key, Activity) for key in rows if key.type is not State]
    if activities:
        _fold(lead, activities, dependencies)
    if len(activities) < len(rows):
        _fold(lead, [], dependencies)


def _fold(lead: str, activities: Sequence[Key[Activity]], dependencies: Dependencies) -> None:
    """Fold the activities in one transaction, or in halves if they do not fit. Without any, only time has passed.

    A single activity that does not fit is folded alone, without those that would go with it; they are due themselves.
    """
    batches = [activities]
    while batches:
        batch = batches.pop(0)
        outcome = _fold_batch(lead, batch, dependencies)
        if outcome is _Outcome.TOO_LARGE and len(batch) > 1:
            middle = len(batch) // 2
            batches[:0] = [batch[:middle], batch[middle:]]
            continue
        if outcome is _Outcome.TOO_LARGE:
            outcome = _fold_batch(lead, batch, dependencies, alone=True)
        if outcome is _Outcome.VERDICTS_OUTDATED:
            _refold(lead, dependencies)


def _fold_batch(
    lead: str, activities: Sequence[Key[Activity]], dependencies: Dependencies, *, alone: bool = False
) -> _Outcome:
    def write(_: int) -> _Outcome:
        now = dependencies.clock.now()
        plan = _plan(lead, activities, dependencies, now, alone)
        if len(plan.changes) > MAX_CHANGES and not alone:
            return _Outcome.TOO_LARGE
        if plan.changes:
            dependencies.table.write(*plan.changes)
            logger.info("folded", lead=lead, activities=len(activities))
            wake_due(plan.changes, now, dependencies.queues)
        return plan.outcome

    for _ in range(_MAX_RECALCULATIONS):
        try:
            return dependencies.table.retrying(write)
        except StateOutdated:
            _refold(lead, dependencies)
            if not activities:
                return _Outcome.DONE
    return dependencies.table.retrying(write)


def _refold(lead: str, dependencies: Dependencies) -> None:
    write_recalculated(lead, dependencies.table, lambda: dependencies)


def _plan(
    lead: str, activities: Sequence[Key[Activity]], dependencies: Dependencies, now: datetime, alone: bool
) -> _Plan:
    """Return the changes of one fold. Raises StateOutdated."""
    table, bundle = dependencies.table, dependencies.bundle
    rows, named = read_lead(lead, table, activities)
    if rows.profile is None:
        logger.warning("no such lead", lead=lead)
        return _Plan(changes=_without_due_times(rows, named, now))
    if is_outdated(rows.state, bundle) or (not activities and has_outdated_verdicts(rows.state)):
        raise StateOutdated(lead)
    found = _gather(lead, named, table, alone)
    given = [row.value for row in found.rows.values()]
    history = read_history(rows, rows.profile.value, given, found.nearby, table, bundle, now)
    folded = with_embedded_decisions(fold(history, given, bundle, now))
    if not folded.activities and (activities or _is_known(folded, rows.state)):
        return _Plan(changes=[])
    return _Plan(
        changes=[
            *fold_changes(rows, folded, table, now),
            *new_clicks(lead, folded.activities, table, now),
            *(replace_activity(found.rows[a.id], a, bundle.keep) for a in folded.activities),
        ],
        outcome=_Outcome.VERDICTS_OUTDATED if folded.state.verdicts_outdated else _Outcome.DONE,
    )


def _is_known(folded: Folded, row: Row[State] | None) -> bool:
    """Return whether the row has this state and due time already: the wake-up was a repeated one."""
    if row is None or row.value != folded.state:
        return False
    return abs(row.due - folded.due) < _DUE_PRECISION if row.due and folded.due else row.due is folded.due


def _without_due_times(rows: LeadRows, activities: Sequence[Row[Activity]], now: datetime) -> list[Change]:
    """Return the rows of a lead that does not exist, without their due times.

    New activities stay due: their lead may be in the same transaction, but not visible yet.
    """
    left = [row for row in activities if row.due and now - row.value.received >= _TRANSACTION_VISIBLE]
    states = [rows.state] if rows.state and rows.state.due else []
    return [Replace(row.key, row.value, row.version) for row in (*states, *left)]


def _gather(lead: str, named: Sequence[Row[Activity]], table: Table, alone: bool) -> _Activities:
    """Return the named activities, and unless `alone` those to fold with them."""
    visits = [] if alone else _visits_with_forms(lead, named, table)
    rows = {row.value.id: row for row in (*named, *visits)}
    nearby = read_nearby(lead, [row.value for row in rows.values()], table)
    waiting = [] if alone else _waiting_clicks(nearby)
    return _Activities(
        rows={row.value.id: row for row in waiting} | rows,
        nearby=[row.value for row in nearby],
    )


def _visits_with_forms(lead: str, named: Sequence[Row[Activity]], table: Table) -> list[Row[Activity]]:
    """Return the visits that a form assigned to the lead, so that one alert to sales covers them all."""
    known = {row.key.sk for row in named}
    visits = {sk for row in named if row.value.folded is None for sk in row.value.visit_keys} - known
    return (
        [row for row in table.get_many([keys.activity_at(lead, sk) for sk in sorted(visits)]) if row] if visits else []
    )


def _waiting_clicks(nearby: Sequence[Row[Activity]]) -> list[Row[Activity]]:
    """Return the clicks without a verdict that are judged together with a burst, or with the form that follows them."""
    unjudged = (row for row in nearby if row.value.verdict is Verdict.UNJUDGED and row.value.folded is None)
    return [row for row in unjudged if is_click(row.value)][:_MAX_WAITING_CLICKS]
