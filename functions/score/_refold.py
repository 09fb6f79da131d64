"""Recalculate a lead from all its activities, because verdicts were revised or the definitions changed."""

from datetime import datetime

from ripen.adapters.table import Change, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.fold.entry import journeys_to_read
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.lead.activity import Activity
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.marks import RefoldMark
from ripen.playbook.bundle import Bundle
from ripen.scoring.rules_version import rules_version
from score._campaign_clicks import click_corrections
from score._consequences import LeadRows, enrollments_in, fold_changes, read_lead
from score._dependencies import Dependencies

_MAX_VERDICTS, _FEW_VERDICTS = 20, 8
"""Revised verdicts in one transaction. Each may bring a decision, and there may be 40 enrollments to wake; fewer, if the
mails of many campaigns change with them."""
_MAX_CHANGES = 100
"""DynamoDB's limit for one transaction."""


def refold_changes(lead: str, dependencies: Dependencies, now: datetime) -> tuple[list[Change], bool]:
    """Return one transaction, empty if there is nothing to do, and whether it is the last.

    If too many verdicts are revised for one transaction, the mark stays due for the next.
    """
    changes, done = _refold_changes(lead, dependencies, now, _MAX_VERDICTS)
    return (changes, done) if len(changes) <= _MAX_CHANGES else _refold_changes(lead, dependencies, now, _FEW_VERDICTS)


def is_outdated(state: Row[State] | None, bundle: Bundle) -> bool:
    """Return whether the state was computed with other definitions than the live ones."""
    return state is not None and state.value.rules_version != rules_version(bundle)


def _refold_changes(lead: str, dependencies: Dependencies, now: datetime, most: int) -> tuple[list[Change], bool]:
    table, bundle = dependencies.table, dependencies.bundle
    rows, _ = read_lead(lead, table)  # before the activities: a fold in between makes the write fail
    mark = rows.refold
    is_marked = mark is not None and mark.due is not None
    if rows.profile is None or rows.state is None:
        return ([_refold_mark(lead, mark, None)] if is_marked else []), True
    if not is_marked and not is_outdated(rows.state, bundle):
        return [], True
    activities: dict[str, Row[Activity]] = {row.value.id: row for row in table.under(lead, "activity#")}
    folded = refold(
        _history(rows, rows.profile.value, rows.state.value, table, bundle, now),
        (row.value for row in activities.values()),
        bundle,
        now,
        most=most,
        previous=dependencies.previous() if is_outdated(rows.state, bundle) else None,
    )
    done = len(folded.activities) < most
    judged = {id: row.value for id, row in activities.items()} | {a.id: a for a in folded.activities}
    return [
        *fold_changes(rows, folded, table, now),
        *click_corrections(lead, folded.activities, judged.values(), table, now),
        *(Replace(activities[a.id].key, a, activities[a.id].version) for a in folded.activities),
        *([_refold_mark(lead, mark, None if done else now)] if is_marked or not done else []),
    ], done


def _history(
    rows: LeadRows, profile: Profile, state: State, table: Table, bundle: Bundle, now: datetime
) -> LeadHistory:
    journeys = journeys_to_read(state, profile, (), bundle, now)
    deliveries = {row.value.id: row.value.delivered for row in table.under(profile.id, "send#") if row.value.delivered}
    return LeadHistory(
        profile=profile,
        state=state,
        contact=rows.contact.value if rows.contact else None,
        enrollments=enrollments_in(journeys, profile.id, table),
        deliveries=deliveries,
    )


def _refold_mark(lead: str, mark: Row[RefoldMark] | None, due: datetime | None) -> Change:
    version = mark.version if mark else 0
    return Replace(keys.refold_mark(lead), RefoldMark(lead=lead), version, due=due, lane=Lane.BULK)
