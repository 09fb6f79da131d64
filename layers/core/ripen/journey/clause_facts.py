"""What the clauses of a journey can ask about a lead at one moment.

Activities are judged as they were known at that moment, however late the engine runs. Everything else (fields, rank,
segments, tags, consent) is as it is now.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial

from ripen.journey.context import JourneyContext
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity, Verdict, happened_at
from ripen.lead.contact import consented_purposes
from ripen.playbook.clause import AllOf, AnyOf, Clause, Did, Not, subclauses
from ripen.playbook.condition import LeadFacts, Traits, traits
from ripen.scoring.activity_counts import count_activities
from ripen.scoring.score import score, score_traits

CLOCK_TOLERANCE = timedelta(minutes=1)
"""How far a browser's clock may be off. An activity that we received after a step started counts from that step on
even if its own time is this much earlier."""


def facts_at(enrollment: Enrollment, context: JourneyContext, at: datetime, since: datetime | None) -> LeadFacts:
    """Return what clauses can ask at that moment.

    With `since`, only activities after it count, and the activity that enrolled the lead does not.
    """
    state = context.state
    return LeadFacts(
        traits=traits_at(enrollment, context, at),
        now=at,
        count=activity_counter(enrollment, context, at, since),
        tags=frozenset(context.profile.tags),
        segments=frozenset(state.segments if state else ()),
        purposes=consented_purposes(context.contact),
    )


def activity_counter(
    enrollment: Enrollment, context: JourneyContext, at: datetime, since: datetime | None, *, unjudged: bool = False
) -> Callable[[str, str, datetime | None], int]:
    """Return LeadFacts.count for that moment. With `unjudged`, clicks without a verdict count as a person's."""
    verdicts = (Verdict.HUMAN, Verdict.UNJUDGED) if unjudged else (Verdict.HUMAN,)
    known = [a for a in context.activities if a.verdict in verdicts and a.received <= at]
    if since is not None:
        known = [a for a in known if is_since(a, since) and a.id != enrollment.activity]
    return partial(count_activities, known)


def traits_at(enrollment: Enrollment, context: JourneyContext, at: datetime) -> Traits:
    """Return the lead's traits, "entry.<fact>" of the enrollment and "answers.<step>.<name>" of webhooks."""
    state = context.state
    computed: dict[str, str | float] = {"rank": state.rank.value if state else "cold"}
    if state and context.scoring:
        computed |= score_traits(state, score(state, context.scoring, at))
    entry = {f"entry.{name}": value for name, value in enrollment.facts.items()}
    return {**traits(context.profile, **computed), **entry, **dict(_flat("answers", enrollment.answers))}


def is_since(activity: Activity, moment: datetime) -> bool:
    """Return whether the activity reached us after the moment and, by its own time, happened after it."""
    return activity.received >= moment and happened_at(activity) >= moment - CLOCK_TOLERANCE


def did_clauses(*clauses: Clause | None) -> tuple[Did, ...]:
    """Return every Did in these clauses."""
    return tuple(part for clause in clauses if clause for part in subclauses(clause) if isinstance(part, Did))


def counts(did: Did, activity: Activity) -> bool:
    """Return whether the clause counts this activity, apart from its window."""
    return activity.kind == did.kind and did.subject in ("", activity.subject)


def asks_only_about_activities(clause: Clause) -> bool:
    """Return whether the clause can be evaluated for a past moment, because it asks about nothing else."""
    return all(isinstance(part, Did | AllOf | AnyOf | Not) for part in subclauses(clause))


def window_ends(clauses: Iterable[Did], activities: Iterable[Activity]) -> Iterator[datetime]:
    """Yield the moments at which an activity leaves a window in which a clause counts it."""
    windows = [(did, timedelta(seconds=did.within_seconds)) for did in clauses if did.within_seconds is not None]
    if windows:
        yield from (happened_at(a) + window for a in activities for did, window in windows if counts(did, a))


def _flat(name: str, value: object) -> Iterator[tuple[str, str | float]]:
    """Yield the values of a JSON value under dotted names; an item of a list has its index, from 0."""
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
