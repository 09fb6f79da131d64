"""The events that wake an enrollment: all other events of the lead cannot move it.

The goal, the exit and wait_for steps take effect at once, and a wait for a date in a field follows changes of that
field. A branch is evaluated only when it is reached, so it needs no event.
"""

from collections.abc import Iterator
from functools import lru_cache

from ripen.identity import IdentityKey
from ripen.lead.activity import Kind
from ripen.playbook.clause import Agreed, Belongs, Clause, Condition, Did, Tagged, subclauses
from ripen.playbook.graph import Journey, Step, WaitForStep, WaitStep

JOURNEY_ENDING_KINDS = (Kind.UNSUBSCRIBED, Kind.BOUNCED, Kind.COMPLAINED, Kind.REPLIED, Kind.CONVERTED)
"""Activities that end every journey. A reply in person does too, because people talk from then on."""
_SCORES = ("fit", "engagement", "total")
_STANDING = ("rank", "grade", "level", "disqualified")


def wake_events(journey: Journey) -> frozenset[str]:
    """Return the names of the events that can move an enrollment at once.

    Activities have the names of event_names. Changes are "rank" (grade, level, disqualified and the ranks in
    further models, too), "score" (fit, engagement, total), "segment", "tag", "consent" and "field" (any other field of
    the profile).
    """
    return _wake_events(IdentityKey(journey))


def event_names(kind: Kind, subject: str) -> frozenset[str]:
    """Return the names of an activity as an event: its kind, and its kind with its subject."""
    return frozenset((kind, f"{kind} {subject}"))


@lru_cache(maxsize=1024)
def _wake_events(journey: IdentityKey[Journey]) -> frozenset[str]:
    names: set[str] = {*JOURNEY_ENDING_KINDS}
    for clause in _immediate_clauses(journey.value):
        names.update(_names(clause))
    if any(map(_waits_for_field, journey.value.steps)):
        names.add("field")
    return frozenset(names)


def _waits_for_field(step: Step) -> bool:
    """Return whether the step waits for a date in a profile field, which can change.

    Values of the enrollment itself (entry.…, answers.…) cannot change.
    """
    match step:
        case WaitStep(until=until):
            untils = [until]
        case WaitForStep(paths=paths):
            untils = [path.after for path in paths if path.after]
        case _:
            return False
    return any(until.field and not until.field.startswith(("entry.", "answers.")) for until in untils)


def _immediate_clauses(journey: Journey) -> Iterator[Clause]:
    """Yield the clauses that take effect as soon as they hold: goal, exit and those of wait_for steps."""
    yield from filter(None, (journey.goal, journey.exit))
    for step in journey.steps:
        if isinstance(step, WaitForStep):
            yield from (path.when for path in step.paths if path.when is not None)


def _names(clause: Clause) -> Iterator[str]:
    """Yield the names of the events that can change whether the clause holds."""
    for part in subclauses(clause):
        match part:
            case Did():
                yield f"{part.kind} {part.subject}" if part.subject else part.kind
            case Condition():
                yield _computed(part.field)
            case Belongs():
                yield "segment"
            case Agreed():
                yield "consent"
            case Tagged():
                yield "tag"


def _computed(field: str) -> str:
    """Return the change that a condition on this field waits for."""
    if field in _SCORES:
        return "score"
    return "rank" if field.partition(".")[0] in _STANDING else "field"
