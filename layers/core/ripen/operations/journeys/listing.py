"""How many people are on the way in each journey, finished it, or reached its goal."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ripen.adapters.table import Table
from ripen.decision import Reason
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.state import State
from ripen.operations.leads.listing import MOST
from ripen.operations.leads.scan import Sample, rows_of_leads, scan_sample
from ripen.operations.progress import Progress, silent


@dataclass
class JourneyNumbers:
    """Runs of leads through one journey so far."""

    entered: int = 0
    on_the_way: int = 0
    finished: int = 0
    goal: int = 0
    """Runs that ended because the lead reached the goal."""
    left: int = 0
    """Runs that ended before the end for any other reason."""


@dataclass(frozen=True)
class JourneyCounts:
    journeys: dict[str, JourneyNumbers]
    """By name; also journeys that are not live any more."""
    sample: Sample


def count_journeys(table: Table, most: int = MOST, progress: Progress = silent) -> JourneyCounts:
    """Count all runs of the leads that are read: one request for each lead that ever entered a journey."""

    def look(states: Sequence[State]) -> list[str]:
        return [state.lead for state in states if state.journeys]

    leads, sample = scan_sample(table, look, most, progress)
    found = defaultdict[str, JourneyNumbers](JourneyNumbers)
    for row in rows_of_leads(leads, lambda lead: table.under(lead, "enrollment#"), progress):
        if isinstance(row.value, Enrollment):
            _count(row.value, found[row.value.journey])
    return JourneyCounts(dict(found), sample)


def _count(enrollment: Enrollment, numbers: JourneyNumbers) -> None:
    numbers.entered += 1
    match enrollment.state:
        case EnrollmentState.ACTIVE:
            numbers.on_the_way += 1
        case EnrollmentState.FINISHED:
            numbers.finished += 1
        case EnrollmentState.EXITED if enrollment.reason == Reason.GOAL_REACHED:
            numbers.goal += 1
        case EnrollmentState.EXITED:
            numbers.left += 1
