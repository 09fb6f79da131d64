"""Sees to a journey's schedule: asks the segment in at each return, and puts the next one on the agenda."""

from contextlib import suppress
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger

from nurture._dependencies import Dependencies
from ripen.adapters.rows.walk_rows import ask_segment
from ripen.adapters.table import Conflict, Key, Replace, keys
from ripen.agenda import SHARDS
from ripen.calendar import recurrence
from ripen.campaign.walk import Entries, Schedule
from ripen.playbook.trigger import OnSchedule

_STILL_RUN = timedelta(days=1)
"""A return missed by no more is made up for, once; an older one is skipped."""

logger = Logger(child=True)


def occur(key: Key[Schedule], dependencies: Dependencies) -> None:
    """Whatever returned since the row was seen to, each once; nothing if somebody else did."""
    row = dependencies.table.get(key)
    if row is None or row.due is None:
        return
    bundle, now, name = dependencies.live(), dependencies.clock.now(), row.value.journey
    journey, zone = bundle.journeys.get(name), bundle.brand.time_zone
    triggers = [trigger for trigger in journey.enrol if isinstance(trigger, OnSchedule)] if journey else []
    for trigger in triggers:
        missed = recurrence.occurrences_between(trigger, zone, row.value.since, now)
        if missed:
            _ask(name, trigger, zone, missed, dependencies, now)
    upcoming = [at for trigger in triggers if (at := recurrence.next_occurrence(trigger, zone, now))]
    with suppress(Conflict):  # somebody else saw to it, or the playbook was just published
        dependencies.table.write(
            Replace(key, Schedule(journey=name, since=now), row.version, due=min(upcoming, default=None))
        )


def _ask(
    journey: str, trigger: OnSchedule, zone: str, missed: list[datetime], dependencies: Dependencies, now: datetime
) -> None:
    *older, latest = missed
    late = now - latest > _STILL_RUN
    if skipped := [*older, *([latest] if late else [])]:
        logger.warning("schedule missed", journey=journey, occurrences=[at.isoformat() for at in skipped[-10:]])
    if late:
        return
    occurrence = recurrence.occurrence_name(latest, zone)
    entries = Entries(journey=journey, segment=trigger.segment, key=occurrence, by="schedule", at=latest)
    of = keys.entries(journey, trigger.segment, occurrence)
    try:
        dependencies.table.write(*ask_segment(entries, now))
    except Conflict:
        if (
            dependencies.table.get(of) is None
        ):  # two who ask at once may get in each other's way, so that neither has asked
            raise
    dependencies.queue.wake(*(keys.walk(of, shard).ref for shard in range(SHARDS)))
