"""notify.act: carry out what a person asked for with a button on a card.

Accept gives the lead to the person, Release gives it back, Not a fit rejects it. The first press wins, and our table
settles this before Salesforce is asked: two people who press at once must not take the record from each other. The card
says that the lead is accepted when Salesforce has agreed. Guests and people of other companies are refused.
"""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from notify._accept import accept
from notify._press import Dependencies, claim, decision, retry_later, settle
from notify._release import release
from notify._tell import tell
from ripen.adapters.batch import batch_processor
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.salesforce.gate import CallGate
from ripen.adapters.salesforce.owners import SalesforceOwners
from ripen.adapters.secrets import Secrets
from ripen.adapters.slack.chat import Slack
from ripen.adapters.table import Create, Key, Replace, Row, Table, keys
from ripen.agenda import Ref
from ripen.decision import DecisionKind, Outcome
from ripen.errors import Undeliverable
from ripen.slack.access import Refusal, refusal
from ripen.slack.action import ACCEPT, NOT_FIT, PATIENCE, CardAction, PressOutcome, is_claimed
from ripen.slack.alert import Alert, AlertOutcome
from ripen.slack.press_course import Course, activity_of, answered, begun, course

logger = Logger()
batch = batch_processor()
connections = Secrets(os.environ["CONNECTIONS"])
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
chat = Slack(os.environ["SLACK_API"], connections)
owners = SalesforceOwners(connections, CallGate(table, clock))
alerts = Queue(os.environ["ALERT_QUEUE"])


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event, record_handler, batch, context)


def record_handler(record: SQSRecord) -> None:
    act(Ref(record.body), Dependencies(table, clock, playbook.live().bundle, chat, owners, alerts))


def act(ref: Ref, dependencies: Dependencies) -> None:
    """Carry out the action once, however often it is woken."""
    key = keys.typed(keys.parse(ref), CardAction)
    dependencies.table.retrying(lambda _: _step(key, dependencies))


def _step(key: Key[CardAction], dependencies: Dependencies) -> None:
    """Do what the row's state asks for.

    1. Leave the row alone if it is done or another worker claimed it.
    2. Settle the press, unless an earlier attempt did, or it is retried later.
    3. Tell people what became of it.
    """
    row = dependencies.table.get(key)
    if row is None or row.value.done or is_claimed(row.value, dependencies.clock.now()):
        return
    settled = row if row.value.outcome else _settled(row, dependencies)
    if settled and not settled.value.done:
        tell(settled, dependencies)


def _settled(row: Row[CardAction], dependencies: Dependencies) -> Row[CardAction] | None:
    """Return the press after it was settled; None if it is retried later."""
    action = row.value
    alert = dependencies.table.get(keys.alert(action.lead, action.alert))
    if alert is None:
        return settle(row, PressOutcome.NO_ALERT, dependencies)
    match course(action, alert.value):
        case Course.BEGIN:
            return _begin(row, alert, dependencies)
        case Course.RESUME:
            return _carry_out(claim(row, dependencies), dependencies)
        case Course.NOTHING:
            return settle(row, PressOutcome.NOTHING, dependencies)
        case Course.TOO_LATE:
            return settle(row, PressOutcome.TOO_LATE, dependencies)
        case Course.CLOSED:
            return settle(row, PressOutcome.CLOSED, dependencies)
        case Course.NOT_YOURS:
            return settle(row, PressOutcome.NOT_YOURS, dependencies)


def _begin(row: Row[CardAction], alert: Row[Alert], dependencies: Dependencies) -> Row[CardAction] | None:
    """Carry out the press if the person may press our buttons. While Slack is down, retry it later."""
    action, chat = row.value, dependencies.chat
    try:
        refused = refusal(chat.person(action.user), chat.installation())
    except Undeliverable as error:
        if not error.permanent and dependencies.clock.now() - action.at <= PATIENCE:
            retry_later(row, error, dependencies)
            return None
        refused = Refusal.OTHER_COMPANY
    if refused:
        logger.warning("press refused", action=action.id, user=action.user, reason=refused)
        return settle(row, PressOutcome.NOT_ALLOWED, dependencies, reason=refused)
    if action.verb == NOT_FIT:
        return _reject(row, alert, dependencies)
    shown = Replace(alert.key, begun(alert.value, action), was=alert.version, due=dependencies.clock.now())
    claimed = claim(row, dependencies, shown)  # before Salesforce is asked, so that nobody else can press
    dependencies.alerts.wake(alert.key.ref)
    return _carry_out(claimed, dependencies)


def _carry_out(row: Row[CardAction], dependencies: Dependencies) -> Row[CardAction] | None:
    return (accept if row.value.verb == ACCEPT else release)(row, dependencies)


def _reject(row: Row[CardAction], alert: Row[Alert], dependencies: Dependencies) -> Row[CardAction]:
    """Write the outcome to the action, the card and the lead in one transaction, and wake the card."""
    action, now = row.value, dependencies.clock.now()
    closed = answered(alert.value, action, AlertOutcome.NOT_A_FIT, now)
    activity = activity_of(action, now)
    settled = settle(
        row,
        PressOutcome.NOT_A_FIT,
        dependencies,
        Replace(alert.key, closed, was=alert.version, due=now),
        Create(keys.activity(action.lead, action.at, activity.id), activity, due=now),
        decision(action, dependencies, DecisionKind.ALERT, Outcome.NOT_A_FIT),
    )
    dependencies.alerts.wake(alert.key.ref)
    return settled
