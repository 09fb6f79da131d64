"""notify.alert: post one Slack card for each alert, and update it when something about it has changed.

PLANNED → CLAIMED → POSTED. The row is claimed before the post. A post whose answer was lost, or whose worker died, is
looked up by its metadata before it is made again. A row that is not finished comes back at its due time. Whatever Slack
refuses is retried until it works, unless the card's content is at fault.
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

from notify._card import card_digest, render_card
from notify._hand_off import Dependencies as Dependencies
from notify._hand_off import needs_route, route, tend
from notify._order import wait_behind
from notify._place import place
from ripen import ids
from ripen.adapters.batch import batch_processor
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.rows.shadow import in_shadow
from ripen.adapters.secrets import Secrets
from ripen.adapters.slack.chat import Slack
from ripen.adapters.table import Create, Key, Replace, Row, Table, keys
from ripen.agenda import Ref
from ripen.decision import Decision, DecisionKind, Outcome, Reason
from ripen.errors import Contended, Undeliverable, Unsure
from ripen.slack.alert import Alert, AlertState, with_answer_of
from ripen.slack.card_retry import behind, failing, needs_a_person, retry_wait, without_errors
from ripen.slack.hand_off_course import begins, due_step
from ripen.slack.slack_errors import NO_CHANNEL

logger = Logger()
metrics = Metrics()
batch = batch_processor()
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
chat = Slack(os.environ["SLACK_API"], Secrets(os.environ["CONNECTIONS"]))
channel = os.environ["SALES_CHANNEL"]

_LEASE = timedelta(minutes=5)
_RECHECK = timedelta(minutes=1)
_SHADOW_RECHECK = timedelta(hours=1)
_MOST_STEPS = 10


class _Result(Struct, frozen=True):
    """What is written to the alert's row after a step."""

    alert: Alert
    after: timedelta | None = None
    """When the row is due again; None if the alert is finished."""
    decisions: tuple[Create[Decision], ...] = ()
    shows_again: bool = False
    """True if the card in Slack may be out of date."""


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event, record_handler, batch, context)


def record_handler(record: SQSRecord) -> None:
    update_card(Ref(record.body), Dependencies(table, clock, playbook.live().bundle, chat, channel))


def update_card(ref: Ref, dependencies: Dependencies) -> None:
    """Bring the card in Slack up to date with the row. A failure is written on the row, which stays due."""
    key = keys.typed(keys.parse(ref), Alert)
    for _ in range(_MOST_STEPS):
        if dependencies.table.retrying(lambda _: _step(key, dependencies)):
            return
    raise Contended(ref)


def _step(key: Key[Alert], dependencies: Dependencies) -> bool:
    """Do what the row's state asks for, write the result, and return whether the card is up to date.

    1. Route a new hand-off; of a posted one, take the step that is due.
    2. Leave a row alone that another worker has claimed.
    3. Claim the row if a card may be posted, and no earlier card of the lead waits.
    4. Post, look up or update the card.
    5. Write the result.
    """
    row = dependencies.table.get(key)
    if row is None:
        logger.warning("no such alert", ref=key.ref)
        return True
    if _handed_off(row, dependencies):
        return False
    if row.value.state is AlertState.CLAIMED and _has_live_lease(row.value, dependencies.clock.now()):
        return True
    match row.value.state:
        case AlertState.POSTED:
            result = _refresh(row.value, dependencies)
        case AlertState.FAILED | AlertState.SHADOW:
            result = _Result(row.value)
        case _ if in_shadow(dependencies.table):
            result = _in_shadow(row.value, dependencies)
        case AlertState.PLANNED:
            row, result = _first_attempt(row, dependencies)
        case AlertState.CLAIMED:
            row = _claim(row, dependencies)
            result = _find_or_post(row.value, dependencies)
    return _apply(row, result, dependencies)


