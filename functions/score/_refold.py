"""Recalculate a lead from all its activities, because verdicts were revised or the definitions changed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from ripen.adapters.rows.fold_rows import fold_changes
from ripen.adapters.rows.lead_rows import LeadRows, enrollments_in, is_outdated, read_lead
from ripen.adapters.table import MAX_CHANGES, Change, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.fold.entry import journeys_to_read
from ripen.fold.fold import Folded, with_embedded_decisions
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.lead.activity import Activity
from ripen.lead.history import HistoryPage
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.marks import RefoldMark
from ripen.playbook.bundle import Bundle
from score._campaign_clicks import click_corrections
from score._dependencies import Dependencies

_MAX_VERDICTS, _FEW_VERDICTS = 20, 8
"""Revised verdicts in one transaction: each may bring a decision, and 40 enrollments may have to be woken.

The smaller number is for clicks in the mails of many campaigns, whose rows change too.
"""


def refold_changes(lead: str, dependencies: Dependencies, now: datetime) -> tuple[list[Change], bool]:
    """Return one transaction, empty if there is nothing to do, and whether it is the last.

    If too many verdicts are revised for one transaction, the mark stays due for the next.
    """
    changes, done = _refold_changes(lead, dependencies, now, _MAX_VERDICTS)
    return (changes, done) if len(changes) <= MAX_CHANGES else _refold_changes(lead, dependencies, now, _FEW_VERDICTS)


def _refold_changes(lead: str, dependencies: Dependencies, now: datetime, most: int) -> tuple[list[Change], bool]:
    """Return one transaction with at most this many revised verdicts, and whether it is the last.

    1. Read the lead's rows, before its activities: a fold in between makes the write fail.
    2. Stop if the lead is erased or up to date.
    3. Read all activities, and recalculate the lead.
    4. Write the state, what follows from it, and the revised activities; if there may be more, the mark stays due.
    """
    table, bundle = dependencies.table, dependencies.bundle
    rows, marks = read_lead(lead, table, [keys.refold_mark(lead)])
    known = marks[0] if marks else None
    if rows.profile is None or rows.state is None:
        return _clear_mark(known), True
    is_old = is_outdated(rows.state, bundle)
    if not is_old and not _is_due(known):
        return [], True
    pages: list[Row[HistoryPage]] = list(table.under(lead, "history#"))
    activities: dict[str, Row[Activity]] = {row.value.id: row for row in table.under(lead, "activity#")}
    folded = refold(
        _history(rows, rows.profile.value, rows.state.value, pages, table, bundle, now),
        (row.value for row in activities.values()),
        bundle,
        now,
        most=most,
        previous=dependencies.previous() if is_old else None,
    )
    folded = with_embedded_decisions(folded)
    done = len(folded.activities) < most
    mark = _clear_mark(known) if done else [_refold_mark(lead, known, now)]
    return [
        *fold_changes(rows, folded, table, now),
        *_page_changes(pages, folded.pages),
        *_activity_changes(lead, folded, activities, table, now),
        *mark,
    ], done


def _activity_changes(
    lead: str, folded: Folded, activities: Mapping[str, Row[Activity]], table: Table, now: datetime
) -> Iterator[Change]:
    """Yield the revised activities, and the campaign mails whose clicks they change."""
    revised = {activity.id: activity for activity in folded.activities}
    judged = {id: row.value for id, row in activities.items()} | revised
    yield from click_corrections(lead, folded.activities, judged.values(), table, now)
    yield from (Replace(activities[id].key, activity, activities[id].version) for id, activity in revised.items())


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
    deliveries = {row.value.id: row.value.delivered for row in table.under(profile.id, "send#") if row.value.delivered}
    return LeadHistory(
        profile=profile,
        state=state,
        pages=[row.value for row in pages],
        contact=rows.contact.value if rows.contact else None,
        enrollments=enrollments_in(journeys, profile.id, table),
        deliveries=deliveries,
    )


def _is_due(mark: Row[RefoldMark] | None) -> bool:
    return mark is not None and mark.due is not None


def _clear_mark(mark: Row[RefoldMark] | None) -> list[Change]:
    """Return the change that takes the mark off the agenda, if it is due."""
    return [_refold_mark(mark.value.lead, mark, None)] if mark and _is_due(mark) else []


def _refold_mark(lead: str, mark: Row[RefoldMark] | None, due: datetime | None) -> Change:
    version = mark.version if mark else 0
    return Replace(keys.refold_mark(lead), RefoldMark(lead=lead), version, due=due, lane=Lane.BULK)
