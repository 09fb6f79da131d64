"""What a journey's clauses are asked about. What the lead did is judged as it was known at the moment in question, however
late we look; the rest (fields, rank, segments, tags, consent) as it is now.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial

from ripen.journey.context import Scene
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity, Verdict, happened_at
from ripen.lead.contact import consented_purposes
from ripen.playbook.clause import AllOf, AnyOf, Clause, Did, Not, subclauses
from ripen.playbook.condition import LeadFacts, Traits, traits
from ripen.scoring.score import score

CLOCKS = timedelta(minutes=1)
"""How far a browser's clock may be off: what happened less than so long before a step began, and reached us after it, was
done since then."""


def facts(enrollment: Enrollment, scene: Scene, at: datetime, since: datetime | None) -> LeadFacts:
    """`since` limits what the lead did to what came after it, without what let the lead in."""
    state = scene.state
    return LeadFacts(
        traits=fields(enrollment, scene, at),
        now=at,
        count=counting(enrollment, scene, at, since),
        tags=frozenset(scene.profile.tags),
        segments=frozenset(state.segments if state else ()),
        purposes=consented_purposes(scene.contact),
    )


def counting(
    enrollment: Enrollment, scene: Scene, at: datetime, since: datetime | None, *, unjudged: bool = False
) -> Callable[[str, str, datetime | None], int]:
    """LeadFacts.count at that moment. `unjudged` takes clicks for a person's that nobody has judged yet."""
    verdicts = (Verdict.HUMAN, Verdict.UNJUDGED) if unjudged else (Verdict.HUMAN,)
    known = [a for a in scene.activities if a.verdict in verdicts and a.received <= at]
    if since is not None:
        known = [a for a in known if is_since(a, since) and a.id != enrollment.activity]
    return partial(_count, known)


def fields(enrollment: Enrollment, scene: Scene, at: datetime) -> Traits:
    """The lead's, "entry.<fact>" of what let it in, and "answers.<step>.<name>" of webhooks."""
    state = scene.state
    judged: dict[str, str | float] = {"rank": state.rank.value if state else "cold"}
    if state and scene.scoring:
        sum = score(state, scene.scoring, at)
        judged |= {"fit": sum.fit, "engagement": sum.engagement, "total": sum.total}
    entry = {f"entry.{name}": value for name, value in enrollment.facts.items()}
    return {**traits(scene.profile, **judged), **entry, **dict(_flat("answers", enrollment.answers))}


def is_since(activity: Activity, began: datetime) -> bool:
    """Whether it reached us, and was done, after that."""
    return activity.received >= began and happened_at(activity) >= began - CLOCKS


def dids(*clauses: Clause | None) -> tuple[Did, ...]:
    """All that the clauses count."""
    return tuple(part for clause in clauses if clause for part in subclauses(clause) if isinstance(part, Did))


def is_about(did: Did, activity: Activity) -> bool:
    return activity.kind == did.kind and did.subject in ("", activity.subject)


def is_past(clause: Clause) -> bool:
    """Whether it asks only what the lead did, which is known of any moment."""
    return all(isinstance(part, Did | AllOf | AnyOf | Not) for part in subclauses(clause))


def fades(counted: Iterable[Did], activities: Iterable[Activity]) -> Iterator[datetime]:
    """When each of the activities falls out of a window in which it is counted."""
    windows = [(did, timedelta(seconds=did.within_seconds)) for did in counted if did.within_seconds is not None]
    if windows:
        yield from (happened_at(a) + window for a in activities for did, window in windows if is_about(did, a))


def _count(known: Iterable[Activity], kind: str, subject: str, since: datetime | None) -> int:
    return sum(
        a.kind == kind and subject in ("", a.subject) and (since is None or happened_at(a) > since) for a in known
    )


def _flat(name: str, value: object) -> Iterator[tuple[str, str | float]]:
    """JSON by dotted names; an item of a list has its number, from 0."""
    match value:
        case bool():
            yield name, "true" if value else "false"
        case str() | int() | float():
            yield name, value
        case Mapping():
            for key, part in value.items():
                yield from _flat(f"{name}.{key}", part)
        case list():
            for number, part in enumerate(value):
                yield from _flat(f"{name}.{number}", part)
