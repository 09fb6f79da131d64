"""nurture.crm: carries out the request of a journey's crm step in Salesforce, once the lead is there.

Woken through SQS (Crm) for `request#` rows. A request waits at most a day for the lead to be there, or for Salesforce
itself. Its result is a decision.
"""

import os
from copy import replace
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import Struct

from ripen import ports
from ripen.adapters.batch import batch_processor
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.rows.crm_link import new_crm_pointer, update_crm_link
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.rows.shadow import in_shadow
from ripen.adapters.salesforce.gate import CallGate
from ripen.adapters.salesforce.requests import SalesforceRequests
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Change, Conflict, Replace, Row, Table, keys
from ripen.crm.crm_errors import NOT_IN_CRM
from ripen.crm.users import crm_user
from ripen.decision import Decision, DecisionKind, Outcome, Reason
from ripen.errors import Undeliverable
from ripen.ids import digest
from ripen.journey import crm_request
from ripen.journey.crm_request import CrmRequest
from ripen.lead.lead import CrmLink, Profile
from ripen.playbook.bundle import Bundle

logger = Logger()
metrics = Metrics()
batch = batch_processor()
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
salesforce = SalesforceRequests(Secrets(os.environ["CONNECTIONS"]), CallGate(table, clock))


class Dependencies(Struct, frozen=True, kw_only=True):
    """The ports that a request needs."""

    table: Table
    clock: ports.Clock
    crm: ports.CrmRequests
    bundle: Bundle


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event, record_handler, batch, context)


def record_handler(record: SQSRecord) -> None:
    bundle = playbook.live().bundle
    run(record.body, Dependencies(table=table, clock=clock, crm=salesforce, bundle=bundle))


def run(ref: str, dependencies: Dependencies) -> None:
    """Carry the request out if it is open and no other worker has claimed it."""
    key = keys.typed(keys.parse(ref), CrmRequest)
    row, profile = dependencies.table.get_many([key, keys.profile(key.lead)])
    now = dependencies.clock.now()
    if row is None or not crm_request.is_open(row.value, now):
        return
    try:
        if in_shadow(dependencies.table):
            _conclude(row, Outcome.WOULD_HAVE_BEEN_DONE, Reason.SHADOW, dependencies)
        elif profile is None or profile.value.crm is None:
            _retry_later(row, Undeliverable(NOT_IN_CRM, permanent=profile is None), dependencies)
        else:
            _carry_out(_claim(row, dependencies, now), profile, profile.value.crm, dependencies)
    except Conflict:
        return  # another worker wrote first


def _claim(row: Row[CrmRequest], dependencies: Dependencies, now: datetime) -> Row[CrmRequest]:
    due = now + crm_request.LEASE
    claimed = crm_request.claim(row.value, now)
    dependencies.table.write(Replace(row.key, claimed, row.version, due=due, lane=row.lane))
    return Row(row.key, claimed, row.version + 1, due, row.lane)


def _carry_out(row: Row[CrmRequest], profile: Row[Profile], link: CrmLink, dependencies: Dependencies) -> None:
    bundle, request = dependencies.bundle, row.value
    due = crm_request.due_date(request, bundle.brand.time_zone)
    owner = crm_user(request.owner, bundle.sync.users) if request.owner else None
    try:
        new_link = dependencies.crm.carry_out(link, request, due, owner)
    except Undeliverable as failure:
        return _retry_later(row, failure, dependencies)

    def conclude(attempt: int) -> None:
        known, mine = dependencies.table.get_many([profile.key, row.key]) if attempt else (profile, row)
        if known and mine and mine.version == row.version:  # else another worker wrote first
            changes = update_crm_link(known, new_link, dependencies.clock.now(), by_us=True)
            pointer = new_crm_pointer(known, new_link, dependencies.table)
            _conclude(row, Outcome.DONE, "", dependencies, *changes, *pointer)

    return dependencies.table.retrying(conclude)


def _retry_later(row: Row[CrmRequest], failure: Undeliverable, dependencies: Dependencies) -> None:
    """Make the row due again, or finish it as not done."""
    now = dependencies.clock.now()
    due = crm_request.retry_at(row.value, failure, now)
    if due is None:
        return _conclude(row, Outcome.NOT_DONE, failure.reason, dependencies)
    attempts = row.value.attempts + (row.value.claimed is None)
    request = replace(row.value, claimed=None, error=failure.reason, attempts=attempts)
    if crm_request.needs_a_person(request, now):
        metrics.add_metric(name="SalesforceErrors", unit=MetricUnit.Count, value=1)
    logger.warning(
        "CRM request waits",
        crm_request=request.id,
        lead=request.lead,
        seconds=(due - now) / timedelta(seconds=1),
    )
    dependencies.table.write(Replace(row.key, request, row.version, due=due, lane=row.lane))
    return None


def _conclude(
    row: Row[CrmRequest], outcome: Outcome, reason: str, dependencies: Dependencies, *changes: Change
) -> None:
    now, request = dependencies.clock.now(), row.value
    decision = Decision(
        id=digest("request", request.id),
        lead=request.lead,
        at=now,
        what=DecisionKind.CRM,
        subject=crm_request.parts(request),
        outcome=outcome,
        reason=reason,
        facts={"journey": request.journey},
    )
    dependencies.table.write(
        Replace(row.key, crm_request.finish(request, outcome, now, reason), row.version),
        create_decision(decision),
        *changes,
    )
    logger.info("request", crm_request=request.id, lead=request.lead, outcome=outcome, reason=reason.partition(":")[0])
