"""What becomes of who stands on a step that the live journey has changed or dropped: as its `moves` say."""

from copy import replace
from datetime import datetime

from ripen.calendar.wait_end import time_context, wait_end
from ripen.decision import Decision, Outcome, Reason
from ripen.journey.clause_facts import fields
from ripen.journey.context import Scene
from ripen.journey.enrollment import Enrollment, at_step, leave
from ripen.journey.routing import OTHERWISE, standing, steps_of
from ripen.playbook.graph import Step, WaitStep


def moved_over(enrollment: Enrollment, scene: Scene, now: datetime) -> tuple[Enrollment, Scene, tuple[Decision, ...]]:
    """The enrollment, pinned to the live graph where it was moved, or out of the journey. Moved to the step on which it
    stands, it goes on waiting there by the new words, counted from when it began."""
    live, id = scene.live, enrollment.step
    old, move = steps_of(scene.journey).get(id), live.moves.get(id) if live else None
    if live is None or move is None or old is None or scene.live_bundle in ("", enrollment.bundle):
        return enrollment, scene, ()
    new = steps_of(live)
    if move.how == "stay" or new.get(id) == old or (move.how == "move" and move.to not in new):
        return enrollment, scene, ()
    if move.how == "exit":
        gone, decision = leave(enrollment, Reason.JOURNEY_CHANGED, now)
        return gone, scene, (decision,)
    told = at_step(enrollment, id, Outcome.MOVED, move.to, now)
    scene = replace(scene, journey=live)
    moved = replace(enrollment, bundle=scene.live_bundle)
    if move.to == id and type(old) is type(new[id]):
        return _waiting_on(moved, new[id], scene, now), scene, (told,)
    return replace(moved, step="", took=moved.took | {"": move.to}, began=now, until=None), scene, (told,)


def _waiting_on(enrollment: Enrollment, step: Step, scene: Scene, now: datetime) -> Enrollment:
    if not isinstance(step, WaitStep) or standing(enrollment, scene.journey) is None:
        return enrollment
    began = enrollment.began or now
    where = time_context(scene.profile, scene.brand, scene.calendar)
    until = wait_end(step.until, began, where, fields(enrollment, scene, began))
    if until is None:
        return replace(enrollment, until=None, took=enrollment.took | {step.id: OTHERWISE})
    return replace(enrollment, until=until)
