"""Which path of a wait_for is taken, and when it was: the first moment at which one of them held decides, however late we
look, and at that moment their order.

What the lead did is looked at moment by moment; a clause that asks about anything else is judged as of now.
"""

from copy import replace
from datetime import datetime, timedelta

from msgspec import Struct

from ripen.calendar.wait_end import is_duration, time_context, wait_end
from ripen.journey.clause_facts import counting, dids, facts, fades, fields, is_about, is_past, is_since
from ripen.journey.context import Scene
from ripen.journey.enrollment import Enrollment
from ripen.journey.history_needed import LATE
from ripen.lead.activity import Verdict
from ripen.playbook.condition import holds
from ripen.playbook.graph import Until, WaitForStep
from ripen.tracking.click_signals import VERDICT_DELAY

_JUDGED_BY = VERDICT_DELAY + timedelta(minutes=3)
"""So long a click may wait for its verdict; a path that hangs on it is not taken before."""
_SELDOM = timedelta(days=30)
"""Where time alone changes nothing."""


class Taken(Struct, frozen=True):
    path: int
    at: datetime


class Standing(Struct, frozen=True):
    """`until` is the next of its own times, `look` when to look again."""

    until: datetime | None
    look: datetime


def counted(until: Until, began: datetime, scene: Scene) -> datetime:
    """From when on the time counts: a length of time, from when the mail before the step went, where that was held back."""
    is_held = scene.mailed is not None and scene.mailed > began + LATE
    return scene.mailed if scene.mailed and is_held and is_duration(until) else began


def judge(step: WaitForStep, began: datetime, enrollment: Enrollment, scene: Scene, now: datetime) -> Taken | Standing:
    """The path taken since the step began, if any."""
    counted = dids(*(path.when for path in step.paths))
    relevant = [a for a in scene.activities if is_since(a, began) and any(is_about(did, a) for did in counted)]
    ends = _ends(step, began, enrollment, scene)
    times = {began, now, *(a.received for a in relevant), *filter(None, ends), *fades(counted, relevant)}
    past = sorted(at for at in times if began <= at <= now)
    hanging = [a for a in relevant if a.verdict is Verdict.UNJUDGED and now < a.received + _JUDGED_BY]
    taken = _taken(step, ends, past, began, enrollment, scene, unjudged=False)
    if hanging and taken != _taken(step, ends, past, began, enrollment, scene, unjudged=True):
        return Standing(_next(ends, now), min(a.received for a in hanging) + _JUDGED_BY)
    if taken:
        return taken
    return Standing(_next(ends, now), min([at for at in times if at > now], default=now + _SELDOM))


def _ends(step: WaitForStep, began: datetime, enrollment: Enrollment, scene: Scene) -> list[datetime | None]:
    """When each path's time is over, None where it has none."""
    where, known = time_context(scene.profile, scene.brand, scene.calendar), fields(enrollment, scene, began)
    afters = (path.after for path in step.paths)
    return [wait_end(after, counted(after, began, scene), where, known) if after else None for after in afters]


def _taken(
    step: WaitForStep,
    ends: list[datetime | None],
    past: list[datetime],
    began: datetime,
    enrollment: Enrollment,
    scene: Scene,
    *,
    unjudged: bool,
) -> Taken | None:
    asked = facts(enrollment, scene, past[-1], began)
    for at in past:
        known = replace(asked, now=at, count=counting(enrollment, scene, at, began, unjudged=unjudged))
        for number, (path, end) in enumerate(zip(step.paths, ends, strict=True)):
            is_over = end is not None and end <= at
            if is_over or (path.when and (at == past[-1] or is_past(path.when)) and holds(path.when, known)):
                return Taken(number, at)
    return None


def _next(ends: list[datetime | None], now: datetime) -> datetime | None:
    return min((end for end in ends if end and end > now), default=None)
