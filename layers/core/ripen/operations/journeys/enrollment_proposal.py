"""Who would be enrolled in a journey by hand, for a person to confirm."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from copy import replace
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Row, Table, keys
from ripen.campaign.walk import Entries
from ripen.fold.entry import again_refusal
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.state import LatestEntry, State
from ripen.operations.journeys.enrollment_by_hand import find_leads
from ripen.operations.leads.scan import scan_batches
from ripen.operations.progress import Progress, silent
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Journey, SendStep

_BATCH = 100


@dataclass(frozen=True)
class Proposal:
    """An enrollment by hand as it would be requested now."""

    journey: Journey
    leads: int
    in_it: int
    """Leads that are in the journey now; with `again: by key` or `after …` they may enter all the same."""
    refused: Counter[str]
    """Leads that the journey's `again` refuses, by reason. Its `who` is judged when the lead enters."""
    unknown: tuple[str, ...]
    """Addresses that belong to no lead."""

    @property
    def first_mail(self) -> str:
        """The name of the first mail in the journey's file, "" if it sends none."""
        return next((step.email for step in self.journey.steps if isinstance(step, SendStep)), "")


def propose(
    entries: Entries,
    emails: Sequence[str],
    table: Table,
    secrets: Secrets,
    bundle: Bundle,
    now: datetime,
    progress: Progress = silent,
) -> Proposal:
    """Return who would be asked: the leads of the segment, or those with these addresses."""
    journey, unknown = bundle.journeys[entries.journey], list[str]()
    if entries.segment:
        states = _states(table, lambda state: entries.segment in state.segments)
        found, leads = scan_batches(table, states, progress), None
    else:
        known, unknown = find_leads(list(dict.fromkeys(emails)), table, secrets)
        look = _states(table, lambda state: True)
        found, leads = (state for some in batched(known, _BATCH, strict=False) for state in look(some)), len(known)
    count, in_it, refused = _judged(found, journey, table, now)
    return Proposal(journey, count if leads is None else leads, in_it, refused, tuple(unknown))


def _states(table: Table, is_wanted: Callable[[State], bool]) -> Callable[[Sequence[str]], list[State]]:
    def look(leads: Sequence[str]) -> list[State]:
        rows: list[Row[State] | None] = table.get_many([keys.state(lead) for lead in leads])
        return [row.value for row in rows if row and is_wanted(row.value)]

    return look


def _judged(states: Iterable[State], journey: Journey, table: Table, now: datetime) -> tuple[int, int, Counter[str]]:
    """Return how many leads there are, how many are in the journey, and how many it refuses, by reason."""
    count, in_it, refused = 0, 0, Counter[str]()
    for some in batched(states, _BATCH, strict=False):
        count += len(some)
        for entry in _entries(some, journey.name, table):
            in_it += entry.active
            if reason := again_refusal(journey.again, entry, now):
                refused[reason] += 1
    return count, in_it, refused


def _entries(states: Sequence[State], journey: str, table: Table) -> list[LatestEntry]:
    """Return the latest entries as their enrollments are: a state learns of an end only when it is folded."""
    found = [(state.lead, state.journeys[journey]) for state in states if journey in state.journeys]
    rows: list[Row[Enrollment] | None] = table.get_many(
        [keys.enrollment(lead, journey, entry.key) for lead, entry in found]
    )
    return [
        replace(entry, active=entry.active and (row is None or row.value.state is EnrollmentState.ACTIVE))
        for (_, entry), row in zip(found, rows, strict=True)
    ]