def _handed_off(row: Row[Alert], dependencies: Dependencies) -> bool:
    """Route the lead, or do what the clock of its hand-off asks for and post the messages. Return whether it did."""
    if needs_route(row.value, dependencies.bundle):
        route(row, dependencies)
        return True
    messages = tend(row, dependencies) if row.value.state is AlertState.POSTED else None
    for message in messages or ():
        update_card(message, dependencies)
    return messages is not None


def _first_attempt(row: Row[Alert], dependencies: Dependencies) -> tuple[Row[Alert], _Result]:
    """Claim the row and post the card, unless something else comes first."""
    alert, now = row.value, dependencies.clock.now()
    if _is_stopped(dependencies):
        return row, _Result(replace(without_errors(alert), error="stopped"), after=_RECHECK)
    if not _channel(alert, dependencies):
        return row, _delayed(alert, Undeliverable(NO_CHANNEL, permanent=False), dependencies)
    if after := wait_behind(alert, dependencies.table, dependencies.channel, now):
        return row, _Result(behind(alert, now), after=after)
    row = _claim(row, dependencies)
    return row, _post(row.value, dependencies)


def _is_stopped(dependencies: Dependencies) -> bool:
    stop = dependencies.table.get(keys.STOP)
    return stop is not None and stop.value.on


def _channel(alert: Alert, dependencies: Dependencies) -> str:
    return alert.to or alert.channel or dependencies.channel


def _has_live_lease(alert: Alert, now: datetime) -> bool:
    """Return whether another worker has it. Without `claimed` an answer was lost, and any worker may take it."""
    return alert.claimed is not None and now < alert.claimed + _LEASE


def _claim(row: Row[Alert], dependencies: Dependencies) -> Row[Alert]:
    now = dependencies.clock.now()
    alert = replace(row.value, state=AlertState.CLAIMED, claimed=now)
    dependencies.table.write(Replace(row.key, alert, was=row.version, due=now + _LEASE))
    return Row(row.key, alert, row.version + 1, now + _LEASE)


def _in_shadow(alert: Alert, dependencies: Dependencies) -> _Result:
    """Record the card that would have been posted, which is not posted later.

    A claimed card waits, for it may have been posted already.
    """
    if alert.state is AlertState.CLAIMED:
        return _Result(replace(alert, error=Reason.SHADOW), after=_SHADOW_RECHECK)
    card = _render(alert, dependencies)
    if card is None:
        return _failed(alert, dependencies, "no such lead")
    shadowed = replace(alert, state=AlertState.SHADOW, error="")
    decisions = _decision(shadowed, dependencies, Outcome.WOULD_HAVE_POSTED, Reason.SHADOW, {"text": str(card["text"])})
    return _Result(shadowed, decisions=decisions)


def _find_or_post(alert: Alert, dependencies: Dependencies) -> _Result:
    """Take over the card of an earlier post if it came through; otherwise post it."""
    try:
        channel, thread = place(alert, dependencies)
        found = dependencies.chat.find(channel, alert.id, thread)
    except Undeliverable as error:
        return _delayed(alert, error, dependencies)
    return _posted(alert, dependencies, *found, shown="") if found else _post(alert, dependencies)


def _post(alert: Alert, dependencies: Dependencies) -> _Result:
    card = _render(alert, dependencies)
    if card is None:
        return _failed(alert, dependencies, "no such lead")
    try:
        to, thread = place(alert, dependencies)
        channel, ts = dependencies.chat.post(to, card, alert.id, thread)
    except Unsure as error:
        return _Result(failing(alert, str(error), dependencies.clock.now()), after=retry_wait(alert, error))
    except Undeliverable as error:
        if error.permanent:
            return _failed(alert, dependencies, error.reason)
        return _delayed(replace(alert, state=AlertState.PLANNED), error, dependencies)
    return _posted(alert, dependencies, channel, ts, card_digest(card))


