"""Check whether a journey's goal or exit condition was met, now or at any moment of the last minutes.

A wake-up that comes late misses nothing that an early one would have seen. As in a wait_for, activities are judged
moment by moment; a clause that asks about anything else is judged as of now.
"""

from datetime import datetime

from ripen.journey.clause_facts import asks_only_about_activities, counts, did_clauses, facts_at, window_ends
from ripen.journey.context import JourneyContext
from ripen.journey.enrollment import Enrollment
from ripen.journey.history_needed import LATENESS_TOLERANCE
from ripen.playbook.clause import Clause
from ripen.playbook.condition import holds


def was_met(clause: Clause, enrollment: Enrollment, context: JourneyContext, now: datetime) -> bool:
    """Return whether the clause holds or held, counting activities since the entry, without the one that enrolled."""
    return any(
        holds(clause, facts_at(enrollment, context, at, enrollment.entered))
        for at in (now, *_past_moments(clause, enrollment, context, now))
    )


def _past_moments(clause: Clause, enrollment: Enrollment, context: JourneyContext, now: datetime) -> set[datetime]:
    """Return the moments, since a wake-up may have been due, at which the answer may have changed."""
    if not asks_only_about_activities(clause):
        return set()
    dids = did_clauses(clause)
    received = (a.received for a in context.activities if any(counts(did, a) for did in dids))
    earliest = max(enrollment.entered, now - LATENESS_TOLERANCE)
    return {at for at in (*received, *window_ends(dids, context.activities)) if earliest <= at < now}
