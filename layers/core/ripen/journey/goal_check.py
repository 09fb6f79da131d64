"""Whether a journey's goal or exit was met: now, or at any moment of the last minutes, so that a wake-up that comes late
misses nothing that an early one would have seen.

Like in a wait_for, what the lead did is looked at moment by moment; a clause that asks about anything else is judged as of now.
"""

from datetime import datetime

from ripen.journey.clause_facts import dids, facts, fades, is_about, is_past
from ripen.journey.context import Scene
from ripen.journey.enrollment import Enrollment
from ripen.journey.history_needed import LATE
from ripen.playbook.clause import Clause
from ripen.playbook.condition import holds


def met(clause: Clause, enrollment: Enrollment, scene: Scene, now: datetime) -> bool:
    """What the lead did counts from when it entered, without what let it in."""
    return any(
        holds(clause, facts(enrollment, scene, at, enrollment.entered))
        for at in (now, *_moments(clause, enrollment, scene, now))
    )


def _moments(clause: Clause, enrollment: Enrollment, scene: Scene, now: datetime) -> set[datetime]:
    """When the answer may have changed since a wake-up could have been due."""
    if not is_past(clause):
        return set()
    counted = dids(clause)
    heard = (a.received for a in scene.activities if any(is_about(did, a) for did in counted))
    earliest = max(enrollment.entered, now - LATE)
    return {at for at in (*heard, *fades(counted, scene.activities)) if earliest <= at < now}