def _refresh(alert: Alert, dependencies: Dependencies) -> _Result:
    """Update the card if it changed: the link to Salesforce, or the person who accepted the lead."""
    card = _render(alert, dependencies)
    if card is None or card_digest(card) == alert.shown:
        return _Result(alert)
    if in_shadow(dependencies.table):
        return _Result(replace(alert, error=Reason.SHADOW), after=_SHADOW_RECHECK)
    try:
        dependencies.chat.update(alert.channel, alert.ts, card, alert.id)
    except Undeliverable as error:
        if error.permanent:
            return _Result(replace(without_errors(alert), shown=card_digest(card), error=error.reason))
        return _delayed(alert, error, dependencies)
    return _Result(replace(without_errors(alert), shown=card_digest(card)))


def _render(alert: Alert, dependencies: Dependencies) -> dict[str, Any] | None:
    return render_card(alert, dependencies.table, dependencies.bundle, dependencies.clock.now())


def _posted(alert: Alert, dependencies: Dependencies, channel: str, ts: str, shown: str) -> _Result:
    now = dependencies.clock.now()
    posted = replace(without_errors(alert), state=AlertState.POSTED, posted=now, channel=channel, ts=ts, shown=shown)
    logger.info("card posted", alert=alert.id)
    return _Result(posted, decisions=_decision(posted, dependencies, Outcome.POSTED), shows_again=shown == "")


def _failed(alert: Alert, dependencies: Dependencies, reason: str) -> _Result:
    logger.error("card cannot be posted", alert=alert.id, reason=reason)
    failed = replace(without_errors(alert), state=AlertState.FAILED, error=reason)
    return _Result(failed, decisions=_decision(failed, dependencies, Outcome.FAILED, reason))


def _apply(row: Row[Alert], result: _Result, dependencies: Dependencies) -> bool:
    """Write the result, and return whether the card is up to date or comes back at its due time."""
    if result.alert != row.value and needs_a_person(result.alert, dependencies.clock.now()):
        metrics.add_metric(name="SlackErrors", unit=MetricUnit.Count, value=1)
    if result.after is not None:
        logger.warning(
            "card waits", alert=result.alert.id, reason=result.alert.error, seconds=result.after.total_seconds()
        )
        _write(row, result, dependencies.clock.now() + result.after, dependencies)
        return True
    step = due_step(result.alert, dependencies.bundle)
    due = step[0] if step else None
    if result.alert == row.value and row.due == due:
        return True
    return _write(row, result, due, dependencies) and not (result.shows_again or begins(result.alert))


def _write(row: Row[Alert], result: _Result, due: datetime | None, dependencies: Dependencies) -> bool:
    """Write the result and return whether the row was as read.

    A row that was marked in the meantime (the link came, the lead was accepted) keeps what notify.act wrote and stays
    due. A row that another worker took over is left alone.
    """

    def write(attempt: int) -> bool:
        if not attempt:
            dependencies.table.write(Replace(row.key, result.alert, was=row.version, due=due), *result.decisions)
            return True
        now = dependencies.table.get(row.key)
        if now and (now.value.state, now.value.claimed) == (row.value.state, row.value.claimed):
            kept, again = with_answer_of(result.alert, now.value), due or dependencies.clock.now()
            dependencies.table.write(Replace(row.key, kept, was=now.version, due=again), *result.decisions)
        return False

    return dependencies.table.retrying(write)


def _delayed(alert: Alert, error: Undeliverable, dependencies: Dependencies) -> _Result:
    return _Result(failing(alert, error.reason, dependencies.clock.now()), after=retry_wait(alert, error))


def _decision(
    alert: Alert, dependencies: Dependencies, outcome: Outcome, reason: str = "", facts: dict[str, str] | None = None
) -> tuple[Create[Decision], ...]:
    """Return the decision about the lead. A campaign has none: its own row says that it halted."""
    if not alert.lead:
        return ()
    now = dependencies.clock.now()
    decision = Decision(
        id=ids.digest(alert.id, outcome),
        lead=alert.lead,
        at=now,
        what=DecisionKind.ALERT,
        subject=alert.kind,
        outcome=outcome,
        reason=reason,
        bundle=dependencies.bundle.hash,
        facts=facts or {},
    )
    return (create_decision(decision),)
