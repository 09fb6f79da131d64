"""Carry out a release: give the record back in Salesforce and close the Task, and only then open the card again."""

from copy import replace

from notify._press import (
    Dependencies,
    alert_key,
    decision,
    link_changes,
    logger,
    retry_later,
    settle_alert,
)
from ripen.adapters.rows.shadow import in_shadow
from ripen.adapters.table import Row, keys
from ripen.crm.ownership import release_change
from ripen.decision import DecisionKind, Outcome
from ripen.errors import Undeliverable
from ripen.lead.lead import CrmLink
from ripen.slack.action import PATIENCE, CardAction, PressOutcome
from ripen.slack.alert import Alert
from ripen.slack.press_course import released, still_accepted
from ripen.slack.press_failure import Failure, is_lasting


def release(row: Row[CardAction], dependencies: Dependencies) -> Row[CardAction] | None:
    """Carry out a claimed press of Release. Return the settled press; None if it is retried later.

    1. Give the record back in Salesforce, if the acceptance changed it; or try again later, for up to a day.
    2. Open the card. After a lasting failure the lead stays accepted.
    """
    try:
        return _released(row, _give_back(row.value, dependencies), dependencies)
    except Undeliverable as error:
        if is_lasting(error.reason, error.permanent):
            return _failed(row, dependencies, error.reason)
        if dependencies.clock.now() - row.value.at > PATIENCE:
            return _failed(row, dependencies, Failure.NO_ANSWER)
        retry_later(row, error, dependencies)
        return None


def _give_back(action: CardAction, dependencies: Dependencies) -> CrmLink | None:
    """Return the link with its present owner; None if there was nothing to give back. Raises Undeliverable."""
    alert, profile = dependencies.table.get(alert_key(action)), dependencies.table.get(keys.profile(action.lead))
    if alert is None or alert.value.handover is None or profile is None or profile.value.crm is None:
        return None
    if in_shadow(dependencies.table):
        return None
    handover, owners = alert.value.handover, dependencies.owners
    held = owners.find_held(profile.value.crm, handover)
    return owners.change(release_change(held, handover))


def _released(row: Row[CardAction], link: CrmLink | None, dependencies: Dependencies) -> Row[CardAction]:
    action, now = row.value, dependencies.clock.now()
    told = Row(row.key, replace(action, owner_name=link.owner_name if link else ""), row.version, row.due)

    def opened(alert: Alert) -> Alert:
        return released(alert, action, now)

    return settle_alert(
        told,
        PressOutcome.RELEASED,
        dependencies,
        opened,
        lambda: [
            *link_changes(action, link, dependencies),
            decision(action, dependencies, DecisionKind.ALERT, Outcome.RELEASED),
        ],
    )


def _failed(row: Row[CardAction], dependencies: Dependencies, reason: str) -> Row[CardAction]:
    action, now = row.value, dependencies.clock.now()
    code = reason.partition(":")[0]  # the rest of Salesforce's message may quote a person
    logger.warning("not released", action=action.id, reason=code)

    def kept(alert: Alert) -> Alert:
        return still_accepted(alert, action, now)

    change = decision(action, dependencies, DecisionKind.CRM, Outcome.OWNER_NOT_SET, reason)
    return settle_alert(row, PressOutcome.FAILED, dependencies, kept, lambda: [change], reason)
