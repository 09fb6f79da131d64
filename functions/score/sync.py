"""score.sync: writes leads to Salesforce, up to 200 in two calls, and brings back the link to each record.

Woken through SQS (Sync) for `due#crm` rows. What was made once is found again (by our key, a Task by its own), so that a
death between any two calls is repeated without harm. A failure is written on the mark, which is due again later.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from copy import replace
from datetime import datetime
from itertools import batched
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from msgspec import Struct

from ripen import ids
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.rows.crm_link import update_crm_link
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.rows.shadow import in_shadow
from ripen.adapters.salesforce.records import Salesforce
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Change, Conflict, Create, Mark, Replace, Row, Table, keys
from ripen.crm import crm_mark, upsert
from ripen.decision import Decision, DecisionKind
from ripen.errors import Contended, Undeliverable
from ripen.lead.lead import CrmLink, Profile
from ripen.lead.state import State
from ripen.marks import CrmMark
from ripen.playbook.bundle import Bundle
from ripen.pointers import Pointer
from ripen.ports import Clock, CrmRecords, Wake
from ripen.scoring.reasons import reasons
from ripen.scoring.score import score
from ripen.slack.alert import AlertState
from score._api_budget import Budget


class Dependencies(Struct, frozen=True, kw_only=True):
    """What syncing takes."""

    table: Table
    clock: Clock
    bundle: Bundle
    crm: CrmRecords
    alert: Wake
    budget: Budget


logger = Logger()
metrics = Metrics()
budget = Budget()
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
salesforce = Salesforce(Secrets(os.environ["SECRET"]))
alert = Queue(os.environ["ALERT_QUEUE"])

_AT_ONCE = 200
_REASONS = 10
_MOST_ALERTS = 50


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    dependencies = Dependencies(
        table=table, clock=clock, bundle=playbook.live().bundle, crm=salesforce, alert=alert, budget=budget
    )
    left = sync([record["body"] for record in event["Records"]], dependencies)
    again = [record["messageId"] for record in event["Records"] if record["body"] in left]
    return {"batchItemFailures": [{"itemIdentifier": id} for id in again]}


def sync(refs: Sequence[str], dependencies: Dependencies) -> set[str]:
    """Bring the CRM to where these leads stand; returns the refs that could not be dealt with (no such kind of row, or
    others kept writing it)."""
    marks = {ref: lead for ref in dict.fromkeys(refs) if (lead := _lead(ref))}
    left = {ref for ref in refs if ref not in marks}
    for some in batched(marks.values(), _AT_ONCE, strict=False):
        left |= _sync(some, dependencies)
    return left


def _lead(ref: str) -> str:
    try:
        return keys.typed(keys.parse(ref), CrmMark).lead
    except ValueError:
        logger.error("not a CRM mark", ref=ref)
        return ""


class _Case(Struct, frozen=True, kw_only=True):
    profile: Row[Profile]
    state: State
    mark: Row[CrmMark]

    @property
    def lead(self) -> str:
        return self.profile.value.id


def _sync(leads: Sequence[str], dependencies: Dependencies) -> set[str]:
    now = dependencies.clock.now()
    cases = {
        case.lead: case for case in _cases(leads, dependencies.table) if not crm_mark.is_claimed(case.mark.value, now)
    }
    outcomes: dict[str, crm_mark.MarkChange] = {}
    wanted: list[upsert.DesiredRecord] = []
    for case in cases.values():
        judged = _judge(case, dependencies.bundle, now)
        if isinstance(judged, crm_mark.MarkChange):
            outcomes[case.lead] = judged
        else:
            wanted.append(judged)
    if wanted and in_shadow(dependencies.table):
        outcomes |= {want.lead: _foresee(want, cases[want.lead], now) for want in wanted}
    elif wanted:
        outcomes |= _bring(wanted, cases, dependencies, now)
    return {
        keys.crm_mark(lead).ref
        for lead, outcome in outcomes.items()
        if not _settle(cases[lead], outcome, dependencies, now)
    }


def _cases(leads: Sequence[str], table: Table) -> Iterator[_Case]:
    """Those that are on the agenda: a mark without a due time was dealt with by an earlier message. That of a lead which is
    no longer there leaves it."""
    rows = table.get_many(
        [key for lead in leads for key in (keys.profile(lead), keys.state(lead), keys.crm_mark(lead))]
    )
    for profile, state, mark in batched(rows, 3, strict=True):
        if profile and state and mark and mark.due:
            yield _Case(profile=profile, state=state.value, mark=mark)
        elif profile is None and mark and mark.due:
            with suppress(Conflict):
                table.write(Replace(mark.key, mark.value, mark.version))


def _judge(case: _Case, bundle: Bundle, now: datetime) -> upsert.DesiredRecord | crm_mark.MarkChange:
    profile, state, brand = case.profile.value, case.state, bundle.brand
    standing = score(state, bundle.scoring, now)
    if why := upsert.not_admitted(profile, state, standing, bundle.sync):
        return crm_mark.blocked(case.mark.value, why)
    locale = brand.default_locale
    why_in_words = reasons(
        profile, state, bundle.scoring, now, locale, brand.time_zone, with_dates=True, limit=_REASONS
    )
    words, mark = [reason.words for reason in why_in_words], case.mark.value
    wanted = upsert.desired_record(profile, state, standing, words, bundle.sync, locale, mark.task)
    if upsert.digest(wanted) == mark.digest:
        return crm_mark.unchanged()
    return wanted


def _foresee(want: upsert.DesiredRecord, case: _Case, now: datetime) -> crm_mark.MarkChange:
    lacking = () if want.link else upsert.missing_fields(case.profile.value)
    return crm_mark.shadowed(case.mark.value, want, lacking, now)


def _bring(
    wanted: Sequence[upsert.DesiredRecord], cases: dict[str, _Case], dependencies: Dependencies, now: datetime
) -> dict[str, crm_mark.MarkChange]:
    """One call to read, one to write. A lead that another worker has claimed in between is left to it."""
    outcomes = _put_off(wanted, cases, dependencies, now)
    asked = [want for want in wanted if want.lead not in outcomes]
    if not asked:
        return outcomes
    try:
        found = dependencies.crm.find(asked)
    except Undeliverable as failure:
        dependencies.budget.note(dependencies.crm.usage, now)
        return outcomes | {want.lead: crm_mark.delayed(cases[want.lead].mark.value, failure, now) for want in asked}
    dependencies.budget.note(dependencies.crm.usage, now)
    outcomes |= _put_off(asked, cases, dependencies, now)
    writes: list[tuple[upsert.DesiredRecord, upsert.Write]] = []
    for want in (want for want in asked if want.lead not in outcomes):
        case = cases[want.lead]
        match upsert.plan(want, found, case.profile.value):
            case upsert.Blocked(reason=reason):
                outcomes[want.lead] = crm_mark.blocked(case.mark.value, reason)
            case upsert.Write(task=None) as write:
                writes.append((want, write))
            case upsert.Write() as write:
                if claimed := _claim(case, dependencies.table, now):
                    cases[want.lead] = claimed
                    writes.append((want, write))
    if not writes:
        return outcomes
    try:
        results = dependencies.crm.write([write for _, write in writes])
    except Undeliverable as failure:
        return outcomes | {want.lead: crm_mark.delayed(cases[want.lead].mark.value, failure, now) for want, _ in writes}
    for (want, write), written in zip(writes, results, strict=True):
        outcomes[want.lead] = crm_mark.concluded(cases[want.lead].mark.value, want, write, written, now)
    return outcomes


def _put_off(
    wanted: Sequence[upsert.DesiredRecord], cases: dict[str, _Case], dependencies: Dependencies, now: datetime
) -> dict[str, crm_mark.MarkChange]:
    """What leaves the last calls of the day to leads that are handed over, to Tasks and to claims."""
    if not dependencies.budget.is_tight(now):
        return {}
    return {
        want.lead: crm_mark.postponed(now) for want in wanted if crm_mark.can_wait(cases[want.lead].mark.value, want)
    }


def _claim(case: _Case, table: Table, now: datetime) -> _Case | None:
    """Two workers may have found no Task: only one of them makes it."""
    mark, due = replace(case.mark.value, claimed=now), now + crm_mark.LEASE
    try:
        table.write(Replace(case.mark.key, mark, case.mark.version, due=due, lane=case.mark.lane))
    except Conflict:
        return None
    return replace(case, mark=replace(case.mark, value=mark, version=case.mark.version + 1, due=due))


def _settle(case: _Case, outcome: crm_mark.MarkChange, dependencies: Dependencies, now: datetime) -> bool:
    """Write down what became of it, in one transaction; False if others kept writing.

    A mark that was set anew meanwhile stays due; one that another worker has settled is left alone; a profile that
    capture changed meanwhile keeps the change and gets the link.
    """
    seen = case.mark.version

    def settle(attempt: int) -> None:
        latest = _reread(case, dependencies.table) if attempt else case
        if latest is None:
            return
        alerts = _alerts(latest, outcome.link, dependencies.table, now)
        is_due_again = latest.mark.version != seen
        dependencies.table.write(*_changes(latest, outcome, is_due_again, dependencies, now), *alerts)
        dependencies.alert.wake(*(change.key.ref for change in alerts))
        _log(latest, outcome)

    try:
        dependencies.table.retrying(settle)
    except Contended:
        return False
    return True


def _reread(case: _Case, table: Table) -> _Case | None:
    """The case as it is now; None where its lead or its mark is gone, or another worker has settled it."""
    profile, mark = table.get_many([keys.profile(case.lead), keys.crm_mark(case.lead)])
    if profile is None or mark is None or mark.due is None:
        return None
    return replace(case, profile=profile, mark=mark)


def _changes(
    case: _Case, outcome: crm_mark.MarkChange, is_due_anew: bool, dependencies: Dependencies, now: datetime
) -> Iterator[Change]:
    due = case.mark.due if is_due_anew else outcome.due
    yield Replace(case.mark.key, outcome.change(case.mark.value), case.mark.version, due=due, lane=case.mark.lane)
    if outcome.link and outcome.link != case.profile.value.crm:
        yield from update_crm_link(case.profile, outcome.link, now)
        pointer = keys.crm_pointer(outcome.link.id)
        if dependencies.table.get(pointer) is None:
            yield Create(pointer, Pointer(lead=case.lead))
    if news := outcome.decision:
        decision = Decision(
            id=ids.digest("crm", case.lead, case.mark.version, news.outcome),
            lead=case.lead,
            at=now,
            what=DecisionKind.CRM,
            subject=news.object,
            outcome=news.outcome,
            reason=news.reason,
            bundle=dependencies.bundle.hash,
            facts=news.facts | ({"id": outcome.link.id} if outcome.link else {}),
        )
        yield create_decision(decision)


def _alerts(case: _Case, link: CrmLink | None, table: Table, now: datetime) -> list[Mark[Any]]:
    """Cards that sales still looks at are to show the record and its owner."""
    if link is None or link == case.profile.value.crm:
        return []
    rows = table.under(case.lead, "alert#", newest_first=True)
    shown = [row.key for row in rows if not row.value.outcome and row.value.state is not AlertState.FAILED]
    return [Mark(key, now) for key in shown[:_MOST_ALERTS]]


def _log(case: _Case, outcome: crm_mark.MarkChange) -> None:
    """A reason may quote what the lead typed; its code does not."""
    if news := outcome.decision:
        logger.info("crm", lead=case.lead, outcome=news.outcome, reason=news.reason.partition(":")[0])
    elif outcome.due:
        logger.warning("crm", lead=case.lead, outcome="delayed", until=outcome.due.isoformat())
