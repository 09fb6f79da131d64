"""A press that is being worked on: its claim, its retries, and the transaction that settles it."""

from collections.abc import Callable
from copy import replace
from datetime import timedelta

from aws_lambda_powertools import Logger
from msgspec import Struct

from ripen import ids, ports
from ripen.adapters.rows.crm_link import new_crm_pointer, update_crm_link
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.table import Change, Create, Key, Replace, Row, Table, keys
from ripen.decision import Decision, DecisionKind, Outcome
from ripen.errors import Undeliverable, Unsure
from ripen.lead.lead import CrmLink
from ripen.playbook.bundle import Brand, Bundle
from ripen.slack.action import LEASE, SILENT, CardAction, PressOutcome, retried
from ripen.slack.alert import Alert

logger = Logger(child=True)

_FIRST_WAIT = timedelta(seconds=30)


class Dependencies(Struct, frozen=True):
    table: Table
    clock: ports.Clock
    bundle: Bundle
    chat: ports.Chat
    owners: ports.CrmOwners
    alerts: ports.Wake

    @property
    def brand(self) -> Brand:
        return self.bundle.brand

    @property
    def locale(self) -> str:
        return self.brand.default_locale


def alert_key(action: CardAction) -> Key[Alert]:
    return keys.alert(action.lead, action.alert)


def claim(row: Row[CardAction], dependencies: Dependencies, *also: Change) -> Row[CardAction]:
    """Claim the press for five minutes, and write other changes with it."""
    now = dependencies.clock.now()
    action = replace(row.value, claimed=now)
    dependencies.table.write(Replace(row.key, action, was=row.version, due=now + LEASE), *also)
    return Row(row.key, action, row.version + 1, now + LEASE)


def settle(
    row: Row[CardAction], outcome: PressOutcome, dependencies: Dependencies, *also: Change, reason: str = ""
) -> Row[CardAction]:
    """Write what became of the press, with all that follows. The row stays due until people are told."""
    now = dependencies.clock.now()
    done = now if outcome in SILENT else None
    action = replace(row.value, outcome=outcome, reason=reason, claimed=None, attempts=0, error="", done=done)
    due = None if done else now
    dependencies.table.write(Replace(row.key, action, was=row.version, due=due), *also)
    logger.info("press settled", action=action.id, alert=action.alert, outcome=outcome)
    return Row(row.key, action, row.version + 1, due)


def settle_alert(
    row: Row[CardAction],
    outcome: PressOutcome,
    dependencies: Dependencies,
    change_alert: Callable[[Alert], Alert],
    changes: Callable[[], list[Change]],
    reason: str = "",
) -> Row[CardAction]:
    """Settle the press with a change of its alert, and wake the card.

    Rows that a form or notify.alert changed in the meantime are read again; what Salesforce did is not done twice.
    """
    key = alert_key(row.value)

    def write(_: int) -> Row[CardAction]:
        alert = dependencies.table.get(key)
        shown: list[Change] = []
        if alert and alert.value.press == row.value.id:
            due = dependencies.clock.now()
            shown = [Replace(key, change_alert(alert.value), was=alert.version, due=due)]
        return settle(row, outcome, dependencies, *shown, *changes(), reason=reason)

    settled = dependencies.table.retrying(write)
    dependencies.alerts.wake(key.ref)
    return settled


def link_changes(action: CardAction, link: CrmLink | None, dependencies: Dependencies) -> list[Change]:
    """Return the changes that write the record's present owner into the lead's profile."""
    profile = dependencies.table.get(keys.profile(action.lead))
    if profile is None or link is None:
        return []
    changes = update_crm_link(profile, link, dependencies.clock.now(), by_us=True)
    return [*changes, *new_crm_pointer(profile, link, dependencies.table)]


def finish(row: Row[CardAction], dependencies: Dependencies) -> None:
    action = replace(row.value, done=dependencies.clock.now(), claimed=None)
    dependencies.table.write(Replace(row.key, action, was=row.version))


def retry_later(row: Row[CardAction], error: Undeliverable | Unsure, dependencies: Dependencies) -> None:
    refused = error if isinstance(error, Undeliverable) else None
    first = timedelta(seconds=refused.after) if refused and refused.after else _FIRST_WAIT
    action, due = retried(row.value, refused.reason if refused else str(error), first, dependencies.clock.now())
    dependencies.table.write(Replace(row.key, action, was=row.version, due=due))


def decision(
    action: CardAction, dependencies: Dependencies, what: DecisionKind, outcome: Outcome, reason: str = ""
) -> Create[Decision]:
    found = Decision(
        id=ids.digest(what, outcome, action.id),
        lead=action.lead,
        at=dependencies.clock.now(),
        what=what,
        subject=action.alert,
        outcome=outcome,
        reason=reason,
        facts={"user": action.user},
    )
    return create_decision(found)
