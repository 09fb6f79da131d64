"""The returns of a journey's schedule in a simulation: at its own times, and whoever is in the segment then is asked in."""

from datetime import datetime, timedelta

from ripen.adapters.table import Create, keys
from ripen.calendar import recurrence
from ripen.campaign.walk import Entries, entry_activity
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Journey
from ripen.playbook.trigger import OnSchedule
from ripen_authoring.simulation.occurrences import Happening
from ripen_authoring.simulation.transcript import Line
from ripen_authoring.simulation.world import World

RETURN = "return"
"""The verb: nobody can write it, it happens by itself."""
_LEAST = 2
"""So many are lived however soon the story ends: the second shows whom `again` lets in."""


def returns(journey: Journey, bundle: Bundle, start: datetime, end: datetime, latest: datetime) -> list[Happening]:
    """From `start` to `end`, and the first two in any case; none after `latest`."""
    found = []
    for trigger in journey.enrol:
        if isinstance(trigger, OnSchedule):
            found += _returns(trigger, journey.name, bundle.brand.time_zone, start, end, latest)
    return found


def _returns(
    trigger: OnSchedule, journey: str, zone: str, start: datetime, end: datetime, latest: datetime
) -> list[Happening]:
    found: list[Happening] = []
    since = start - timedelta(microseconds=1)  # one that comes just as the story begins is part of it
    while (
        (at := recurrence.next_occurrence(trigger, zone, since)) and at <= latest and (len(found) < _LEAST or at <= end)
    ):
        found.append(
            Happening(at, RETURN, (journey, trigger.segment, recurrence.occurrence_name(at, zone)), trigger.rrule)
        )
        since = at
    return found


def occur(happening: Happening, world: World, lead: str) -> Line:
    """As nurture.walk has it, for this one lead. Tells whether the lead was meant."""
    journey, segment, occurrence = happening.words
    state, now = world.table.get(keys.state(lead)), world.clock.now()
    if state is None or segment not in state.value.segments:
        return Line(now, "schedule.passed", {"subject": segment})
    activity = entry_activity(
        Entries(journey=journey, segment=segment, key=occurrence, by="schedule", at=now), lead, now
    )
    key = keys.activity(lead, activity.at, activity.id)
    world.table.write(Create(key, activity, due=now))
    world.queue.wake(key.ref)
    return Line(now, "schedule.returned", {"subject": segment})
