"""The occurrences of a journey's schedule in a simulation, at their own times."""

from datetime import datetime, timedelta

from ripen.adapters.table import Create, keys
from ripen.calendar import recurrence
from ripen.campaign.walk import Entries, entry_activity
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Journey
from ripen.playbook.trigger import OnSchedule
from ripen_authoring.simulation.events import ScenarioEvent
from ripen_authoring.simulation.simulator import Simulator
from ripen_authoring.simulation.transcript import Line, with_names

SCHEDULED = "scheduled"
"""The verb of an occurrence. It is not in VERBS, so a scenario cannot contain it."""
_LEAST = 2
"""So many occurrences are simulated at least: the second one shows the effect of `again`."""


def occurrences(
    journey: Journey, bundle: Bundle, start: datetime, end: datetime, latest: datetime
) -> list[ScenarioEvent]:
    """Return the occurrences from `start` to `end`, and the first two in any case, but none after `latest`."""
    found = []
    for trigger in journey.enrol:
        if isinstance(trigger, OnSchedule):
            found += _occurrences(trigger, journey.name, bundle.brand.time_zone, start, end, latest)
    return found


def _occurrences(
    trigger: OnSchedule, journey: str, zone: str, start: datetime, end: datetime, latest: datetime
) -> list[ScenarioEvent]:
    found: list[ScenarioEvent] = []
    after = start - timedelta(microseconds=1)  # an occurrence exactly at the start belongs to the simulation
    while (at := recurrence.next_occurrence(trigger, zone, after)) and at <= latest:
        if len(found) >= _LEAST and at > end:
            break
        words = (journey, trigger.segment, recurrence.occurrence_name(at, zone))
        found.append(ScenarioEvent(at, SCHEDULED, words, trigger.rrule))
        after = at
    return found


def enter_on_schedule(event: ScenarioEvent, simulator: Simulator, lead: str) -> Line:
    """Ask for entry, as nurture.walk does, if the lead is in the segment. Return the line for the transcript."""
    journey, segment, occurrence = event.words
    state, now = simulator.table.get(keys.state(lead)), simulator.clock.now()
    if state is None or segment not in state.value.segments:
        return with_names(Line(now, "schedule.passed", {"subject": segment}), simulator.bundle)
    activity = entry_activity(
        Entries(journey=journey, segment=segment, key=occurrence, by="schedule", at=now), lead, now
    )
    key = keys.activity(lead, activity.at, activity.id)
    simulator.table.write(Create(key, activity, due=now))
    simulator.queue.wake(key.ref)
    return with_names(Line(now, "schedule.returned", {"subject": segment}), simulator.bundle)
