"""nurture.deliver: decides about one planned mail, claims it in one transaction, and hands it to SES once.

However often the function is woken, each claim is taken once and followed by one call.
"""

import os
from copy import replace
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from nurture._hand_over import hand_over, write_move
from nurture._mail_content import MailContent
from nurture._send_context import Dependencies as Dependencies
from nurture._send_context import (
    SendContext,
    count_request,
    is_stopped,
    previous_message_id,
    read_context,
    situation,
)
from nurture._warm_up import count_in_warm_up, warm_up_opens
from ripen.adapters.batch import batch_processor
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.rows.campaign_switch import CampaignSwitch
from ripen.adapters.rows.enrollments import move_enrollment
from ripen.adapters.rows.sends import move_send
from ripen.adapters.rows.stop_switch import StopSwitch
from ripen.adapters.rows.warm_up_plan import WarmUpPlan
from ripen.adapters.secrets import Secrets
from ripen.adapters.ses.mailer import Ses
from ripen.adapters.table import Absent, Change, Key, Replace, Row, Table, Unchanged, keys
from ripen.calendar.local_time import lead_zone
from ripen.decision import Reason
from ripen.journey.abandoned_mail import is_abandoned
from ripen.journey.enrollment import EnrollmentState, leave
from ripen.key_ring import Rotated
from ripen.mail import ledger, policy
from ripen.mail.content.mail_links import MailLinks
from ripen.mail.content.message import OutgoingMail, RenderError, compose
from ripen.mail.ledger import MovedSend, Send
from ripen.mail.limits import breaker, frequency_cap, request_cap
from ripen.playbook.bundle import Bundle

logger = Logger()
metrics = Metrics()
batch = batch_processor()
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
secrets = Secrets(os.environ["SECRET"])
stop = StopSwitch(table)
campaigns = CampaignSwitch(table, clock)
warm_up = WarmUpPlan(table)
ses = Ses(os.environ["CONFIGURATION_SET"], transactional=os.environ["TRANSACTIONAL_SET"])
reply_domain = os.environ["REPLY_DOMAIN"]

_ENOUGH_MILLIS = 15_000


