"""The rows that follow from a fold, and the workers that they wake.

score.react folds most activities; the functions that write a form or a beacon fold it at once (fold_at_once.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import replace
from datetime import datetime

from msgspec import Struct

from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.rows.lead_rows import LeadRows
from ripen.adapters.table import Change, Create, Key, Mark, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.fold.consequences import (
    ContactRequested,
    ContactRequestLeftOut,
    CrmOutdated,
    Enrolled,
    JourneysAffected,
    LeadTurnedHot,
    crm_due,
)
from ripen.fold.fold import Folded
from ripen.fold.history_page import cut_page
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.activity import Activity
from ripen.lead.state import State
from ripen.marks import CrmMark
from ripen.playbook.retention import Retention, activity_expires
from ripen.ports import Wake
from ripen.slack.card_cap import SHOWN_AFTER

_MAX_WOKEN_ENROLLMENTS = 40
"""In one transaction. Further enrollments are advanced when their waits end."""


class Queues(Struct, frozen=True, kw_only=True):
    """The queues of the workers that handle the consequences."""

    advance: Wake
    sync: Wake
    alert: Wake


def fold_changes(rows: LeadRows, folded: Folded, table: Table, now: datetime) -> list[Change]:
    """Return the changes of the state and of everything that follows from it, but not of the activities."""
    lead = folded.state.lead
    affected = _affected_enrollments(lead, folded, table)
    woken = [key for found in affected.values() for key in found][:_MAX_WOKEN_ENROLLMENTS]
    state, page = cut_page(_without_ended_journeys(folded, affected))
    return [
        Replace(keys.state(lead), state, rows.state.version if rows.state else 0, due=folded.due, lane=Lane.BULK),
        *([Create(keys.history_page(lead, state.activity_count), page)] if page else []),
        *_consequence_rows(lead, rows, folded, table, now),
        *(Mark(key, now) for key in woken),
        *(create_decision(decision) for decision in folded.decisions),
    ]


def replace_activity(row: Row[Activity], folded: Activity, keep: Retention) -> Replace[Activity]:
    """Return the change that writes the activity as it was folded or judged again."""
    return Replace(row.key, folded, row.version, expires=activity_expires(folded, keep))


def wake_due(changes: Sequence[Change], now: datetime, queues: Queues) -> None:
    """Wake the worker of each row that is due now; if that fails, the tick does it."""
    due = [
        change.key.ref
        for change in changes
        if isinstance(change, Create | Replace | Mark) and change.due and change.due <= now
    ]
    for kind, queue in (("alert", queues.alert), ("due#crm", queues.sync), ("enrollment", queues.advance)):
        queue.wake(*(ref for ref in due if keys.kind(ref) == kind))


def _affected_enrollments(lead: str, folded: Folded, table: Table) -> dict[str, list[Key[Enrollment]]]:
    """Return the active enrollments in each affected journey."""
    affected: dict[str, list[Key[Enrollment]]] = {
        name: []
        for consequence in folded.consequences
        if isinstance(consequence, JourneysAffected)
        for name in consequence.journeys
    }
    for row in table.under(lead, "enrollment#") if affected else ():
        if row.value.journey in affected and row.value.state is EnrollmentState.ACTIVE:
            affected[row.value.journey].append(row.key)
    return affected


def _without_ended_journeys(folded: Folded, affected: Mapping[str, Sequence[Key[Enrollment]]]) -> State:
    """Return the state in which affected journeys without an active enrollment are over, so they are not read again."""
    entered = {entry.enrollment.journey for entry in folded.consequences if isinstance(entry, Enrolled)}
    ended = {name for name, found in affected.items() if not found} - entered
    if not ended:
        return folded.state
    entries = {name: replace(e, active=e.active and name not in ended) for name, e in folded.state.journeys.items()}
    return replace(folded.state, journeys=entries)


def _consequence_rows(lead: str, rows: LeadRows, folded: Folded, table: Table, now: datetime) -> Iterable[Change]:
    for consequence in folded.consequences:
        match consequence:
            case LeadTurnedHot(alert) | ContactRequested(alert):
                yield Create(keys.alert(lead, alert.id), alert, due=now)
            case ContactRequestLeftOut(alert=id, left_out=count):
                if row := table.get(keys.alert(lead, id)):
                    due = row.due or now + SHOWN_AFTER
                    yield Replace(row.key, replace(row.value, left_out=count), row.version, due=due)
            case Enrolled(enrollment):
                yield Create(keys.enrollment(lead, enrollment.journey, enrollment.key), enrollment, due=now)
            case CrmOutdated(urgent):
                yield from _crm_mark(lead, rows.crm, urgent, now)
            case JourneysAffected():
                pass  # marked by fold_changes


def _crm_mark(lead: str, row: Row[CrmMark] | None, urgent: bool, now: datetime) -> Iterable[Change]:
    """Yield the mark, unless it is due as early already.

    That suffices, because score.sync clears a mark only if the state is still the one that it wrote to the CRM.
    """
    mark = row.value if row else CrmMark(lead=lead)
    due = crm_due(urgent, mark.written, row.due if row else None, now)
    after = replace(mark, urgent=mark.urgent or urgent)
    if row is None or row.due != due or after != mark:
        yield Replace(keys.crm_mark(lead), after, row.version if row else 0, due=due)
