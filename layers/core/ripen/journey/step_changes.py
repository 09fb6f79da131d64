"""Move leads that are on a step which the live journey has changed or removed, as its `moves` say."""

from copy import replace
from datetime import datetime

from ripen.calendar.wait_end import time_context, wait_end
from ripen.decision import Decision, Outcome, Reason
from ripen.journey.clause_facts import traits_at
from ripen.journey.context import JourneyContext
from ripen.journey.enrollment import Enrollment, leave, step_decision
from ripen.journey.routing import steps_by_id, waiting_step
from ripen.playbook.graph import Step, WaitStep
from ripen.playbook.paths import OTHERWISE


def apply_step_change(
    enrollment: Enrollment, context: JourneyContext, now: datetime
) -> tuple[Enrollment, JourneyContext, tuple[Decision, ...]]:
    """Return the enrollment after the move: in the live graph, or out of the journey; unchanged if nothing is to move.

    A lead that is moved to its own step keeps waiting there by the new definition, counted from when the step started.
    """
    live, id = context.live, enrollment.step
    old, move = steps_by_id(context.journey).get(id), live.moves.get(id) if live else None
    if live is None or move is None or old is None or context.live_bundle in ("", enrollment.bundle):
        return enrollment, context, ()
    new = steps_by_id(live)
    if move.how == "stay" or new.get(id) == old or (move.how == "move" and move.to not in new):
        return enrollment, context, ()
    if move.how == "exit":
        left, decision = leave(enrollment, Reason.JOURNEY_CHANGED, now)
        return left, context, (decision,)
    decision = step_decision(enrollment, id, Outcome.MOVED, move.to, now)
    context = replace(context, journey=live)
    moved = replace(enrollment, bundle=context.live_bundle)
    if move.to == id and type(old) is type(new[id]):
        return _recalculate_wait(moved, new[id], context, now), context, (decision,)
    paths = moved.paths_taken | {"": move.to}
    return replace(moved, step="", paths_taken=paths, step_started=now, until=None), context, (decision,)


def _recalculate_wait(enrollment: Enrollment, step: Step, context: JourneyContext, now: datetime) -> Enrollment:
    """Return the enrollment with the end of its wait recalculated, if the step is a wait that is not over."""
    if not isinstance(step, WaitStep) or waiting_step(enrollment, context.journey) is None:
        return enrollment
    started = enrollment.step_started or now
    where = time_context(context.profile, context.brand, context.calendar)
    until = wait_end(step.until, started, where, traits_at(enrollment, context, started))
    if until is None:
        return replace(enrollment, until=None, paths_taken=enrollment.paths_taken | {step.id: OTHERWISE})
    return replace(enrollment, until=until)
