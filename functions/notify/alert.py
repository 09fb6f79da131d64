"""Tells people in Slack: one card for each alert, posted once and shown anew when something about it has changed.

PLANNED → CLAIMED → POSTED. The claim comes before the post; a post whose answer was lost (or whose worker died) is
looked up by its metadata before it is made again. The row's due time brings back whatever did not come through.
"""

import os
from copy import replace
from datetime import datetime, timedelta
from json import dumps
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import Struct

from ripen import ids, ports
from ripen.adapters.batch import messages
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.rows.shadow import in_shadow
from ripen.adapters.secrets import Secrets
from ripen.adapters.slack import Slack
from ripen.adapters.table import Create, Key, Replace, Row, Table, keys
from ripen.agenda import Ref
from ripen.backoff import backoff
from ripen.decision import Decision
from ripen.errors import Contended, Undeliverable, Unsure
from ripen.playbook.bundle import Bundle
from ripen.settings import SHADOWED
from ripen.slack.alert import Alert, AlertState
from ripen.slack.card import hot_lead_card, note_card
from ripen.slack.card_facts import card_facts
from ripen.slack.halt_card import halt_card

logger = Logger()
batch = messages()
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
chat = Slack(os.environ["SLACK_API"], Secrets(os.environ["SECRET"]))
channel = os.environ["SALES_CHANNEL"]

_LEASE = timedelta(minutes=5)
_LOOK_UP = timedelta(seconds=15)
_WAIT = timedelta(minutes=1)
_SHADOW_WAIT = timedelta(hours=1)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)
_MOST_STEPS = 5


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event, record_handler, batch, context)


def record_handler(record: SQSRecord) -> None:
    show(Ref(record.body), Dependencies(table, clock, playbook.live().bundle, chat, channel))


class Dependencies(Struct, frozen=True):
    """What showing a card takes."""

    table: Table
    clock: ports.Clock
    bundle: Bundle
    chat: ports.Chat
    channel: str


def show(ref: Ref, dependencies: Dependencies) -> None:
    """Bring the card in Slack to where the row stands. A failure is written on the row, which stays due."""
    key = keys.typed(keys.parse(ref), Alert)
    for _ in range(_MOST_STEPS):
        if dependencies.table.retrying(lambda _: _step(key, dependencies)):
            return
    raise Contended(ref)


def _step(key: Key[Alert], dependencies: Dependencies) -> bool:
    """Do what the row's state asks for; whether that was all."""
    row = dependencies.table.get(key)
    if row is None:
        logger.warning("no such alert", ref=key.ref)
        return True
    match row.value.state:
        case AlertState.PLANNED if in_shadow(dependencies.table):
            return _foresee(row, dependencies)
        case AlertState.PLANNED if wait := _wait(row, dependencies):
            return _leave_due(row, dependencies, replace(row.value, error=wait), _WAIT)
        case AlertState.PLANNED:
            return _post(_claim(row, dependencies), dependencies)
        case AlertState.CLAIMED if _is_held(row.value, dependencies.clock.now()):
            return True
        case AlertState.CLAIMED if in_shadow(dependencies.table):
            return _leave_due(row, dependencies, replace(row.value, error=SHADOWED), _SHADOW_WAIT)
        case AlertState.CLAIMED:
            return _look_up(_claim(row, dependencies), dependencies)
        case AlertState.POSTED:
            return _refresh(row, dependencies)
        case AlertState.FAILED | AlertState.SHADOW:
            return _settle(row, dependencies, row.value)


def _wait(row: Row[Alert], dependencies: Dependencies) -> str:
    """Why no new card may be posted now; "" if one may."""
    stop = dependencies.table.get(keys.STOP)
    if stop and stop.value.on:
        return "stopped"
    return "" if _channel(row, dependencies) else "no channel is set"


def _channel(row: Row[Alert], dependencies: Dependencies) -> str:
    return row.value.channel or dependencies.channel


def _is_held(alert: Alert, now: datetime) -> bool:
    """Another worker is at it; without `claimed` an answer was lost and nobody is."""
    return alert.claimed is not None and now < alert.claimed + _LEASE


def _claim(row: Row[Alert], dependencies: Dependencies) -> Row[Alert]:
    now = dependencies.clock.now()
    alert = replace(row.value, state=AlertState.CLAIMED, claimed=now, attempts=row.value.attempts + 1)
    dependencies.table.write(Replace(row.key, alert, was=row.version, due=now + _LEASE))
    return Row(row.key, alert, row.version + 1, now + _LEASE)


def _foresee(row: Row[Alert], dependencies: Dependencies) -> bool:
    """Shadow mode: the card that would have been posted is a decision, and is not posted later."""
    rendered = render(row.value, dependencies)
    if rendered is None:
        return _fail(row, dependencies, "no such lead")
    alert = replace(row.value, state=AlertState.SHADOW, error="")
    return _settle(
        row,
        dependencies,
        alert,
        *_decision(alert, dependencies, "would have posted", SHADOWED, {"text": str(rendered["text"])}),
    )


def _look_up(row: Row[Alert], dependencies: Dependencies) -> bool:
    """Its post may have come through: take that card over, or post."""
    try:
        found = dependencies.chat.find(_channel(row, dependencies), row.value.id)
    except Undeliverable as error:
        lost = replace(row.value, claimed=None, error=error.reason)
        return _leave_due(row, dependencies, lost, _pause(row.value, error))
    return _posted(row, dependencies, *found, shown="") if found else _post(row, dependencies)


