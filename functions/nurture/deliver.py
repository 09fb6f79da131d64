"""Deliver one planned mail: judge it, claim it in one transaction, hand it to SES once, and write down what came of it.

Whoever wakes us, and however often, a claim is never taken twice and is followed by one call.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from ripen import ledger, policy, ports
from ripen.adapters.batch import messages
from ripen.adapters.clock import Clock
from ripen.adapters.playbook import Live, Playbook
from ripen.adapters.secrets import Secrets
from ripen.adapters.ses import Ses
from ripen.adapters.stop import StopSign
from ripen.adapters.table import Absent, Change, Conflict, Create, Key, Replace, Row, Table, keys
from ripen.address import address_hash
from ripen.bundle import Bundle
from ripen.contact import Contact, Suppression
from ripen.errors import Undeliverable, Unsure
from ripen.lead import Profile
from ripen.ledger import IllegalMove, Moved, Send, SendPointer
from ripen.mail import OutgoingMail, Unwritable, compose

logger = Logger()
metrics = Metrics()
batch = messages()
table = Table(os.environ["TABLE"])
clock = Clock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
secrets = Secrets(os.environ["SECRET"])
stop = StopSign(table)
ses = Ses(os.environ["CONFIGURATION_SET"])

_ENOUGH_MILLIS = 15_000
_TRIES = 5


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
    outside = Outside(
        table=table,
        live=playbook.live,
        bundle=playbook.bundle,
        clock=clock,
        mailer=ses,
        stopped=stop.on,
        link_key=secrets.key("link"),
        address_key=secrets.key("address"),
    )
    if send := deliver(key, outside):
        logger.info("mail", send=send.id, lead=send.lead, state=send.state, reason=send.reason)
        metrics.add_metric(name=f"Mail{send.state.capitalize()}", unit=MetricUnit.Count, value=1)


@dataclass(frozen=True, kw_only=True)
class Outside:
    """All that a delivery needs of the world."""

    table: Table
    live: Callable[[], Live]
    bundle: Callable[[str], Bundle]
    clock: ports.Clock
    mailer: ports.Mailer
    stopped: Callable[[], bool]
    link_key: bytes
    address_key: bytes


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """The rows that one send is judged by and changes."""

    send: Row[Send]
    profile: Profile | None
    contact: Row[Contact] | None
    pointer: Row[SendPointer] | None
    refusal_key: Key[Suppression]
    refusal: Row[Suppression] | None
    in_shadow: bool

    @property
    def about(self) -> Contact:
        return self.contact.value if self.contact else Contact(lead=self.send.value.lead)


def deliver(key: Key[Send], outside: Outside) -> Send | None:
    """Do what is due for this send now; returns the row as it is then, None if there was nothing to do."""
    for number in range(_TRIES):
        gathered = _gather(key, outside, thoroughly=number > 0)
        if gathered is None:
            return None
        try:
            return _step(gathered, outside)
        except Conflict:  # somebody changed one of the rows since: judge by what they are now
            continue
    raise Conflict(())


def _gather(key: Key[Send], outside: Outside, thoroughly: bool) -> Gathered | None:
    """`thoroughly` also reads whether the address is suppressed; the claim's own condition asks that in any case, but
    shadow mode makes no claim."""
    lead, id = key.lead, key.sk.removeprefix("send#")
    send, profile, contact, pointer, shadow = outside.table.get_many(
        [key, keys.profile(lead), keys.contact(lead), keys.send_pointer(id), keys.SHADOW]
    )
    if send is None:
        return None
    in_shadow = bool(shadow and shadow.value.on)
    refusal_key = keys.suppression(address_hash(outside.address_key, profile.value.email if profile else ""))
    return Gathered(
        send=send,
        profile=profile.value if profile else None,
        contact=contact,
        pointer=pointer,
        refusal_key=refusal_key,
        refusal=outside.table.get(refusal_key) if thoroughly or in_shadow else None,
        in_shadow=in_shadow,
    )


def _step(gathered: Gathered, outside: Outside) -> Send | None:
    row, now = gathered.send, outside.clock.now()
    if ledger.may_be_claimed(row.value, now):
        return _judge(gathered, outside, now)
    if moved := ledger.overdue(row.value, now):
        return _write(row, moved, outside, now)
    if row.due and row.value.state not in ledger.OPEN:
        outside.table.write(Replace(row.key, row.value, row.version))  # its story is over: off the agenda
    return None


def _judge(gathered: Gathered, outside: Outside, now: datetime) -> Send:
    row, live = gathered.send, outside.live()
    if gathered.profile is None:
        return _write(row, ledger.skip(row.value, "no such lead"), outside, now)
    refusal = gathered.refusal.value if gathered.refusal else None
    match policy.judge(row.value, gathered.about, refusal, outside.stopped(), live.bundle.policy, now):
        case policy.Wait(until):
            return _write(row, Moved(row.value, until), outside, now)
        case policy.Skip(reason):
            return _write(row, ledger.skip(row.value, reason), outside, now)
        case policy.Claim():
            pass
    # What was claimed once is written from the same playbook again.
    bundle = outside.bundle(row.value.bundle) if row.value.bundle else live.bundle
    try:
        mail = compose(row.value, gathered.profile, bundle, live.site, outside.link_key, now)
    except Unwritable as error:
        logger.error("mail cannot be written", send=row.value.id, email=row.value.email, error=str(error))
        return _write(row, ledger.fail(row.value, "render"), outside, now)
    if gathered.in_shadow:
        return _write(row, ledger.foresee(row.value, bundle.hash, mail.subject), outside, now)
    if outside.stopped():
        return _write(row, Moved(row.value, now + policy.STOPPED_PAUSE), outside, now)
    return _hand_over(_claim(gathered, mail, bundle, outside, now), mail, outside)


def _claim(gathered: Gathered, mail: OutgoingMail, bundle: Bundle, outside: Outside, now: datetime) -> Row[Send]:
    """One transaction: nothing is claimed if the row, the contact or the address's standing changed since."""
    row, contact, pointer = gathered.send, gathered.contact, gathered.pointer
    moved = ledger.claim(row.value, bundle.hash, mail.subject, now)
    lead = row.value.lead
    outside.table.write(
        Replace(row.key, moved.send, row.version, moved.due, ledger.lane(row.value)),
        Replace(keys.contact(lead), policy.counted(gathered.about, row.value, now), contact.version if contact else 0),
        Absent(gathered.refusal_key),
        Replace(
            keys.send_pointer(row.value.id),
            SendPointer(lead=lead, email=row.value.email, bundle=bundle.hash, locale=mail.locale),
            pointer.version if pointer else 0,
        ),
    )
    return Row(row.key, moved.send, row.version + 1)


