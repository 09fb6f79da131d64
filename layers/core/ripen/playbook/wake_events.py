"""What a journey listens to while somebody waits in it: whatever else happens to a lead need not wake it.

A branch is judged when it is reached and listens to nothing; goal, exit and wait_for hold at once, and a wait for a date of
the lead's goes by what stands there.
"""

from collections.abc import Iterator
from functools import lru_cache

from ripen.identity import IdentityKey
from ripen.lead.activity import Activity, Kind
from ripen.playbook.clause import Agreed, Belongs, Clause, Condition, Did, Tagged, subclauses
from ripen.playbook.graph import Journey, Step, WaitForStep, WaitStep

JOURNEY_ENDING_KINDS = (Kind.UNSUBSCRIBED, Kind.BOUNCED, Kind.COMPLAINED, Kind.REPLIED, Kind.CONVERTED)
"""End every journey, an answer in person among them: from then on people talk."""
_COMPUTED = {"rank": "rank", "fit": "score", "engagement": "score", "total": "score"}


def wake_events(journey: Journey) -> frozenset[str]:
    """Names of what can move an enrollment at once: activities as `says` names them, and changes of "rank", "score" (fit,
    engagement, total), "segment", "tag", "consent" and "field" (anything else of the profile)."""
    return _wake_events(IdentityKey(journey))


def event_names(activity: Activity) -> frozenset[str]:
    """The names by which journeys may listen to this activity: its kind, and its kind with its subject."""
    return frozenset((activity.kind, f"{activity.kind} {activity.subject}"))


@lru_cache(maxsize=1024)
def _wake_events(journey: IdentityKey[Journey]) -> frozenset[str]:
    asked = (name for clause in _clauses(journey.value) for name in _names(clause))
    return frozenset(
        [*JOURNEY_ENDING_KINDS, *asked, *(["field"] if any(map(_waits_for_field, journey.value.steps)) else [])]
    )


def _waits_for_field(step: Step) -> bool:
    """Whether it waits for a date of the lead's, which may become another; what is of the run stays as it is."""
    match step:
        case WaitStep(until=until):
            untils = [until]
        case WaitForStep(paths=paths):
            untils = [path.after for path in paths if path.after]
        case _:
            return False
    return any(until.field and not until.field.startswith(("entry.", "answers.")) for until in untils)


def _clauses(journey: Journey) -> Iterator[Clause]:
    yield from filter(None, (journey.goal, journey.exit))
    for step in journey.steps:
        if isinstance(step, WaitForStep):
            yield from (path.when for path in step.paths if path.when is not None)


def _names(clause: Clause) -> Iterator[str]:
    for part in subclauses(clause):
        match part:
            case Did():
                yield f"{part.kind} {part.subject}" if part.subject else part.kind
            case Condition():
                yield _COMPUTED.get(part.field, "field")
            case Belongs():
                yield "segment"
            case Agreed():
                yield "consent"
            case Tagged():
                yield "tag"
