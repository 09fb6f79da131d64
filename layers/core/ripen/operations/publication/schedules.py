"""The agenda rows of a new playbook: the next occurrence of each journey's schedule, and the polls of the CRM.

The CRM is polled for members of campaigns that journeys ask about, and for opportunities where the policy excludes
their leads.
"""

from copy import replace
from datetime import datetime

from ripen.adapters.table import Change, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.calendar import recurrence
from ripen.campaign.walk import Schedule
from ripen.crm.incoming import membership
from ripen.crm.incoming.opportunity import OpportunityPoll
from ripen.crm.incoming.opt_out import OBJECTS, OptOutPoll
from ripen.crm.incoming.polling import POLL_INTERVAL
from ripen.playbook.bundle import Bundle
from ripen.playbook.trigger import OnSchedule


def schedules(bundle: Bundle, before: Bundle | None, table: Table, now: datetime) -> list[Change]:
    """Return the schedule rows for the transaction that makes the playbook live, in place of `before`.

    Occurrences that are due already and schedules that stay the same are left to nurture.walk, which may be working on
    them, and so are the rows of journeys that have no schedule any more.
    """
    triggers, known = _triggers(bundle), _triggers(before) if before else {}
    same_zone = before is not None and before.brand.time_zone == bundle.brand.time_zone
    names = [name for name, found in triggers.items() if found]
    rows: list[Row[Schedule] | None] = table.get_many([keys.schedule(name) for name in names]) if names else []
    changes: list[Change] = []
    for name, row in zip(names, rows, strict=True):
        stays = same_zone and triggers[name] == known.get(name)
        if row and row.due and (stays or row.due <= now):
            continue
        occurrences = [recurrence.next_occurrence(trigger, bundle.brand.time_zone, now) for trigger in triggers[name]]
        changes.append(
            Replace(
                keys.schedule(name),
                Schedule(journey=name, since=now),
                row.version if row else 0,
                due=min(filter(None, occurrences), default=None),
            )
        )
    return changes


def _triggers(bundle: Bundle) -> dict[str, list[OnSchedule]]:
    return {
        name: [trigger for trigger in journey.enrol if isinstance(trigger, OnSchedule)]
        for name, journey in bundle.journeys.items()
    }


def polls(bundle: Bundle, table: Table, now: datetime) -> list[Change]:
    """Return the rows of the CRM polls for the same transaction, or nothing where no poll is needed, nor was."""
    return [*_members(bundle, table, now), *_opportunities(bundle, table, now), *_opt_outs(table, now)]


def _opt_outs(table: Table, now: datetime) -> list[Change]:
    """Return the rows of the polls of opt-outs, which the first publication begins."""
    wanted = [keys.opt_outs(object) for object in OBJECTS]
    rows: list[Row[OptOutPoll] | None] = table.get_many(wanted)
    return [
        Replace(key, OptOutPoll(since=now), 0, due=now + POLL_INTERVAL, lane=Lane.BULK)
        for key, row in zip(wanted, rows, strict=True)
        if row is None
    ]


def _members(bundle: Bundle, table: Table, now: datetime) -> list[Change]:
    names, row = membership.watched_campaigns(bundle), table.get(keys.MEMBERS)
    if not names and not (row and row.value.watched):
        return []
    poll = membership.updated_poll(row.value if row else None, names, now)
    return [Replace(keys.MEMBERS, poll, row.version if row else 0, due=now if names else None, lane=Lane.BULK)]


def _opportunities(bundle: Bundle, table: Table, now: datetime) -> list[Change]:
    """Return the row of the poll of opportunities, which the first publication begins.

    When the policy begins to exclude companies with an open opportunity, the poll starts from the beginning, so that
    those that have one already are read too.
    """
    row, marks = table.get(keys.OPPORTUNITIES), bundle.policy.skips_open_opportunities
    if row is None or row.due is None:
        poll, due = OpportunityPoll(marks=marks, watched=now), now
    elif marks == row.value.marks:
        return []
    else:
        watched = row.value.watched or row.value.since or now
        poll = OpportunityPoll(watched=watched) if marks else replace(row.value, marks=False)
        due = now if marks else row.due
    return [Replace(keys.OPPORTUNITIES, poll, row.version if row else 0, due=due, lane=Lane.BULK)]
