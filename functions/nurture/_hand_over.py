"""Hands a claimed mail to SES, and records the answer: in the ledger, and for all workers in the breaker."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from math import ceil

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from nurture._send_context import Dependencies, SendContext, is_stopped
from ripen.adapters.rows.sends import move_send
from ripen.adapters.table import Change, Conflict, Replace, Row, keys
from ripen.decision import Reason
from ripen.errors import Blocked, Undeliverable, Unsure
from ripen.mail import ledger
from ripen.mail.content.message import OutgoingMail
from ripen.mail.ledger import IllegalMove, MovedSend, Send
from ripen.mail.limits import breaker
from ripen.mail.limits.breaker import Breaker

logger = Logger(child=True)
metrics = Metrics()


def hand_over(row: Row[Send], context: SendContext, mail: OutgoingMail, dependencies: Dependencies) -> Send:
    """Call SES once, and record the answer.

    The stop is checked once more before the call, because the claim may have taken long to write.
    """
    if is_stopped(row.value, dependencies):
        return _refused(row, Reason.SENDING_STOPPED, dependencies, after=0)
    try:
        message_id = dependencies.mailer.send(mail)
    except Blocked as error:
        pause = _open_breaker(error, dependencies)
        return _refused(row, error.reason, dependencies, after=pause)
    except Undeliverable as error:
        _close_breaker(context, dependencies)
        return _refused(row, error.reason, dependencies, after=error.after, permanent=error.permanent)
    except Unsure as error:
        doubt = str(error)
        _open_breaker(Blocked(doubt), dependencies)
        return _record(row, lambda send, now: ledger.mark_unknown(send, doubt, now), dependencies)
    _close_breaker(context, dependencies)
    return _record(row, lambda send, now: ledger.accept(send, message_id, now), dependencies)


def write_move(row: Row[Send], moved: MovedSend, dependencies: Dependencies, now: datetime, *more: Change) -> Send:
    """Write the move, with more changes in the same transaction. Return the send after it."""
    dependencies.table.write(*move_send(row, moved, now), *more)
    return moved.send


def _refused(
    row: Row[Send], reason: str, dependencies: Dependencies, *, after: int | None, permanent: bool = False
) -> Send:
    def refuse(send: Send, now: datetime) -> MovedSend:
        return ledger.refuse(send, reason, permanent=permanent, after=after, now=now)

    return _record(row, refuse, dependencies)


def _record(row: Row[Send], move: Callable[[Send, datetime], MovedSend], dependencies: Dependencies) -> Send:
    """Write the answer over the claim, or over what feedback made of the claim meanwhile."""

    def attempt(number: int) -> Send:
        latest = (dependencies.table.get(row.key) if number else None) or row
        now = dependencies.clock.now()
        try:
            moved = move(latest.value, now)
        except IllegalMove:  # an event of SES was recorded before its answer, and outweighs it
            return latest.value
        return write_move(latest, moved, dependencies, now)

    return dependencies.table.retrying(attempt)


def _open_breaker(error: Blocked, dependencies: Dependencies) -> int | None:
    """Record in the breaker that SES refused the account.

    Return how many seconds this mail has to wait, None if its own attempts decide.
    """
    now, row = dependencies.clock.now(), dependencies.table.get(keys.BREAKER)
    after = None if error.after is None else timedelta(seconds=error.after)
    refused = breaker.after_refusal(row.value if row else Breaker(), error.reason, after, now)
    try:
        dependencies.table.write(Replace(keys.BREAKER, refused, row.version if row else 0))
    except Conflict:  # another worker was refused at the same moment, and has recorded it
        return error.after
    if refused.until is None:
        return None
    logger.error("nothing is handed to SES", reason=error.reason, until=refused.until.isoformat())
    metrics.add_metric(name="SendingBlocked", unit=MetricUnit.Count, value=1)
    return ceil((refused.until - now).total_seconds())


def _close_breaker(context: SendContext, dependencies: Dependencies) -> None:
    """Close the breaker if it was open at the claim and a mail has probed: SES takes mails again."""
    if not breaker.is_open(context.breaker):
        return
    row = dependencies.table.get(keys.BREAKER)
    if row and row.value.probed:
        with suppress(Conflict):
            dependencies.table.write(Replace(keys.BREAKER, Breaker(), row.version))
