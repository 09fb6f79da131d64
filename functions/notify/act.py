"""Does what somebody asked for by a button on a card: Accept makes them the owner in Salesforce, Not a fit rejects.

Who comes first is settled in our table, before Salesforce is asked: two people who press together must not take the
record from each other. Then Salesforce follows, as late as it must.
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
from ripen.adapters.batch import messages
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.rows.crm_link import relinked
from ripen.adapters.rows.shadow import in_shadow
from ripen.adapters.salesforce.records import Salesforce
from ripen.adapters.secrets import Secrets
from ripen.adapters.slack import Slack
from ripen.adapters.table import Change, Create, Key, Mark, Replace, Row, Table, keys
from ripen.agenda import Ref
from ripen.backoff import backoff
from ripen.decision import Decision
from ripen.errors import Undeliverable
from ripen.lead.activity import Activity, Kind
from ripen.lead.lead import CrmLink, Profile
from ripen.playbook.wording import full_name
from ripen.settings import SHADOWED
from ripen.slack.action import CardAction
from ripen.slack.alert import Alert
from ripen.slack.card import ACCEPT, ACCEPTED, NOT_A_FIT

logger = Logger()
batch = messages()
secrets = Secrets(os.environ["SECRET"])
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
chat = Slack(os.environ["SLACK_API"], secrets)
owners = Salesforce(secrets)
alerts = Queue(os.environ["ALERT_QUEUE"])

_LEASE = timedelta(minutes=5)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=6)
_PATIENCE = timedelta(days=1)
"""So long an accepted lead waits for the lead to be in Salesforce, or for Salesforce itself."""
_WORDS = {
    "ja": {
        "late": "{who} さんが先に対応を始めています。",
        "closed": "{who} さんがすでに見送りにしています。",
        "refused": "対応の記録はしましたが、Salesforce の所有者は変更できませんでした（{reason}）。"
        "Salesforce の管理者にご確認ください。",
        "no record": "対応の記録はしましたが、このリードは Salesforce にまだ登録されていないため、所有者は変更していません。",
        "task": "ホットリードに連絡: {name}",
        "about": "Slack で {who} さんが対応を引き受けました。",
    },
    "en": {
        "late": "{who} was first and is on it.",
        "closed": "{who} has already marked this as not a fit.",
        "refused": "The card is yours, but the owner in Salesforce could not be changed ({reason}). "
        "Please ask your Salesforce administrator.",
        "no record": "The card is yours, but this lead is not in Salesforce yet, so no owner was set.",
        "task": "Call a hot lead: {name}",
        "about": "Accepted by {who} in Slack.",
    },
}


class Dependencies(Struct, frozen=True):
    """What doing it takes."""

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
    """Do what the action asks; done once, however often it is woken."""
    key = keys.typed(keys.parse(ref), CardAction)
    dependencies.table.retrying(lambda _: _step(key, dependencies))


def _step(key: Key[CardAction], dependencies: Dependencies) -> None:
    row = dependencies.table.get(key)
    if row is None or row.value.done or _is_held(row.value, dependencies):
        return
    if row.value.outcome:
        _follow(_held(row, dependencies), dependencies)
    else:
        _take(row, dependencies)


def _is_held(action: CardAction, dependencies: Dependencies) -> bool:
    """Another worker is at it: two who search Salesforce for a Task at once would find none, and make two."""
    return action.claimed is not None and dependencies.clock.now() < action.claimed + _LEASE


def _held(row: Row[CardAction], dependencies: Dependencies) -> Row[CardAction]:
    now = dependencies.clock.now()
    action = replace(row.value, claimed=now)
    dependencies.table.write(Replace(row.key, action, was=row.version, due=now + _LEASE))
    return Row(row.key, action, row.version + 1, now + _LEASE)


def _take(row: Row[CardAction], dependencies: Dependencies) -> None:
    """Settle who acts on the card. First come, first served: the alert's row decides."""
    action = row.value
    alert = dependencies.table.get(keys.alert(action.lead, action.alert))
    if alert is None:
        return _done(row, dependencies, "no such alert")
    if alert.value.outcome:
        return _too_late(row, alert.value, dependencies)
    now = dependencies.clock.now()
    outcome = ACCEPTED if action.verb == ACCEPT else NOT_A_FIT
    acted = replace(alert.value, outcome=outcome, by=action.user, by_name=action.user_name, acted=action.at)
    goes_on = outcome == ACCEPTED
    taken = replace(action, outcome=outcome, claimed=now if goes_on else None, done=None if goes_on else now)
    dependencies.table.write(
        Replace(row.key, taken, was=row.version, due=now + _LEASE if goes_on else None),
        Replace(alert.key, acted, was=alert.version, due=now),
        _activity(action, dependencies),
        _decision(action, dependencies, "alert", outcome),
    )
    dependencies.alerts.wake(alert.key.ref)
    logger.info("alert acted on", alert=alert.value.id, outcome=outcome)
    if goes_on:
        _follow(Row(row.key, taken, row.version + 1, now + _LEASE), dependencies)
    return None


