"""What a playbook that is made live has on the agenda: each journey's schedule at its next return, and the looks at the
CRM: at campaigns that journeys ask about, at opportunities where the policy spares those who have one."""

from datetime import datetime

from ripen.adapters.table import Change, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.calendar import recurrence
from ripen.campaign.walk import Schedule
from ripen.crm import membership
from ripen.crm.opportunity import OpportunityPoll
from ripen.playbook.bundle import Bundle
from ripen.playbook.trigger import OnSchedule


def schedules(bundle: Bundle, before: Bundle | None, table: Table, now: datetime) -> list[Change]:
    """What belongs into the transaction that makes the playbook live, in place of the one before. A return that is due already
    is left to nurture.walk, and so is a schedule that stays as it is, for somebody may be at it just now; likewise the
    rows of journeys that have no schedule any more."""
    triggers, known = _triggers(bundle), _triggers(before) if before else {}
    is_there = before is not None and before.brand.time_zone == bundle.brand.time_zone
    names = [name for name, found in triggers.items() if found]
    rows: list[Row[Schedule] | None] = table.get_many([keys.schedule(name) for name in names]) if names else []
    changes: list[Change] = []
    for name, row in zip(names, rows, strict=True):
        stays = is_there and triggers[name] == known.get(name)
        if row and row.due and (stays or row.due <= now):
            continue
        returns = [recurrence.next_occurrence(trigger, bundle.brand.time_zone, now) for trigger in triggers[name]]
        changes.append(
            Replace(
                keys.schedule(name),
                Schedule(journey=name, since=now),
                row.version if row else 0,
                due=min(filter(None, returns), default=None),
            )
        )
    return changes


def _triggers(bundle: Bundle) -> dict[str, list[OnSchedule]]:
    return {
        name: [trigger for trigger in journey.enrol if isinstance(trigger, OnSchedule)]
        for name, journey in bundle.journeys.items()
    }


def polls(bundle: Bundle, table: Table, now: datetime) -> list[Change]:
    """Likewise, for the looks at the CRM: nothing where none is asked for, nor was."""
    return [*_members(bundle, table, now), *_opportunities(bundle, table, now)]


def _members(bundle: Bundle, table: Table, now: datetime) -> list[Change]:
    names, row = membership.watched_campaigns(bundle), table.get(keys.MEMBERS)
    if not names and not (row and row.value.watched):
        return []
    poll = membership.updated_poll(row.value if row else None, names, now)
    return [Replace(keys.MEMBERS, poll, row.version if row else 0, due=now if names else None, lane=Lane.BULK)]


def _opportunities(bundle: Bundle, table: Table, now: datetime) -> list[Change]:
    """Asked for anew, it begins anew: what was marked before is looked at too."""
    row = table.get(keys.OPPORTUNITIES)
    is_asked, is_due = bundle.policy.skips_open_opportunities, bool(row and row.due)
    if is_asked == is_due:
        return []
    due = now if is_asked else None
    return [Replace(keys.OPPORTUNITIES, OpportunityPoll(), row.version if row else 0, due=due, lane=Lane.BULK)]
