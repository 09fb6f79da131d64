"""notify.act: carry out what a person asked for with a button on a card.

Accept makes the person the lead's owner in Salesforce; Not a fit rejects the lead. The first press wins, and our table
settles this before Salesforce is asked: two people who press at once must not take the record from each other. The
owner in Salesforce follows, however late it can be reached. Guests and people of other companies, who may be in the
channel, are refused.
"""

import os
from copy import replace
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import Struct

from ripen import ids, ports
from ripen.adapters.batch import batch_processor
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.rows.crm_link import update_crm_link
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.rows.shadow import in_shadow
from ripen.adapters.salesforce.records import Salesforce
from ripen.adapters.secrets import Secrets
from ripen.adapters.slack import Slack
from ripen.adapters.table import Change, Create, Key, Mark, Replace, Row, Table, keys
from ripen.agenda import Ref
from ripen.decision import Decision, DecisionKind, Outcome, Reason
from ripen.errors import Undeliverable
from ripen.lead.lead import CrmLink, Profile
from ripen.playbook.wording import full_name
from ripen.slack.access import Refusal, refusal
from ripen.slack.action import (
    ACCEPTED,
    LEASE,
    NO_ALERT,
    NOT_ALLOWED,
    TOO_LATE,
    CardAction,
    activity_of,
    is_claimed,
    outcome_of,
    retried,
)
from ripen.slack.alert import Alert
from ripen.slack.answer_words import answer_words

logger = Logger()
batch = batch_processor()
connections = Secrets(os.environ["CONNECTIONS"])
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
chat = Slack(os.environ["SLACK_API"], connections)
owners = Salesforce(connections)
alerts = Queue(os.environ["ALERT_QUEUE"])

_FIRST_WAIT = timedelta(seconds=30)
_PATIENCE = timedelta(days=1)
"""How long an accepted lead waits to be in Salesforce, or for Salesforce itself."""


class Dependencies(Struct, frozen=True):
    table: Table
    clock: ports.Clock
    locale: str
    chat: ports.Chat
    owners: ports.CrmOwners
    alerts: ports.Wake


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event, record_handler, batch, context)


def record_handler(record: SQSRecord) -> None:
    locale = playbook.live().bundle.brand.default_locale
    act(Ref(record.body), Dependencies(table, clock, locale, chat, owners, alerts))


def act(ref: Ref, dependencies: Dependencies) -> None:
    """Carry out the action once, however often it is woken."""
    key = keys.typed(keys.parse(ref), CardAction)
    dependencies.table.retrying(lambda _: _step(key, dependencies))


def _step(key: Key[CardAction], dependencies: Dependencies) -> None:
    """Do what the row's state asks for.

    1. Leave the row alone if it is done or another worker claimed it.
    2. If its outcome is recorded, claim it again and set the owner in Salesforce.
    3. Else finish it if it came too late for the alert, or if the person may not press the button.
    4. Else record its outcome, and set the owner if the lead was accepted.
    """
    row = dependencies.table.get(key)
    if row is None or row.value.done or is_claimed(row.value, dependencies.clock.now()):
        return
    if row.value.outcome:
        _set_owner(_claim(row, dependencies), dependencies)
        return
    alert = dependencies.table.get(keys.alert(row.value.lead, row.value.alert))
    if alert is None:
        _finish(row, dependencies, NO_ALERT)
    elif alert.value.outcome:
        _answer_too_late(row.value, alert.value, dependencies)
        _finish(row, dependencies, TOO_LATE)
    elif not _is_allowed(row, dependencies):
        return
    elif claimed := _record_outcome(row, alert, dependencies):
        _set_owner(claimed, dependencies)


def _is_allowed(row: Row[CardAction], dependencies: Dependencies) -> bool:
    """Return whether the person may press our buttons. Otherwise finish the action, or retry it while Slack is down."""
    action, chat = row.value, dependencies.chat
    try:
        refused = refusal(chat.person(action.user), chat.installation())
    except Undeliverable as error:
        if not error.permanent and dependencies.clock.now() - action.at <= _PATIENCE:
            _retry_later(row, dependencies, timedelta(seconds=error.after) if error.after else _FIRST_WAIT)
            return False
        refused = Refusal.OTHER_COMPANY
    if refused is None:
        return True
    logger.warning("press refused", action=action.id, user=action.user, reason=refused)
    _answer(action, dependencies, refused)
    _finish(row, dependencies, NOT_ALLOWED)
    return False


def _claim(row: Row[CardAction], dependencies: Dependencies) -> Row[CardAction]:
    now = dependencies.clock.now()
    action = replace(row.value, claimed=now)
    dependencies.table.write(Replace(row.key, action, was=row.version, due=now + LEASE))
    return Row(row.key, action, row.version + 1, now + LEASE)


def _record_outcome(row: Row[CardAction], alert: Row[Alert], dependencies: Dependencies) -> Row[CardAction] | None:
    """Write the outcome to the action, the card and the lead in one transaction, and wake the card.

    Return the claimed action of an accepted lead.
    """
    action, now, outcome = row.value, dependencies.clock.now(), outcome_of(row.value)
    acted = replace(alert.value, outcome=outcome, by=action.user, by_name=action.user_name, acted=action.at)
    activity = activity_of(action, now)
    if outcome == ACCEPTED:
        settled, due = replace(action, outcome=outcome, claimed=now), now + LEASE
    else:
        settled, due = replace(action, outcome=outcome, done=now), None
    dependencies.table.write(
        Replace(row.key, settled, was=row.version, due=due),
        Replace(alert.key, acted, was=alert.version, due=now),
        Create(keys.activity(action.lead, action.at, activity.id), activity, due=now),
        _decision(action, dependencies, DecisionKind.ALERT, Outcome(outcome)),
    )
    dependencies.alerts.wake(alert.key.ref)
    logger.info("alert acted on", alert=alert.value.id, outcome=outcome)
    return Row(row.key, settled, row.version + 1, due) if outcome == ACCEPTED else None


