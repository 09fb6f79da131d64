"""nurture.crm: does in Salesforce what a journey's crm step asks for, once the lead is there.

Woken through SQS (Errand) for `errand#` rows. Waits at most a day, for the lead to come there and for Salesforce itself;
what was not done then is a decision.
"""

import os
from copy import replace
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import Struct

from ripen import ports
from ripen.adapters.batch import messages
from ripen.adapters.clock import Clock
from ripen.adapters.playbook import Playbook
from ripen.adapters.rows.crm_link import relinked
from ripen.adapters.rows.shadow import in_shadow
from ripen.adapters.salesforce.requests import SalesforceErrands
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Change, Conflict, Create, Replace, Row, Table, keys
from ripen.decision import Decision
from ripen.errors import Undeliverable
from ripen.ids import digest
from ripen.journey import crm_request as rules
from ripen.journey.crm_request import Errand
from ripen.lead.lead import CrmLink, Profile
from ripen.settings import SHADOWED

logger = Logger()
batch = messages()
table = Table(os.environ["TABLE"])
clock = Clock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
salesforce = SalesforceErrands(Secrets(os.environ["SECRET"]))

_TRIES = 5
_NOT_THERE = "not in Salesforce yet"


class Desk(Struct, frozen=True, kw_only=True):
    """What doing it takes."""

    table: Table
    clock: ports.Clock
    crm: ports.CrmErrands
    time_zone: str


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event, record_handler, batch, context)


def record_handler(record: SQSRecord) -> None:
    time_zone = playbook.live().bundle.brand.time_zone
    run(record.body, Desk(table=table, clock=clock, crm=salesforce, time_zone=time_zone))


def run(ref: str, desk: Desk) -> None:
    """Do what the errand asks, if nobody has, and nobody is at it."""
    key = keys.typed(keys.parse(ref), Errand)
    row, profile = desk.table.get_many([key, keys.profile(key.lead)])
    now = desk.clock.now()
    if row is None or not rules.may_be_done(row.value, now):
        return
    try:
        if in_shadow(desk.table):
            _conclude(row, "would have been done", SHADOWED, desk)
        elif profile is None or profile.value.crm is None:
            _again(row, Undeliverable(_NOT_THERE, permanent=profile is None), desk)
        else:
            _do(_claimed(row, desk, now), profile, profile.value.crm, desk)
    except Conflict:
        return  # another worker was quicker


def _claimed(row: Row[Errand], desk: Desk, now: datetime) -> Row[Errand]:
    due = now + rules.LEASE
    errand = rules.claimed(row.value, now)
    desk.table.write(Replace(row.key, errand, row.version, due=due, lane=row.lane))
    return Row(row.key, errand, row.version + 1, due, row.lane)


def _do(row: Row[Errand], profile: Row[Profile], link: CrmLink, desk: Desk) -> None:
    try:
        now_owned = desk.crm.carry_out(link, row.value, rules.due_date(row.value, desk.time_zone))
    except Undeliverable as failure:
        return _again(row, failure, desk)
    for attempt in range(_TRIES):
        try:
            return _conclude(row, "done", "", desk, *relinked(profile, now_owned, desk.clock.now()))
        except Conflict:
            if (found := desk.table.get(profile.key)) is None or found.version == profile.version:
                raise
            desk.table.step_back(attempt)
            profile = found
    raise Conflict(())


def _again(row: Row[Errand], failure: Undeliverable, desk: Desk) -> None:
    """The row's due time brings it back; None left is a decision."""
    now = desk.clock.now()
    due = rules.again(row.value, failure, now)
    if due is None:
        return _conclude(row, "not done", failure.reason, desk)
    attempts = row.value.attempts + (row.value.claimed is None)
    errand = replace(row.value, claimed=None, error=failure.reason, attempts=attempts)
    logger.warning("errand waits", errand=errand.id, lead=errand.lead, seconds=(due - now) / timedelta(seconds=1))
    desk.table.write(Replace(row.key, errand, row.version, due=due, lane=row.lane))
    return None


def _conclude(row: Row[Errand], outcome: str, reason: str, desk: Desk, *changes: Change) -> None:
    now, errand = desk.clock.now(), row.value
    decision = Decision(
        id=digest("errand", errand.id),
        lead=errand.lead,
        at=now,
        what="crm",
        subject=rules.asked(errand),
        outcome=outcome,
        reason=reason,
        facts={"journey": errand.journey},
    )
    desk.table.write(
        Replace(row.key, rules.done(errand, outcome, now, reason), row.version),
        Create(keys.decision(errand.lead, now, decision.id), decision),
        *changes,
    )
    logger.info("errand", errand=errand.id, lead=errand.lead, outcome=outcome, reason=reason.partition(":")[0])
