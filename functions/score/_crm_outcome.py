"""Writes down what became of a lead that was synced: its mark, the link to its record, and a decision."""

from collections.abc import Iterator, Sequence
from copy import replace
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger

from ripen import ids
from ripen.adapters.rows.crm_link import new_crm_pointer, update_crm_link
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.table import Change, Mark, Replace, Row, Table, Unchanged, keys
from ripen.crm.crm_mark import MarkChange, MarkDecision
from ripen.crm.record_wait import record_wait
from ripen.decision import Decision, DecisionKind, Outcome
from ripen.errors import Contended
from ripen.fold.consequences import crm_due
from ripen.lead.lead import CrmLink
from ripen.slack.alert import Alert, AlertState
from score._crm_case import Case, Dependencies, SyncOutcome

logger = Logger(child=True)

_MAX_ALERTS = 50
"""Cards of one lead that are updated in one transaction."""


def write_outcome(outcome: SyncOutcome, dependencies: Dependencies, now: datetime) -> bool:
    """Write the outcome in one transaction. Return False if other workers kept changing the rows.

    1. After a conflict, read the rows again; stop if another worker has settled the mark.
    2. Write the mark. If it was set again or the state has changed meanwhile, it stays due.
    3. Write a new link and the opt-out into the profile, and put the cards that show the record on the agenda.
    4. Write the decision, and wake notify.alert.
    """
    result = outcome.result

    def write(attempt: int) -> None:
        case = _reread(outcome.case, dependencies.table) if attempt else outcome.case
        if case is None:
            return
        alerts = _alerts(case, result, dependencies.table, now)
        dependencies.table.write(
            _settle(outcome.case, case, result, now),
            Unchanged(case.state.key, case.state.version),
            *_profile_changes(case, result, dependencies.table, now),
            *_displaced(result, dependencies.table, now),
            *_decisions(case, result, dependencies.bundle.hash, now),
            *alerts,
        )
        dependencies.alert.wake(*(change.key.ref for change in alerts))

    try:
        dependencies.table.retrying(write)
    except Contended:
        return False
    return True


def _reread(case: Case, table: Table) -> Case | None:
    """Return the case as it is now; None if its lead or mark is gone, or another worker has settled the mark."""
    profile, state, mark = table.get_many([keys.profile(case.lead), case.state.key, keys.crm_mark(case.lead)])
    if profile is None or state is None or mark is None or mark.due is None:
        return None
    return replace(case, profile=profile, state=state, mark=mark)


def _settle(seen: Case, case: Case, result: MarkChange, now: datetime) -> Change:
    """Return the change of the mark, which stays due if the CRM does not have the newest values.

    A fold does not write a mark that is due already, so a state that has changed says so, too.
    """
    mark = case.mark
    due, after = result.due, result.change(mark.value)
    if mark.version != seen.mark.version:
        due = mark.due
        after = replace(after, urgent=mark.value.urgent)
    elif case.state.version != seen.state.version:
        due = crm_due(mark.value.urgent, now, None, now)
        after = replace(after, urgent=mark.value.urgent)
    return Replace(mark.key, after, mark.version, due=due, lane=mark.lane)


def _profile_changes(case: Case, result: MarkChange, table: Table, now: datetime) -> Iterator[Change]:
    link = result.link
    if link is None:
        return
    yield from update_crm_link(case.profile, link, now, result.opted_out)
    yield from new_crm_pointer(case.profile, link, table)


def _displaced(result: MarkChange, table: Table, now: datetime) -> Iterator[Change]:
    """Yield the change that makes the lead read the record again, though its own values are the same."""
    row = table.get(keys.crm_mark(result.displaced)) if result.displaced else None
    if row:
        yield Replace(row.key, replace(row.value, digest=""), row.version, due=row.due or now, lane=row.lane)


def _alerts(case: Case, result: MarkChange, table: Table, now: datetime) -> list[Mark[Any]]:
    """Return marks for the cards that are to show a new record and its owner, or what the record waits for now.

    A card that sales has answered keeps the owner that it shows, but not what the record no longer waits for.
    """
    if not _is_news(case, result):
        return []
    waited = case.profile.value.crm is None
    rows: Iterator[Row[Alert]] = table.under(case.lead, "alert#", newest_first=True)
    found = (row for row in rows if row.value.state is not AlertState.FAILED)
    shown = [row.key for row in found if waited or not row.value.outcome]
    return [Mark(key, now) for key in shown[:_MAX_ALERTS]]


def _is_news(case: Case, result: MarkChange) -> bool:
    known, mark = case.profile.value.crm, case.mark.value
    if result.link:
        return known is None or replace(result.link, status=known.status) != known
    return known is None and record_wait(result.change(mark)) != record_wait(mark)


def _decisions(case: Case, result: MarkChange, bundle: str, now: datetime) -> Iterator[Change]:
    if found := result.decision:
        yield create_decision(_decision(case, found, result.link, bundle, now))


def _decision(case: Case, found: MarkDecision, link: CrmLink | None, bundle: str, now: datetime) -> Decision:
    return Decision(
        id=ids.digest("crm", case.lead, case.mark.version, found.outcome),
        lead=case.lead,
        at=now,
        what=DecisionKind.CRM,
        subject=found.object,
        outcome=found.outcome,
        reason=found.reason,
        bundle=bundle,
        facts=found.facts | ({"id": link.id} if link else {}),
    )


def log_outcomes(outcomes: Sequence[SyncOutcome]) -> None:
    """Log one line for all leads with the same outcome.

    Of a reason only the part before the colon is logged: the rest may quote what the lead typed.
    """
    decided, delayed = dict[tuple[Outcome, str], list[str]](), dict[datetime, list[str]]()
    for each in outcomes:
        if found := each.result.decision:
            decided.setdefault((found.outcome, found.reason.partition(":")[0]), []).append(each.case.lead)
        elif due := each.result.due:
            delayed.setdefault(due, []).append(each.case.lead)
    for (outcome, reason), leads in decided.items():
        logger.info("crm", leads=leads, outcome=outcome, reason=reason)
    for due, leads in delayed.items():
        logger.warning("crm", leads=leads, outcome="delayed", until=due.isoformat())
