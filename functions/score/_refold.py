"""Recalculate a lead from its history, because verdicts were revised or the definitions changed.

After a long life, more verdicts are revised than a transaction holds. The rows are read once and written in several
transactions: each leaves the lead consistent, and due until the last one. After a lost race the rows are read again;
what is written by then is not revised any more.
"""

from collections.abc import Callable, Iterator
from copy import replace
from datetime import datetime
from enum import Enum, auto
from itertools import islice
from typing import Any

from aws_lambda_powertools import Logger
from msgspec import Struct

from ripen.adapters.rows.fold_rows import fold_changes, replace_activity, wake_due
from ripen.adapters.rows.lead_rows import LeadRows, enrollments_in, has_outdated_verdicts, is_outdated, read_lead
from ripen.adapters.table import MAX_CHANGES, Change, Create, Replace, Row, Table
from ripen.fold.entry import journeys_to_read
from ripen.fold.fold import Folded, with_embedded_decisions
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import Recalculated, next_part, recalculate
from ripen.lead.activity import Activity
from ripen.lead.history import HistoryPage
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.playbook.bundle import Bundle
from score._campaign_clicks import click_corrections
from score._dependencies import Dependencies

_SIZES = (80, 40, 20, 8)
"""How many revised activities to try in one transaction. Each changes its row, and some a history page or a campaign's
mail; and 40 enrollments may have to be woken."""
_MAX_TRANSACTIONS = 300
"""For one lead at a time. After these the state stays due: the tick brings it back, and the other leads need not wait.
Enough for 10,000 revised activities."""

logger = Logger(child=True)


class Outcome(Enum):
    """The result of recalculating a lead."""

    WRITTEN = auto()
    UP_TO_DATE = auto()
    STOPPED = auto()
    """The caller did not want to go on."""


class _Stored(Struct, frozen=True, kw_only=True):
    """The rows of the lead as they are stored, also after the transactions so far."""

    rows: LeadRows
    pages: tuple[Row[HistoryPage], ...]
    activities: dict[str, Row[Activity]]
    """By id; none if only the definitions changed."""


def write_recalculated(lead: str, table: Table, current: Callable[[], Dependencies | None]) -> Outcome:
    """Recalculate the lead and wake the workers of what follows. Raises Contended.

    Before the rows are read, also after a lost race, `current` returns the dependencies; None to stop.
    """
    written = 0

    def write(_: int) -> Outcome:
        nonlocal written
        dependencies = current()
        if dependencies is None:
            return Outcome.STOPPED
        now = dependencies.clock.now()
        for changes in islice(_transactions(lead, dependencies, now), _MAX_TRANSACTIONS):
            table.write(*changes)
            wake_due(changes, now, dependencies.queues)
            written += 1
        return Outcome.WRITTEN if written else Outcome.UP_TO_DATE

    outcome = table.retrying(write)
    if written:
        logger.info("recalculated", lead=lead, transactions=written)
    return outcome


def _transactions(lead: str, dependencies: Dependencies, now: datetime) -> Iterator[list[Change]]:
    """Yield the transactions that recalculate the lead; none if it is up to date. Write each before the next.

    1. Read the lead's rows, before its activities: a fold in between makes the write fail.
    2. Stop if the lead is erased or up to date.
    3. Read the history, and the activities if they must be judged again; recalculate the lead.
    4. Yield the state with what follows from it and with revised activities, then the others.
    """
    table, bundle = dependencies.table, dependencies.bundle
    rows, _ = read_lead(lead, table)
    is_old = is_outdated(rows.state, bundle)
    if rows.profile is None or rows.state is None or not (is_old or has_outdated_verdicts(rows.state)):
        return
    pages: tuple[Row[HistoryPage], ...] = tuple(table.under(lead, "history#"))
    judged = table.under(lead, "activity#") if has_outdated_verdicts(rows.state) else ()
    stored = _Stored(rows=rows, pages=pages, activities={row.value.id: row for row in judged})
    left = recalculate(
        _history(stored, rows.profile.value, rows.state.value, table, bundle, now),
        [row.value for row in stored.activities.values()],
        bundle,
        now,
        dependencies.previous() if is_old else None,
    )
    is_last = False
    while not is_last:
        changes, left = _next_transaction(left, stored, table, bundle, now)
        is_last = not left.revised
        yield changes
        stored, left = _as_written(stored, left, changes)


def _next_transaction(
    lead: Recalculated, stored: _Stored, table: Table, bundle: Bundle, now: datetime
) -> tuple[list[Change], Recalculated]:
    """Return the changes with as many revised activities as fit, and the lead after them."""
    for most in _SIZES:
        part, left = next_part(lead, most, bundle, now)
        folded = with_embedded_decisions(part)
        changes = [
            *fold_changes(stored.rows, folded, table, now),
            *_page_changes(stored, folded),
            *_activity_changes(stored, folded, table, bundle, now),
        ]
        if len(changes) <= MAX_CHANGES:
            break
    return changes, left


def _page_changes(stored: _Stored, folded: Folded) -> Iterator[Change]:
    """Yield the history pages in which a verdict was revised."""
    for row, page in zip(stored.pages, folded.pages, strict=True):
        if page != row.value:
            yield Replace(row.key, page, row.version)


def _activity_changes(stored: _Stored, folded: Folded, table: Table, bundle: Bundle, now: datetime) -> Iterator[Change]:
    """Yield the revised activities, and the campaign mails whose clicks they change."""
    revised = {activity.id: activity for activity in folded.activities}
    judged = {id: row.value for id, row in stored.activities.items()} | revised
    yield from click_corrections(folded.state.lead, folded.activities, judged.values(), table, now)
    yield from (replace_activity(stored.activities[id], activity, bundle.keep) for id, activity in revised.items())


def _as_written(stored: _Stored, lead: Recalculated, changes: list[Change]) -> tuple[_Stored, Recalculated]:
    """Return the rows and the lead after the transaction was written."""
    written = {change.key: _row(change) for change in changes if isinstance(change, Create | Replace)}
    [state] = [row for row in written.values() if row.key.type is State]
    known = {row.key for row in stored.pages}
    new_pages = [row for key, row in written.items() if key.type is HistoryPage and key not in known]
    pages = (*(written.get(row.key, row) for row in stored.pages), *new_pages)
    activities = {id: written.get(row.key, row) for id, row in stored.activities.items()}
    return (
        _Stored(rows=replace(stored.rows, state=state), pages=pages, activities=activities),
        replace(
            lead,
            before=state.value,
            after=replace(lead.after, state=state.value),
            history=(*(row.value for row in pages), HistoryPage(entries=state.value.history)),
        ),
    )


def _row(change: Create[Any] | Replace[Any]) -> Row[Any]:
    version = change.was + 1 if isinstance(change, Replace) else 1
    return Row(change.key, change.value, version, change.due, change.lane, change.expires)


def _history(
    stored: _Stored, profile: Profile, state: State, table: Table, bundle: Bundle, now: datetime
) -> LeadHistory:
    journeys = journeys_to_read(state, profile, (), bundle, now)
    sends = table.under(profile.id, "send#") if state.verdicts_outdated else ()
    contact = stored.rows.contact
    return LeadHistory(
        profile=profile,
        state=state,
        pages=[row.value for row in stored.pages],
        contact=contact.value if contact else None,
        enrollments=enrollments_in(journeys, profile.id, table),
        deliveries={row.value.id: row.value.delivered for row in sends if row.value.delivered},
    )