class OutOfTime(Exception):
    """Too little time of the invocation is left for a call to SES: the record goes back to the queue."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event, record_handler, batch, context)


def record_handler(record: SQSRecord, lambda_context: LambdaContext) -> None:
    if lambda_context.get_remaining_time_in_millis() < _ENOUGH_MILLIS:
        raise OutOfTime
    key = keys.typed(keys.parse(record.body), Send)
    dependencies = Dependencies(
        table=table,
        live=playbook.live,
        bundle=playbook.bundle,
        clock=clock,
        mailer=ses,
        stopped=stop.is_on,
        may_send=campaigns.may_send,
        warm_up=warm_up.read,
        reply_domain=reply_domain,
        link_keys=secrets.ring(Rotated.LINK),
        address_key=secrets.key("address"),
    )
    if send := deliver(key, dependencies):
        logger.info("mail", send=send.id, lead=send.lead, state=send.state, reason=send.reason)
        if send.reason in (Reason.REQUESTED_TOO_OFTEN, Reason.OVER_HOURLY_LIMIT):
            metrics.add_metric(name="RequestedMailOverLimit", unit=MetricUnit.Count, value=1)
        metrics.add_metric(name=f"Mail{send.state.capitalize()}", unit=MetricUnit.Count, value=1)


def deliver(key: Key[Send], dependencies: Dependencies) -> Send | None:
    """Do what is due for this send. Return the send as it is then, None if nothing was due.

    1. Read the rows that decide about the mail.
    2. Decide whether it may go: skip it, let it wait, or go on.
    3. Render it; in shadow mode, only record it.
    4. Claim it, in one transaction that fails if a row has changed.
    5. Hand it to SES once, and record the answer.
    """

    def attempt(number: int) -> Send | None:
        context = read_context(key, dependencies, with_suppression=number > 0)
        return _move(context, dependencies) if context else None

    return dependencies.table.retrying(attempt)


def _move(context: SendContext, dependencies: Dependencies) -> Send | None:
    row, now = context.send, dependencies.clock.now()
    if ledger.may_be_claimed(row.value, now):
        return _decide(context, dependencies, now)
    if moved := ledger.time_out(row.value, now):
        return write_move(row, moved, dependencies, now)
    if row.due and row.value.state not in ledger.OPEN:
        dependencies.table.write(
            Replace(row.key, row.value, row.version, expires=row.expires)
        )  # takes a finished send off the agenda
    return None


def _decide(context: SendContext, dependencies: Dependencies, now: datetime) -> Send:
    """Decide about the mail, and apply the decision."""
    row, content = context.send, MailContent(context.send.value, dependencies)
    about = situation(
        context,
        content.purpose,
        lambda: is_abandoned(row.value, content.enrollment, dependencies.bundle),
        dependencies,
        now,
    )
    about = replace(about, warm_up_opens=lambda: warm_up_opens(context, dependencies, now))
    match policy.decide(about, now):
        case policy.Wait(until, ""):
            return write_move(row, MovedSend(row.value, until), dependencies, now)
        case policy.Wait(until, reason):
            return write_move(row, ledger.postpone(row.value, reason, until), dependencies, now)
        case policy.Skip(reason, leaves):
            exit_changes = _exit_journey(row.value, reason, dependencies, now) if leaves else ()
            return write_move(row, ledger.skip(row.value, reason), dependencies, now, *exit_changes)
        case policy.Claim() | policy.RecordOnly() as decision:
            return _send(decision, context, content, dependencies, now)


def _send(
    decision: policy.Claim | policy.RecordOnly,
    context: SendContext,
    content: MailContent,
    dependencies: Dependencies,
    now: datetime,
) -> Send:
    """Render the mail; claim it and hand it to SES, or in shadow mode only record it."""
    row, links = context.send, MailLinks(dependencies.live().site, dependencies.link_keys, dependencies.reply_domain)
    bundle, shown = content.bundle, content.shown(context)
    try:
        mail = compose(row.value, shown.profile, bundle, links, now, facts=shown.facts, answers=shown.answers)
    except RenderError as error:
        logger.error("mail cannot be rendered", send=row.value.id, email=row.value.email, error=str(error))
        return write_move(row, ledger.hold(row.value, str(error)), dependencies, now)
    if isinstance(decision, policy.RecordOnly):
        return write_move(row, ledger.skip_in_shadow(row.value, bundle.hash, mail.subject), dependencies, now)
    if is_stopped(row.value, dependencies):
        return write_move(row, MovedSend(row.value, now + policy.STOPPED_PAUSE), dependencies, now)
    mail = replace(mail, follows=previous_message_id(row.value, dependencies))
    return hand_over(_claim(context, mail, bundle, dependencies, now), context, mail, dependencies)


def _claim(
    context: SendContext, mail: OutgoingMail, bundle: Bundle, dependencies: Dependencies, now: datetime
) -> Row[Send]:
    """Claim the mail in one transaction, which fails if its row, the contact or the suppression has changed.

    A mail that stays in its lane keeps its place on the agenda too: moving it costs as much as the claim's other half.
    The tick may wake a worker for it, which finds the claim and its lease.
    """
    send = context.send
    moved = ledger.claim(send.value, bundle.hash, mail.subject, mail.locale, now)
    if ledger.lane(moved.send) is send.lane:
        moved = replace(moved, due=send.due)
    dependencies.table.write(
        *move_send(send, moved, now),
        _contact_change(context, dependencies, now),
        Absent(context.suppression_key),
        *count_request(send.value, context.lead.email, dependencies, now),
        *count_in_warm_up(context, dependencies, now),
        *_probe(context, now),
    )
    return Row(send.key, moved.send, send.version + 1, expires=send.expires)


def _contact_change(context: SendContext, dependencies: Dependencies, now: datetime) -> Change:
    """Return the change that counts the mail under its cap, or the condition that the contact is as it was judged."""
    key, version = keys.contact(context.send.key.lead), context.contact_row.version if context.contact_row else 0
    zone = lead_zone(context.lead, dependencies.live().bundle.brand)
    counted = frequency_cap.with_mail_counted(context.contact, context.send.value, now, zone)
    counted = request_cap.with_mail_counted(counted, context.send.value, now)
    return Unchanged(key, version) if counted == context.contact else Replace(key, counted, version)


def _probe(context: SendContext, now: datetime) -> list[Change]:
    """Return the change that makes the mail the probe of an open breaker."""
    if not breaker.is_open(context.breaker):
        return []
    probing, row = breaker.with_probe(context.breaker, now), context.breaker_row
    return [Replace(keys.BREAKER, probing, row.version if row else 0)]


def _exit_journey(send: Send, reason: str, dependencies: Dependencies, now: datetime) -> list[Change]:
    """Return the changes with which the lead leaves the journey that planned the mail, if it is still in it."""
    if send.campaign:
        return []
    key = keys.enrollment(send.lead, send.origin, send.entry)
    row = dependencies.table.get(key)
    if row is None or row.value.state is not EnrollmentState.ACTIVE:
        return []
    left, decision = leave(row.value, reason, now)
    return move_enrollment(row, left, [decision])
