"""Recalculate a lead from its history, because verdicts were revised or the definitions changed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from ripen.adapters.rows.fold_rows import fold_changes, replace_activity
from ripen.adapters.rows.lead_rows import LeadRows, enrollments_in, has_outdated_verdicts, is_outdated, read_lead
from ripen.adapters.table import MAX_CHANGES, Change, Replace, Row, Table
from ripen.fold.entry import journeys_to_read
from ripen.fold.fold import Folded, with_embedded_decisions
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.lead.activity import Activity
from ripen.lead.history import HistoryPage
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.playbook.bundle import Bundle
from ripen.playbook.retention import Retention
from score._campaign_clicks import click_corrections
from score._dependencies import Dependencies

_MAX_VERDICTS, _FEW_VERDICTS = 20, 8
"""Revised verdicts in one transaction: each may bring a decision, and 40 enrollments may have to be woken.

The smaller number is for clicks in the mails of many campaigns, whose rows change too.
"""


def refold_changes(lead: str, dependencies: Dependencies, now: datetime) -> tuple[list[Change], bool]:
    """Return one transaction, empty if there is nothing to do, and whether it is the last.

    If too many verdicts are revised for one transaction, the state stays due for the next.
    """
    changes, done = _refold_changes(lead, dependencies, now, _MAX_VERDICTS)
    return (changes, done) if len(changes) <= MAX_CHANGES else _refold_changes(lead, dependencies, now, _FEW_VERDICTS)


def _refold_changes(lead: str, dependencies: Dependencies, now: datetime, most: int) -> tuple[list[Change], bool]:
    """Return one transaction with at most this many revised verdicts, and whether it is the last.

    1. Read the lead's rows, before its activities: a fold in between makes the write fail.
    2. Stop if the lead is erased or up to date.
    3. Read the history, and the activities if they must be judged again; recalculate the lead.
    4. Write the state, what follows from it, and the revised activities; if there are more, the state stays due.
    """
    table, bundle = dependencies.table, dependencies.bundle
    rows, _ = read_lead(lead, table)
    is_old = is_outdated(rows.state, bundle)
    if rows.profile is None or rows.state is None or not (is_old or has_outdated_verdicts(rows.state)):
        return [], True
    pages: list[Row[HistoryPage]] = list(table.under(lead, "history#"))
    judged = list(table.under(lead, "activity#")) if has_outdated_verdicts(rows.state) else []
    activities: dict[str, Row[Activity]] = {row.value.id: row for row in judged}
    folded = refold(
        _history(rows, rows.profile.value, rows.state.value, pages, table, bundle, now),
        (row.value for row in activities.values()),
        bundle,
        now,
        most=most,
        previous=dependencies.previous() if is_old else None,
    )
    folded = with_embedded_decisions(folded)
    return [
        *fold_changes(rows, folded, table, now),
        *_page_changes(pages, folded.pages),
        *_activity_changes(lead, folded, activities, table, bundle.keep, now),
    ], not folded.state.verdicts_outdated


def _activity_changes(
    lead: str, folded: Folded, activities: Mapping[str, Row[Activity]], table: Table, keep: Retention, now: datetime
) -> Iterator[Change]:
    """Yield the revised activities, and the campaign mails whose clicks they change."""
    revised = {activity.id: activity for activity in folded.activities}
    judged = {id: row.value for id, row in activities.items()} | revised
    yield from click_corrections(lead, folded.activities, judged.values(), table, now)
    yield from (replace_activity(activities[id], activity, keep) for id, activity in revised.items())


def _page_changes(rows: Sequence[Row[HistoryPage]], pages: Sequence[HistoryPage]) -> Iterator[Change]:
    """Yield the history pages in which a verdict was revised."""
    for row, page in zip(rows, pages, strict=True):
        if page != row.value:
            yield Replace(row.key, page, row.version)


def _history(
    rows: LeadRows,
    profile: Profile,
    state: State,
    pages: Sequence[Row[HistoryPage]],
    table: Table,
    bundle: Bundle,
    now: datetime,
) -> LeadHistory:
    journeys = journeys_to_read(state, profile, (), bundle, now)
    sends = table.under(profile.id, "send#") if state.verdicts_outdated else ()
    return LeadHistory(
        profile=profile,
        state=state,
        pages=[row.value for row in pages],
        contact=rows.contact.value if rows.contact else None,
        enrollments=enrollments_in(journeys, profile.id, table),
        deliveries={row.value.id: row.value.delivered for row in sends if row.value.delivered},
    )