def _post(row: Row[Alert], dependencies: Dependencies) -> bool:
    rendered = render(row.value, dependencies)
    if rendered is None:
        return _fail(row, dependencies, "no such lead")
    try:
        place, ts = dependencies.chat.post(_channel(row, dependencies), rendered, row.value.id)
    except Unsure as error:
        return _leave_due(row, dependencies, replace(row.value, claimed=None, error=str(error)), _LOOK_UP)
    except Undeliverable as error:
        if error.permanent:
            return _fail(row, dependencies, error.reason)
        again = replace(row.value, state=AlertState.PLANNED, claimed=None, error=error.reason)
        return _leave_due(row, dependencies, again, _pause(row.value, error))
    return _posted(row, dependencies, place, ts, _digest(rendered))


def _refresh(row: Row[Alert], dependencies: Dependencies) -> bool:
    """Show what has changed since: the link to Salesforce, who accepted it."""
    rendered = render(row.value, dependencies)
    if rendered is None or (shown := _digest(rendered)) == row.value.shown:
        return row.due is None or _settle(row, dependencies, row.value)
    if in_shadow(dependencies.table):
        return _leave_due(row, dependencies, replace(row.value, error=SHADOWED), _SHADOW_WAIT)
    try:
        dependencies.chat.update(row.value.channel, row.value.ts, rendered, row.value.id)
    except Undeliverable as error:
        if error.permanent:
            return _settle(row, dependencies, replace(row.value, shown=shown, error=error.reason))
        later = replace(row.value, attempts=row.value.attempts + 1, error=error.reason)
        return _leave_due(row, dependencies, later, _pause(row.value, error))
    return _settle(row, dependencies, replace(row.value, shown=shown, attempts=0, error=""))


def render(alert: Alert, dependencies: Dependencies) -> dict[str, Any] | None:
    """The card, or the note, as the lead stands now; None without a lead. Of a campaign's halt, what it says."""
    if alert.halt:
        return halt_card(alert.halt, dependencies.bundle.brand.default_locale)
    profile, state = dependencies.table.get_many([keys.profile(alert.lead), keys.state(alert.lead)])
    if profile is None:
        return None
    brand = dependencies.bundle.brand
    if alert.kind != "hot":
        return note_card(alert, profile.value, brand.default_locale)
    shown = card_facts(profile.value, state.value if state else None, dependencies.bundle, dependencies.clock.now())
    return hot_lead_card(alert, shown, brand.default_locale, brand.time_zone)


def _posted(row: Row[Alert], dependencies: Dependencies, place: str, ts: str, shown: str) -> bool:
    now = dependencies.clock.now()
    alert = replace(
        row.value, state=AlertState.POSTED, posted=now, channel=place, ts=ts, shown=shown, attempts=0, error=""
    )
    logger.info("card posted", alert=alert.id)
    return _settle(row, dependencies, alert, *_decision(alert, dependencies, "posted")) and shown != ""


def _fail(row: Row[Alert], dependencies: Dependencies, reason: str) -> bool:
    logger.error("card cannot be posted", alert=row.value.id, reason=reason)
    alert = replace(row.value, state=AlertState.FAILED, error=reason)
    return _settle(row, dependencies, alert, *_decision(alert, dependencies, "failed", reason))


def _settle(row: Row[Alert], dependencies: Dependencies, alert: Alert, *decisions: Create[Decision]) -> bool:
    """Write the outcome and leave the agenda; whether that was all (else somebody wants it shown anew)."""
    return _write(row, dependencies, alert, None, *decisions)


def _leave_due(row: Row[Alert], dependencies: Dependencies, alert: Alert, after: timedelta) -> bool:
    """Nothing more can be done now: the row's due time brings it back."""
    logger.warning("card waits", alert=alert.id, reason=alert.error, seconds=after.total_seconds())
    _write(row, dependencies, alert, dependencies.clock.now() + after)
    return True


def _write(
    row: Row[Alert], dependencies: Dependencies, alert: Alert, due: datetime | None, *decisions: Create[Decision]
) -> bool:
    """Write over the row also where it was marked meanwhile (the link has come, the lead was accepted): what notify.act
    wrote is kept, and the row stays due. True if nothing came between; False also where another worker took the row over,
    and nothing was written."""

    def write(attempt: int) -> bool:
        if not attempt:
            dependencies.table.write(Replace(row.key, alert, was=row.version, due=due), *decisions)
            return True
        now = dependencies.table.get(row.key)
        if now and (now.value.state, now.value.claimed) == (row.value.state, row.value.claimed):
            kept, again = _as_acted(alert, now.value), due or dependencies.clock.now()
            dependencies.table.write(Replace(row.key, kept, was=now.version, due=again), *decisions)
        return False

    return dependencies.table.retrying(write)


def _as_acted(alert: Alert, now: Alert) -> Alert:
    return replace(alert, outcome=now.outcome, by=now.by, by_name=now.by_name, acted=now.acted)


def _pause(alert: Alert, error: Undeliverable) -> timedelta:
    return backoff(alert.attempts, _FIRST_PAUSE, _LONGEST_PAUSE, error.after or None)


def _decision(
    alert: Alert, dependencies: Dependencies, outcome: str, reason: str = "", facts: dict[str, str] | None = None
) -> list[Create[Decision]]:
    """None about a campaign: its own row says that it halted."""
    if not alert.lead:
        return []
    now = dependencies.clock.now()
    decision = Decision(
        id=ids.digest(alert.id, outcome),
        lead=alert.lead,
        at=now,
        what="alert",
        subject=alert.kind,
        outcome=outcome,
        reason=reason,
        bundle=dependencies.bundle.hash,
        facts=facts or {},
    )
    return [Create(keys.decision(alert.lead, now, decision.id), decision)]


def _digest(rendered: dict[str, Any]) -> str:
    return ids.digest(dumps(rendered, sort_keys=True))
