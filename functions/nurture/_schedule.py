"""Runs the schedule of a journey: enrols the segment at each occurrence, and puts the next one on the agenda."""

from contextlib import suppress
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger

from nurture._dependencies import Dependencies
from ripen.adapters.rows.walk_rows import ask_segment
from ripen.adapters.table import Conflict, Key, Replace, keys
from ripen.agenda import SHARDS
from ripen.calendar import recurrence
from ripen.campaign.walk import Entries, Schedule
from ripen.playbook.bundle import Bundle
from ripen.playbook.trigger import OnSchedule

_STILL_RUN = timedelta(days=1)
"""An occurrence that is missed by no more than this still runs, once. An older one is skipped."""

logger = Logger(child=True)


def run_schedule(key: Key[Schedule], dependencies: Dependencies) -> None:
    """Run each occurrence since the schedule was last run, and put the next one on the agenda.

    If another worker or a publication changes the row meanwhile, that one puts the next occurrence on the agenda.
    """
    row = dependencies.table.get(key)
    if row is None or row.due is None:
        return
    bundle, now, journey = dependencies.live(), dependencies.clock.now(), row.value.journey
    zone, triggers = bundle.brand.time_zone, _triggers(journey, bundle)
    for trigger in triggers:
        missed = recurrence.occurrences_between(trigger, zone, row.value.since, now)
        if occurrence := _latest_to_run(journey, missed, now):
            _enrol_segment(journey, trigger.segment, occurrence, zone, dependencies)
    upcoming = [at for trigger in triggers if (at := recurrence.next_occurrence(trigger, zone, now))]
    with suppress(Conflict):
        dependencies.table.write(
            Replace(key, Schedule(journey=journey, since=now), row.version, due=min(upcoming, default=None))
        )


def _triggers(journey: str, bundle: Bundle) -> list[OnSchedule]:
    found = bundle.journeys.get(journey)
    return [trigger for trigger in found.enrol if isinstance(trigger, OnSchedule)] if found else []


def _latest_to_run(journey: str, missed: list[datetime], now: datetime) -> datetime | None:
    """Return the latest occurrence, None if there is none or it is too old. Log the occurrences that are skipped."""
    if not missed:
        return None
    is_late = now - missed[-1] > _STILL_RUN
    if skipped := missed if is_late else missed[:-1]:
        logger.warning("schedule missed", journey=journey, occurrences=[at.isoformat() for at in skipped[-10:]])
    return None if is_late else missed[-1]


def _enrol_segment(journey: str, segment: str, at: datetime, zone: str, dependencies: Dependencies) -> None:
    """Start the walk that enrols the leads of the segment, once for the occurrence."""
    occurrence = recurrence.occurrence_name(at, zone)
    entries = Entries(journey=journey, segment=segment, key=occurrence, by="schedule", at=at)
    key = keys.entries(journey, segment, occurrence)
    try:
        dependencies.table.write(*ask_segment(entries, dependencies.clock.now()))
    except Conflict:
        # Two workers that write at the same time may cancel each other's transaction, so that neither row exists.
        if dependencies.table.get(key) is None:
            raise
    dependencies.queue.wake(*(keys.walk(key, shard).ref for shard in range(SHARDS)))