def _too_late(row: Row[CardAction], alert: Alert, dependencies: Dependencies) -> None:
    if alert.by != row.value.user:
        text = "late" if alert.outcome == ACCEPTED else "closed"
        _tell(row.value, dependencies, text, who=alert.by_name)
    _done(row, dependencies, "too late")


def _follow(row: Row[CardAction], dependencies: Dependencies) -> None:
    """Make the person who accepted the lead its owner in Salesforce, once the lead is there."""
    action = row.value
    if in_shadow(dependencies.table):
        return _done(
            row, dependencies, ACCEPTED, _decision(action, dependencies, "crm", "would have set the owner", SHADOWED)
        )
    profile = dependencies.table.get(keys.profile(action.lead))
    waited = dependencies.clock.now() - action.at > _PATIENCE
    if profile is None or profile.value.crm is None:
        return _give_up(row, dependencies, "no record") if waited else _later(row, dependencies, _FIRST_WAIT)
    try:
        link = _accept(action, profile.value, profile.value.crm, dependencies)
    except Undeliverable as error:
        if error.permanent or waited:
            return _give_up(row, dependencies, "refused", error.reason)
        return _later(row, dependencies, timedelta(seconds=error.after) if error.after else _FIRST_WAIT)
    return _owned(row, profile, link, dependencies)


def _accept(action: CardAction, profile: Profile, link: CrmLink, dependencies: Dependencies) -> CrmLink:
    email = dependencies.chat.email_of(action.user)
    if not email:
        raise Undeliverable("Slack shows no e-mail address of this person", permanent=True)
    words = _WORDS.get(dependencies.locale, _WORDS["en"])
    name = full_name(profile) or profile.company or profile.email
    return dependencies.owners.accept(
        link,
        email,
        ids.digest("accept-task", action.alert),
        words["task"].format(name=name),
        words["about"].format(who=action.user_name),
    )


def _owned(row: Row[CardAction], profile: Row[Profile], link: CrmLink, dependencies: Dependencies) -> None:
    """Note the new owner, and let the card show it. What a form wrote meanwhile is kept."""
    action, now = row.value, dependencies.clock.now()
    alert = keys.alert(action.lead, action.alert)

    def write(attempt: int) -> None:
        latest = dependencies.table.get(profile.key) if attempt else profile
        dependencies.table.write(
            Replace(row.key, replace(action, done=now), was=row.version),
            *relinked(latest or profile, link, now),
            Mark(alert, now),
            _decision(action, dependencies, "crm", "owner set"),
        )

    dependencies.table.retrying(write)
    dependencies.alerts.wake(alert.ref)


def _give_up(row: Row[CardAction], dependencies: Dependencies, text: str, reason: str = "") -> None:
    code = reason.partition(":")[0]  # what Salesforce says behind it may quote a person
    logger.warning("no owner set", action=row.value.id, reason=code or text)
    _tell(row.value, dependencies, text, reason=reason)
    _done(row, dependencies, ACCEPTED, _decision(row.value, dependencies, "crm", "owner not set", reason or text))


def _later(row: Row[CardAction], dependencies: Dependencies, first: timedelta) -> None:
    """The row's due time brings it back, after a while that doubles."""
    action = replace(row.value, attempts=row.value.attempts + 1, claimed=None)
    due = dependencies.clock.now() + backoff(row.value.attempts, first, _LONGEST_WAIT)
    dependencies.table.write(Replace(row.key, action, was=row.version, due=due))


def _done(row: Row[CardAction], dependencies: Dependencies, outcome: str, *also: Change) -> None:
    action = replace(row.value, outcome=outcome, done=dependencies.clock.now())
    dependencies.table.write(Replace(row.key, action, was=row.version), *also)


def _tell(action: CardAction, dependencies: Dependencies, text: str, **values: str) -> None:
    """Only the person who pressed sees it; the card stands without it."""
    if not action.response_url or in_shadow(dependencies.table):
        return
    try:
        dependencies.chat.respond(
            action.response_url, _WORDS.get(dependencies.locale, _WORDS["en"])[text].format(**values)
        )
    except Undeliverable as error:
        logger.warning("could not answer in Slack", action=action.id, reason=error.reason)


def _activity(action: CardAction, dependencies: Dependencies) -> Create[Activity]:
    now = dependencies.clock.now()
    activity = Activity(
        id=ids.digest("activity", action.id),
        lead=action.lead,
        kind=Kind.ACCEPTED_BY_SALES if action.verb == ACCEPT else Kind.REJECTED_BY_SALES,
        at=action.at,
        received=now,
        facts={"alert": action.alert, "user": action.user},
    )
    return Create(keys.activity(action.lead, action.at, activity.id), activity, due=now)


def _decision(
    action: CardAction, dependencies: Dependencies, what: str, outcome: str, reason: str = ""
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
    return Create(keys.decision(action.lead, now, decision.id), decision)