def _hand_over(row: Row[Send], mail: OutgoingMail, outside: Outside) -> Send:
    if outside.stopped():  # the table may have taken long to write the claim
        return _conclude(
            row, lambda send, now: ledger.refuse(send, "stopped", permanent=False, after=0, now=now), outside
        )
    try:
        message_id = outside.mailer.send(mail)
    except Undeliverable as error:
        reason, permanent, after = error.reason, error.permanent, error.after
        return _conclude(
            row, lambda send, now: ledger.refuse(send, reason, permanent=permanent, after=after, now=now), outside
        )
    except Unsure as error:
        doubtful = str(error)
        return _conclude(row, lambda send, now: ledger.doubt(send, doubtful, now), outside)
    return _conclude(row, lambda send, now: ledger.accept(send, message_id, now), outside)


def _conclude(row: Row[Send], move: Callable[[Send, datetime], Moved], outside: Outside) -> Send:
    """Write the answer over the claim, or over what feedback made of it meanwhile."""
    for _ in range(_TRIES):
        now = outside.clock.now()
        try:
            moved = move(row.value, now)
        except IllegalMove:  # SES's own event came before its answer, and knows better
            return row.value
        try:
            return _write(row, moved, outside, now)
        except Conflict:
            row = outside.table.get(row.key) or row
    raise Conflict(())


def _write(row: Row[Send], moved: Moved, outside: Outside, now: datetime) -> Send:
    changes: list[Change] = [
        Replace(row.key, moved.send, row.version, moved.due, ledger.lane(row.value)),
    ]
    if decision := ledger.decision(row.value, moved.send, now):
        changes.append(Create(keys.decision(decision.lead, decision.at, decision.id), decision))
    outside.table.write(*changes)
    return moved.send
