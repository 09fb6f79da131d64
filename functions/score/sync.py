"""score.sync: writes leads to Salesforce, up to 200 in two calls, and keeps the link to each record.

Woken through SQS (Sync) for `due#crm` rows. A record is found again by our key, and a Task by its own, so a worker that
dies between two calls does no harm: all is repeated. A failure is noted on the mark, which is due again later.
"""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger, Metrics

from ripen.adapters.batch import has_time
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.rows.shadow import in_shadow
from ripen.adapters.salesforce.gate import CallGate
from ripen.adapters.salesforce.records import Salesforce
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Table, keys
from ripen.adapters.unavailable import report
from ripen.crm import crm_mark, upsert
from ripen.crm.judgement import UpToDate, judge
from ripen.errors import NewerFormat, Unavailable, Undeliverable
from ripen.marks import CrmMark
from ripen.playbook.bundle import Bundle
from score._api_budget import Budget
from score._crm_alarm import measure_errors
from score._crm_calls import WantedRecord, write_records
from score._crm_case import Case, SyncOutcome, read_cases
from score._crm_case import Dependencies as Dependencies
from score._crm_outcome import log_outcomes, write_outcome

logger = Logger()
metrics = Metrics()
budget = Budget()
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
salesforce = Salesforce(Secrets(os.environ["CONNECTIONS"]), CallGate(table, clock))
alert = Queue(os.environ["ALERT_QUEUE"])

_CALLS_MILLIS = 85_000
"""Time that the two calls for a batch of leads may take, and the rows after them."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    refs = [record["body"] for record in event["Records"]]
    failed = sync_live(refs, partial(has_time, context), partial(has_time, context, _CALLS_MILLIS))
    messages = [record["messageId"] for record in event["Records"] if record["body"] in failed]
    return {"batchItemFailures": [{"itemIdentifier": id} for id in messages]}


def sync_live(refs: Sequence[str], has_time: Callable[[], bool], may_call: Callable[[], bool]) -> set[str]:
    """Sync by the live playbook, as `sync` does. Leave all marks due while this function is Unavailable."""
    try:
        bundle = playbook.live().bundle
        dependencies = Dependencies(table=table, clock=clock, bundle=bundle, crm=salesforce, alert=alert, budget=budget)
        return sync(refs, dependencies, has_time, may_call)
    except Unavailable as error:
        report(error)
        return set()


def sync(
    refs: Sequence[str], dependencies: Dependencies, has_time: Callable[[], bool], may_call: Callable[[], bool]
) -> set[str]:
    """Bring these leads up to date in the CRM.

    Return the refs that failed: those that name no mark, those whose rows other workers kept changing, and those for
    which no time was left. `may_call` tells whether there is time for the calls for a further batch.
    """
    marks = {ref: lead for ref in dict.fromkeys(refs) if (lead := _lead(ref))}
    failed = {ref for ref in refs if ref not in marks}
    waiting = list(marks)
    while waiting:
        size = dependencies.budget.batch.at(dependencies.clock.now())
        chosen, waiting = waiting[:size], waiting[size:]
        failed |= _sync_readable([marks[ref] for ref in chosen], dependencies, has_time)
        if not may_call():
            break
    return failed | set(waiting)


def _sync_readable(leads: Sequence[str], dependencies: Dependencies, has_time: Callable[[], bool]) -> set[str]:
    """Sync these leads; one by one if newer code wrote a row of one of them, whose mark stays due."""
    try:
        return _sync(leads, dependencies, has_time)
    except NewerFormat as error:
        report(error)
        if len(leads) == 1:
            return set()
    return {ref for lead in leads for ref in _sync_readable([lead], dependencies, has_time)}


def _lead(ref: str) -> str:
    try:
        return keys.typed(keys.parse(ref), CrmMark).lead
    except ValueError:
        logger.error("not a CRM mark", ref=ref)
        return ""


def _sync(leads: Sequence[str], dependencies: Dependencies, has_time: Callable[[], bool]) -> set[str]:
    """Sync at most 200 leads. Return the refs of the marks whose outcome could not be written in time.

    1. Read the leads whose mark is due and not claimed by another worker.
    2. Decide for each lead whether a record is to be written.
    3. Write the records; in shadow mode, only report them.
    4. Write down what became of each lead.
    """
    now = dependencies.clock.now()
    cases = [case for case in read_cases(leads, dependencies.table) if _may_be_synced(case.mark.value, now)]
    judged = [_judge(case, dependencies.bundle, now) for case in cases]
    outcomes = [each for each in judged if isinstance(each, SyncOutcome)]
    wanted = [each for each in judged if isinstance(each, WantedRecord)]
    if wanted and in_shadow(dependencies.table):
        outcomes += [_report(want, now) for want in wanted]
    elif wanted:
        outcomes += write_records(wanted, dependencies, now)
    measure_errors(outcomes, dependencies.table, now)
    written = [each for each in outcomes if has_time() and write_outcome(each, dependencies, now)]
    log_outcomes(written)
    done = {each.case.lead for each in written}
    return {each.case.mark.key.ref for each in outcomes if each.case.lead not in done}


def _may_be_synced(mark: CrmMark, now: datetime) -> bool:
    return not crm_mark.is_claimed(mark, now) and not crm_mark.comes_early(mark, now)


def _judge(case: Case, bundle: Bundle, now: datetime) -> WantedRecord | SyncOutcome:
    """Return the record that the CRM should have, or why nothing is to be written.

    A reason that cannot be rendered for this lead delays this lead only, until the playbook is corrected.
    """
    mark = case.mark.value
    match judge(case.profile.value, case.state.value, mark, bundle, now):
        case upsert.DesiredRecord() as record:
            return WantedRecord(case, record)
        case upsert.Blocked(reason=why):
            return SyncOutcome(case, crm_mark.blocked(mark, why))
        case UpToDate():
            return SyncOutcome(case, crm_mark.unchanged())
        case Undeliverable() as failure:
            return SyncOutcome(case, crm_mark.delayed(mark, failure, now))


def _report(want: WantedRecord, now: datetime) -> SyncOutcome:
    """Return the outcome in shadow mode."""
    missing = () if want.record.link else upsert.missing_fields(want.record)
    return SyncOutcome(want.case, crm_mark.shadowed(want.case.mark.value, want.record, missing, now))
