"""Deliver one planned mail: judge it, claim it in one transaction, hand it to SES once, and write down what came of it.

Whoever wakes us, and however often, a claim is never taken twice and is followed by one call.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from math import ceil
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from nurture._send_context import Dependencies as Dependencies
from nurture._send_context import Gathered, gather, is_stopped, situation
from ripen.adapters.batch import batch_processor
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.rows.campaign_counts import count_send
from ripen.adapters.rows.campaign_switch import CampaignSwitch
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.rows.sends import move_send
from ripen.adapters.rows.stop_switch import StopSwitch
from ripen.adapters.secrets import Secrets
from ripen.adapters.ses.mailer import Ses
from ripen.adapters.table import Absent, Change, Conflict, Key, Replace, Row, Table, keys
from ripen.calendar.local_time import lead_zone
from ripen.decision import Reason
from ripen.errors import Blocked, Undeliverable, Unsure
from ripen.journey.abandoned_mail import is_abandoned
from ripen.journey.enrollment import Enrollment, EnrollmentState, leave
from ripen.mail import breaker, frequency_cap, ledger, policy
from ripen.mail.breaker import Breaker
from ripen.mail.ledger import IllegalMove, MailClass, MovedSend, Send, SendPointer
from ripen.mail.mail_links import MailLinks
from ripen.mail.message import OutgoingMail, RenderError, compose, uses_entry
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
ses = Ses(os.environ["CONFIGURATION_SET"])
reply_domain = os.environ["REPLY_DOMAIN"]

_ENOUGH_MILLIS = 15_000


class OutOfTime(Exception):
    """Too little of this invocation is left for a call to SES: the record goes back to the queue."""


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
        reply_domain=reply_domain,
        link_key=secrets.key("link"),
        address_key=secrets.key("address"),
    )
    if send := deliver(key, dependencies):
        logger.info("mail", send=send.id, lead=send.lead, state=send.state, reason=send.reason)
        metrics.add_metric(name=f"Mail{send.state.capitalize()}", unit=MetricUnit.Count, value=1)


def deliver(key: Key[Send], dependencies: Dependencies) -> Send | None:
    """Do what is due for this send now; returns the row as it is then, None if there was nothing to do."""

    def step(attempt: int) -> Send | None:
        gathered = gather(key, dependencies, thoroughly=attempt > 0)
        return _step(gathered, dependencies) if gathered else None

    return dependencies.table.retrying(step)


def _step(gathered: Gathered, dependencies: Dependencies) -> Send | None:
    row, now = gathered.send, dependencies.clock.now()
    if ledger.may_be_claimed(row.value, now):
        return _decide(gathered, dependencies, now)
    if moved := ledger.time_out(row.value, now):
        return _write(row, moved, dependencies, now)
    if row.due and row.value.state not in ledger.OPEN:
        dependencies.table.write(Replace(row.key, row.value, row.version))  # its story is over: off the agenda
    return None


def _decide(gathered: Gathered, dependencies: Dependencies, now: datetime) -> Send:
    """Decide about the mail, and apply the decision."""
    row = gathered.send
    enrollment = cache(lambda: _enrollment(row.value, dependencies))
    context = situation(gathered, lambda: is_abandoned(row.value, enrollment(), dependencies.bundle), dependencies, now)
    match policy.decide(context, now):
        case policy.Wait(until, ""):
            return _write(row, MovedSend(row.value, until), dependencies, now)
        case policy.Wait(until, reason):
            return _write(row, ledger.postpone(row.value, reason, until), dependencies, now)
        case policy.Skip(reason, leaves):
            left = _left(row.value, reason, dependencies, now) if leaves else ()
            return _write(row, ledger.skip(row.value, reason), dependencies, now, *left)
        case policy.Claim() | policy.Foresee() as decision:
            return _send(decision, gathered, enrollment(), dependencies, now)


def _send(
    decision: policy.Claim | policy.Foresee,
    gathered: Gathered,
    enrollment: Enrollment | None,
    dependencies: Dependencies,
    now: datetime,
) -> Send:
    """Write the mail; claim it and hand it to SES, or in shadow mode only record it."""
    row, live, profile = gathered.send, dependencies.live(), gathered.lead
    # What was claimed once is written from the same playbook again.
    bundle = dependencies.bundle(row.value.bundle) if row.value.bundle else live.bundle
    try:
        mail = compose(
            row.value,
            profile,
            bundle,
            MailLinks(live.site, dependencies.link_key, dependencies.reply_domain),
            now,
            facts=enrollment.facts if enrollment else None,
            answers=enrollment.answers if enrollment else None,
        )
    except RenderError as error:
        logger.error("mail cannot be written", send=row.value.id, email=row.value.email, error=str(error))
        return _write(row, ledger.fail(row.value, Reason.CANNOT_RENDER), dependencies, now)
    if isinstance(decision, policy.Foresee):
        return _write(row, ledger.skip_in_shadow(row.value, bundle.hash, mail.subject), dependencies, now)
    if is_stopped(row.value, dependencies):
        return _write(row, MovedSend(row.value, now + policy.STOPPED_PAUSE), dependencies, now)
    return _hand_over(_claim(gathered, mail, bundle, dependencies, now), gathered, mail, dependencies)


def _enrollment(send: Send, dependencies: Dependencies) -> Enrollment | None:
    """The run of the journey that planned it. What the lead asked for goes anyway: then it is read only where the mail asks
    what let the lead in, or what a webhook answered."""
    bundle = dependencies.bundle(send.bundle) if send.bundle else dependencies.live().bundle
    email = bundle.emails.get(send.email)
    is_asked = send.mail_class is MailClass.MARKETING or (email is not None and uses_entry(email))
    if not send.entry or send.campaign or not is_asked:
        return None
    row = dependencies.table.get(keys.enrollment(send.lead, send.origin, send.entry))
    return row.value if row else None


def _claim(
    gathered: Gathered, mail: OutgoingMail, bundle: Bundle, dependencies: Dependencies, now: datetime
) -> Row[Send]:
    """One transaction: nothing is claimed if the row, the contact or the address's standing changed since."""
    row, contact, pointer = gathered.send, gathered.contact, gathered.pointer
    moved = ledger.claim(row.value, bundle.hash, mail.subject, now)
    lead = row.value.lead
    counted = frequency_cap.with_mail_counted(
        gathered.known, row.value, now, lead_zone(gathered.lead, dependencies.live().bundle.brand)
    )
    dependencies.table.write(
        *move_send(row, moved, now),
        Replace(keys.contact(lead), counted, contact.version if contact else 0),
        Absent(gathered.refusal_key),
        Replace(
            keys.send_pointer(row.value.id),
            SendPointer(
                lead=lead,
                email=row.value.email,
                bundle=bundle.hash,
                locale=mail.locale,
                campaign=row.value.origin if row.value.campaign else "",
            ),
            pointer.version if pointer else 0,
        ),
        *count_send(row.value, moved.send),
        *([_fuse(gathered, breaker.with_probe(gathered.fuse, now))] if breaker.is_open(gathered.fuse) else []),
    )
    return Row(row.key, moved.send, row.version + 1)


