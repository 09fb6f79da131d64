"""Carry out an acceptance: look up who owns the record, change it in Salesforce, and only then show it on the card."""

from copy import replace

from notify._press import (
    Dependencies,
    alert_key,
    claim,
    decision,
    link_changes,
    logger,
    retry_later,
    settle_alert,
)
from ripen.adapters.rows.shadow import in_shadow
from ripen.adapters.table import Change, Create, Row, keys
from ripen.crm.crm_errors import NOT_IN_CRM
from ripen.crm.ownership import Acceptance, Handover, Ownership, acceptance, handover, owner_change
from ripen.crm.upsert import Task
from ripen.crm.users import crm_user
from ripen.decision import DecisionKind, Outcome, Reason
from ripen.errors import Undeliverable
from ripen.lead.lead import CrmLink, Profile
from ripen.slack.accept_task import accept_task, task_key
from ripen.slack.action import PATIENCE, CardAction, PressOutcome
from ripen.slack.alert import Alert, AlertOutcome, Asked
from ripen.slack.press_course import activity_of, answered, reopened, was_asked
from ripen.slack.press_failure import Failure, is_lasting


def accept(row: Row[CardAction], dependencies: Dependencies) -> Row[CardAction] | None:
    """Carry out a claimed press of Accept. Return the settled press; None if it is retried later.

    1. In shadow mode, only record what would have been done.
    2. Wait until the lead is in Salesforce, for up to a day; not if it cannot get there by itself.
    3. Look up the record's owner, and decide with core whether to take it over, to stay, or to ask the owner.
    4. Make the change in Salesforce, or try again later, for up to a day.
    5. Close the card, or open it again.
    """
    action = row.value
    if in_shadow(dependencies.table):
        would = decision(action, dependencies, DecisionKind.CRM, Outcome.WOULD_HAVE_SET_OWNER, Reason.SHADOW)
        return _accepted(row, dependencies, None, None, would)
    profile = dependencies.table.get(keys.profile(action.lead))
    if profile is None or profile.value.crm is None:
        return _await_record(row, dependencies)
    try:
        found = _find(action, profile.value.crm, dependencies)
    except Undeliverable as error:
        return _refused(row, error, dependencies)
    return _change(row, profile.value, found, dependencies)


def _await_record(row: Row[CardAction], dependencies: Dependencies) -> Row[CardAction] | None:
    mark = dependencies.table.get(keys.crm_mark(row.value.lead))
    if mark and mark.due is None and mark.value.waits_for:
        return _failed(row, dependencies, f"{Failure.KEPT_OUT}: {mark.value.waits_for}")
    if dependencies.clock.now() - row.value.at > PATIENCE:
        return _failed(row, dependencies, Failure.NO_RECORD)
    retry_later(row, Undeliverable(NOT_IN_CRM, permanent=False), dependencies)
    return None


def _find(action: CardAction, link: CrmLink, dependencies: Dependencies) -> Ownership:
    """Return who owns the record and who the person is. Raises Undeliverable."""
    person = dependencies.chat.person(action.user)
    user = crm_user(person.email, dependencies.bundle.sync.users) if person.email else None
    found = dependencies.owners.find(link, user, task_key(action))
    if acceptance(found) is Acceptance.NO_USER:
        raise Undeliverable(Failure.NO_USER if person.email else Failure.NO_EMAIL, permanent=True)
    return found


def _change(
    row: Row[CardAction], profile: Profile, found: Ownership, dependencies: Dependencies
) -> Row[CardAction] | None:
    """Change the owner or ask the owner. What the change replaces is written down before it is made."""
    action, course = row.value, acceptance(found)
    alert = dependencies.table.get(alert_key(action))
    if course is Acceptance.ASK_OWNER and alert and was_asked(alert.value, found.owner.id):
        return _reopen(row, dependencies, PressOutcome.ASKED_BEFORE)
    task = _task(action, profile, alert.value.kind if alert else "", found, dependencies)
    planned = handover(found, course, task.key, action.handover)
    if course is Acceptance.TAKE_OVER:
        row = claim(Row(row.key, replace(action, handover=planned), row.version, row.due), dependencies)
    try:
        link = dependencies.owners.change(owner_change(found, course, task))
    except Undeliverable as error:
        return _refused(row, error, dependencies)
    if course is Acceptance.ASK_OWNER:
        return _owner_asked(row, found, link, dependencies)
    owner_set = [decision(action, dependencies, DecisionKind.CRM, Outcome.OWNER_SET)] if planned.former else []
    return _accepted(row, dependencies, link, planned, *owner_set)


def _task(action: CardAction, profile: Profile, kind: str, found: Ownership, dependencies: Dependencies) -> Task:
    user = found.user.name if found.user else action.user_name
    now, brand = dependencies.clock.now(), dependencies.brand
    return accept_task(action, profile, kind, acceptance(found), user, now, brand.default_locale, brand.time_zone)


def _refused(row: Row[CardAction], error: Undeliverable, dependencies: Dependencies) -> Row[CardAction] | None:
    """Try again later, for up to a day, unless the refusal stays until a person acts."""
    if is_lasting(error.reason, error.permanent):
        return _failed(row, dependencies, error.reason)
    if dependencies.clock.now() - row.value.at > PATIENCE:
        return _failed(row, dependencies, Failure.NO_ANSWER)
    retry_later(row, error, dependencies)
    return None


def _accepted(
    row: Row[CardAction],
    dependencies: Dependencies,
    link: CrmLink | None,
    handover: Handover | None,
    *also: Change,
) -> Row[CardAction]:
    """Close the card, add the lead's activity, and write the new owner."""
    action, now = row.value, dependencies.clock.now()
    activity = activity_of(action, now)

    def changes() -> list[Change]:
        return [
            *link_changes(action, link, dependencies),
            Create(keys.activity(action.lead, action.at, activity.id), activity, due=now),
            decision(action, dependencies, DecisionKind.ALERT, Outcome.ACCEPTED),
            *also,
        ]

    def closed(alert: Alert) -> Alert:
        return answered(alert, action, AlertOutcome.ACCEPTED, now, handover)

    return settle_alert(row, PressOutcome.ACCEPTED, dependencies, closed, changes)


def _owner_asked(row: Row[CardAction], found: Ownership, link: CrmLink, dependencies: Dependencies) -> Row[CardAction]:
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
    return _reopen(row, dependencies, PressOutcome.ASKED, change, asked=asked, link=link)


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
    link: CrmLink | None = None,
    reason: str = "",
) -> Row[CardAction]:
    """Give the card its buttons back."""
    now = dependencies.clock.now()

    def opened(alert: Alert) -> Alert:
        return reopened(alert, row.value, now, asked)

    return settle_alert(
        row, outcome, dependencies, opened, lambda: [*link_changes(row.value, link, dependencies), *also], reason
    )