def _answer_too_late(action: CardAction, alert: Alert, dependencies: Dependencies) -> None:
    if alert.by != action.user:
        text = "late" if alert.outcome == ACCEPTED else "closed"
        _answer(action, dependencies, text, who=alert.by_name)


def _set_owner(row: Row[CardAction], dependencies: Dependencies) -> None:
    """Make the person who accepted the lead its owner in Salesforce.

    1. In shadow mode, only record what would have been done.
    2. Wait until the lead is in Salesforce, for up to a day.
    3. Change the owner, or try again later, for up to a day.
    4. Record the new owner.
    """
    action = row.value
    if in_shadow(dependencies.table):
        decision = _decision(action, dependencies, DecisionKind.CRM, Outcome.WOULD_HAVE_SET_OWNER, Reason.SHADOW)
        _finish(row, dependencies, ACCEPTED, decision)
        return
    profile = dependencies.table.get(keys.profile(action.lead))
    is_over = dependencies.clock.now() - action.at > _PATIENCE
    if profile is None or profile.value.crm is None:
        if is_over:
            _give_up(row, dependencies, "no record")
        else:
            _retry_later(row, dependencies, _FIRST_WAIT)
        return
    try:
        link = _change_owner(action, profile.value, profile.value.crm, dependencies)
    except Undeliverable as error:
        if error.permanent or is_over:
            _give_up(row, dependencies, "refused", error.reason)
        else:
            _retry_later(row, dependencies, timedelta(seconds=error.after) if error.after else _FIRST_WAIT)
        return
    _record_owner(row, profile, link, dependencies)


def _change_owner(action: CardAction, profile: Profile, link: CrmLink, dependencies: Dependencies) -> CrmLink:
    email = dependencies.chat.person(action.user).email
    if not email:
        raise Undeliverable("Slack shows no e-mail address of this person", permanent=True)
    words = answer_words(dependencies.locale)
    name = full_name(profile) or profile.company or profile.email
    return dependencies.owners.accept(
        link,
        email,
        ids.digest("accept-task", action.alert),
        words["task"].format(name=name),
        words["about"].format(who=action.user_name),
    )


def _record_owner(row: Row[CardAction], profile: Row[Profile], link: CrmLink, dependencies: Dependencies) -> None:
    """Write the new owner and wake the card. A change that a form made in the meantime is kept."""
    action, now = row.value, dependencies.clock.now()
    alert = keys.alert(action.lead, action.alert)

    def write(attempt: int) -> None:
        latest = dependencies.table.get(profile.key) if attempt else profile
        dependencies.table.write(
            Replace(row.key, replace(action, done=now), was=row.version),
            *update_crm_link(latest or profile, link, now),
            Mark(alert, now),
            _decision(action, dependencies, DecisionKind.CRM, Outcome.OWNER_SET),
        )

    dependencies.table.retrying(write)
    dependencies.alerts.wake(alert.ref)


def _give_up(row: Row[CardAction], dependencies: Dependencies, text: str, reason: str = "") -> None:
    code = reason.partition(":")[0]  # the rest of Salesforce's message may quote a person
    logger.warning("no owner set", action=row.value.id, reason=code or text)
    _answer(row.value, dependencies, text, reason=reason)
    _finish(
        row,
        dependencies,
        ACCEPTED,
        _decision(row.value, dependencies, DecisionKind.CRM, Outcome.OWNER_NOT_SET, reason or text),
    )


def _retry_later(row: Row[CardAction], dependencies: Dependencies, first: timedelta) -> None:
    action, due = retried(row.value, first, dependencies.clock.now())
    dependencies.table.write(Replace(row.key, action, was=row.version, due=due))


def _finish(row: Row[CardAction], dependencies: Dependencies, outcome: str, *also: Change) -> None:
    action = replace(row.value, outcome=outcome, done=dependencies.clock.now())
    dependencies.table.write(Replace(row.key, action, was=row.version), *also)


def _answer(action: CardAction, dependencies: Dependencies, text: str, **values: str) -> None:
    """Answer the person who pressed the button; nobody else sees it. A failure changes nothing."""
    if not action.response_url or in_shadow(dependencies.table):
        return
    try:
        dependencies.chat.respond(action.response_url, answer_words(dependencies.locale)[text].format(**values))
    except Undeliverable as error:
        logger.warning("could not answer in Slack", action=action.id, reason=error.reason)


def _decision(
    action: CardAction, dependencies: Dependencies, what: DecisionKind, outcome: Outcome, reason: str = ""
) -> Create[Decision]:
    now = dependencies.clock.now()
    decision = Decision(
        id=ids.digest(what, outcome, action.id),
        lead=action.lead,
        at=now,
        what=what,
        subject=action.alert,
        outcome=outcome,
        reason=reason,
        facts={"user": action.user},
    )
    return create_decision(decision)