def _hand_over(row: Row[Send], gathered: Gathered, mail: OutgoingMail, dependencies: Dependencies) -> Send:
    if is_stopped(row.value, dependencies):  # the table may have taken long to write the claim
        return _conclude(
            row,
            lambda send, now: ledger.refuse(send, Reason.SENDING_STOPPED, permanent=False, after=0, now=now),
            dependencies,
        )
    try:
        message_id = dependencies.mailer.send(mail)
    except Blocked as error:
        pause = _blocked(error, dependencies)
        return _refused(row, error.reason, False, pause, dependencies)
    except Undeliverable as error:
        _goes(gathered, dependencies)
        return _refused(row, error.reason, error.permanent, error.after, dependencies)
    except Unsure as error:
        doubtful = str(error)
        return _conclude(row, lambda send, now: ledger.mark_unknown(send, doubtful, now), dependencies)
    _goes(gathered, dependencies)
    return _conclude(row, lambda send, now: ledger.accept(send, message_id, now), dependencies)


def _refused(row: Row[Send], reason: str, permanent: bool, after: int | None, dependencies: Dependencies) -> Send:
    return _conclude(
        row, lambda send, now: ledger.refuse(send, reason, permanent=permanent, after=after, now=now), dependencies
    )


def _blocked(error: Blocked, dependencies: Dependencies) -> int | None:
    """Tells all workers; returns how many seconds this mail is to wait, None if it decides by itself."""
    now, row = dependencies.clock.now(), dependencies.table.get(keys.BREAKER)
    after = None if error.after is None else timedelta(seconds=error.after)
    before = row.value if row else Breaker()
    fuse = breaker.after_refusal(before, error.reason, after, now)
    try:
        dependencies.table.write(Replace(keys.BREAKER, fuse, row.version if row else 0))
    except Conflict:  # somebody else was refused at the same moment, and has told
        return error.after
    if not breaker.is_open(fuse) or fuse.until is None:
        return None
    logger.error("nothing is handed to SES", reason=error.reason, until=fuse.until.isoformat())
    metrics.add_metric(name="SendingBlocked", unit=MetricUnit.Count, value=1)
    return ceil((fuse.until - now).total_seconds())


def _goes(gathered: Gathered, dependencies: Dependencies) -> None:
    """SES takes mails again: the breaker closes."""
    if breaker.is_open(gathered.fuse):
        row = dependencies.table.get(keys.BREAKER)
        if row and row.value.probed:
            with suppress(Conflict):
                dependencies.table.write(Replace(keys.BREAKER, Breaker(), row.version))


def _fuse(gathered: Gathered, fuse: Breaker) -> Change:
    return Replace(keys.BREAKER, fuse, gathered.breaker.version if gathered.breaker else 0)


def _conclude(row: Row[Send], move: Callable[[Send, datetime], MovedSend], dependencies: Dependencies) -> Send:
    """Write the answer over the claim, or over what feedback made of it meanwhile."""

    def conclude(attempt: int) -> Send:
        latest = (dependencies.table.get(row.key) if attempt else None) or row
        now = dependencies.clock.now()
        try:
            moved = move(latest.value, now)
        except IllegalMove:  # SES's own event came before its answer, and knows better
            return latest.value
        return _write(latest, moved, dependencies, now)

    return dependencies.table.retrying(conclude)


def _left(send: Send, reason: str, dependencies: Dependencies, now: datetime) -> list[Change]:
    """The lead leaves the journey that planned this mail, if it is still in it."""
    key = keys.enrollment(send.lead, send.origin, send.entry)
    row = None if send.campaign else dependencies.table.get(key)
    if row is None or row.value.state is not EnrollmentState.ACTIVE:
        return []
    gone, decision = leave(row.value, reason, now)
    return [Replace(key, gone, row.version), create_decision(decision)]


def _write(row: Row[Send], moved: MovedSend, dependencies: Dependencies, now: datetime, *more: Change) -> Send:
    dependencies.table.write(*move_send(row, moved, now), *more)
    return moved.send
