"""Carry out an acceptance: look up who owns the record, change it in Salesforce, and only then show it on the card."""

from collections.abc import Callable

from notify._press import Dependencies, alert_key, decision, logger, retry_later, settle
from ripen.adapters.rows.crm_link import update_crm_link
from ripen.adapters.rows.shadow import in_shadow
from ripen.adapters.table import Change, Create, Replace, Row, keys
from ripen.crm.ownership import Acceptance, Ownership, acceptance, owner_change
from ripen.decision import DecisionKind, Outcome, Reason
from ripen.errors import Undeliverable
from ripen.lead.lead import CrmLink, Profile
from ripen.slack.accept_task import accept_task, task_key
from ripen.slack.action import PATIENCE, CardAction, PressOutcome, activity_of, answered, reopened
from ripen.slack.alert import Alert, AlertOutcome, Asked
from ripen.slack.press_failure import Failure, is_lasting


def accept(row: Row[CardAction], dependencies: Dependencies) -> Row[CardAction] | None:
    """Carry out a claimed press of Accept. Return the settled press; None if it is retried later.

    1. In shadow mode, only record what would have been done.
    2. Wait until the lead is in Salesforce, for up to a day.
    3. Look up the record's owner, and decide with core whether to take it over, to stay, or to ask the owner.
    4. Make the change in Salesforce, or try again later, for up to a day.
    5. Close the card, or open it again.
    """
    action = row.value
    if in_shadow(dependencies.table):
        would = decision(action, dependencies, DecisionKind.CRM, Outcome.WOULD_HAVE_SET_OWNER, Reason.SHADOW)
        return _accepted(row, dependencies, None, would)
    profile = dependencies.table.get(keys.profile(action.lead))
    is_over = dependencies.clock.now() - action.at > PATIENCE
    if profile is None or profile.value.crm is None:
        if is_over:
            return _failed(row, dependencies, Failure.NO_RECORD)
        retry_later(row, None, dependencies)
        return None
    try:
        return _change(row, profile, profile.value.crm, dependencies)
    except Undeliverable as error:
        if is_lasting(error.reason, error.permanent):
            return _failed(row, dependencies, error.reason)
        if is_over:
            return _failed(row, dependencies, Failure.NO_ANSWER)
        retry_later(row, error, dependencies)
        return None


def _change(row: Row[CardAction], profile: Row[Profile], link: CrmLink, dependencies: Dependencies) -> Row[CardAction]:
    """Change the owner or ask the owner. Raises Undeliverable."""
    action = row.value
    person = dependencies.chat.person(action.user)
    found = dependencies.owners.find(link, person.email, task_key(action))
    course = acceptance(found)
    if course is Acceptance.NO_USER:
        raise Undeliverable(Failure.NO_USER if person.email else Failure.NO_EMAIL, permanent=True)
    alert = dependencies.table.get(alert_key(action))
    asked_before = alert is not None and alert.value.asked is not None and alert.value.asked.owner == found.owner.id
    if course is Acceptance.ASK_OWNER and asked_before:
        return _reopen(row, dependencies, PressOutcome.ASKED_BEFORE)
    kind = alert.value.kind if alert else ""
    user = found.user.name if found.user else action.user_name
    now, brand = dependencies.clock.now(), dependencies.brand
    task = accept_task(action, profile.value, kind, course, user, now, brand.default_locale, brand.time_zone)
    link = dependencies.owners.change(owner_change(found, course, task))
    if course is Acceptance.ASK_OWNER:
        return _owner_asked(row, found, dependencies)
    return _accepted(row, dependencies, link, decision(action, dependencies, DecisionKind.CRM, Outcome.OWNER_SET))


def _accepted(row: Row[CardAction], dependencies: Dependencies, link: CrmLink | None, *also: Change) -> Row[CardAction]:
    """Close the card, add the lead's activity, and write the new owner."""
    action, now = row.value, dependencies.clock.now()
    activity = activity_of(action, now)

    def changes() -> list[Change]:
        profile = dependencies.table.get(keys.profile(action.lead))
        return [
            *(update_crm_link(profile, link, now) if profile and link else []),
            Create(keys.activity(action.lead, action.at, activity.id), activity, due=now),
            decision(action, dependencies, DecisionKind.ALERT, Outcome.ACCEPTED),
            *also,
        ]

    def closed(alert: Alert) -> Alert:
        return answered(alert, action, AlertOutcome.ACCEPTED, now)

    return _settle(row, PressOutcome.ACCEPTED, dependencies, closed, changes)


def _owner_asked(row: Row[CardAction], found: Ownership, dependencies: Dependencies) -> Row[CardAction]:
    action, owner = row.value, found.owner
    asked = Asked(
        by=action.user,
        by_name=action.user_name,
        owner=owner.id,
        owner_name=owner.name,
        owner_email=owner.email,
        at=dependencies.clock.now(),
    )
    change = decision(action, dependencies, DecisionKind.CRM, Outcome.OWNER_ASKED, owner.name)
    return _reopen(row, dependencies, PressOutcome.ASKED, change, asked=asked)


def _failed(row: Row[CardAction], dependencies: Dependencies, reason: str) -> Row[CardAction]:
    code = reason.partition(":")[0]  # the rest of Salesforce's message may quote a person
    logger.warning("no owner set", action=row.value.id, reason=code)
    change = decision(row.value, dependencies, DecisionKind.CRM, Outcome.OWNER_NOT_SET, reason)
    return _reopen(row, dependencies, PressOutcome.FAILED, change, reason=reason)


def _reopen(
    row: Row[CardAction],
    dependencies: Dependencies,
    outcome: PressOutcome,
    *also: Change,
    asked: Asked | None = None,
    reason: str = "",
) -> Row[CardAction]:
    """Give the card its buttons back."""
    now = dependencies.clock.now()

    def opened(alert: Alert) -> Alert:
        return reopened(alert, row.value, now, asked)

    return _settle(row, outcome, dependencies, opened, lambda: list(also), reason)


def _settle(
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
