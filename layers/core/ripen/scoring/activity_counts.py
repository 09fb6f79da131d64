"""How often the lead did something, as far as the playbook counts it.

Of each activity that a clause counts, only the newest times are kept, as many as an answer needs. So a count in any
time window is exact, in whatever order the activities arrived, and the state stays small.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache, partial

from ripen.epoch import from_millis, to_millis
from ripen.identity import IdentityKey
from ripen.lead.activity import Activity, Verdict, happened_at
from ripen.lead.contact import Contact, consented_purposes
from ripen.lead.history import HistoryEntry
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.playbook.bundle import Bundle
from ripen.playbook.clause import Clause, Did, subclauses
from ripen.playbook.condition import LeadFacts, traits
from ripen.playbook.wake_events import event_names
from ripen.scoring.score import Score, score_traits

Times = Mapping[str, tuple[int, ...]]
"""Times in milliseconds since 1970, newest first, by event name ("page_viewed pricing")."""


def times_to_keep(bundle: Bundle) -> Mapping[str, int]:
    """Return how many of the newest times segments, `who` of journeys, and routing rules need, by event name."""
    return _times_to_keep(IdentityKey(bundle))


def with_activity(times: Times, done: HistoryEntry, bundle: Bundle) -> dict[str, tuple[int, ...]]:
    """Return the times with one more activity; activities of machines do not count."""
    if done.details.verdict is not Verdict.HUMAN:
        return dict(times)
    needed, at = times_to_keep(bundle), to_millis(done.at)
    return dict(times) | {
        name: tuple(sorted((at, *times.get(name, ())), reverse=True)[: needed[name]])
        for name in event_names(done.kind, done.subject)
        if name in needed
    }


def count_times(times: Times, kind: str, subject: str, since: datetime | None) -> int:
    """Return how often the activity was done since then (None: ever)."""
    found = times.get(_name(kind, subject), ())
    if since is None:
        return len(found)
    return bisect_left(found, -to_millis(since), key=lambda at: -at)


def next_window_end(did: Did, times: Times, now: datetime) -> datetime | None:
    """Return when time alone next changes the answer: when a decisive activity leaves the window.

    These are the `at_least`-th newest, after which the count is too low, and the one after the `at_most`-th newest,
    after which it is no longer too high.
    """
    if did.within_seconds is None:
        return None
    found, within = times.get(event_name(did), ()), timedelta(seconds=did.within_seconds)
    decisive = {did.at_least - 1, did.at_most if did.at_most is not None else -1}
    moments = (from_millis(found[at]) + within for at in decisive if 0 <= at < len(found))
    return min((moment for moment in moments if moment > now), default=None)


def event_name(did: Did) -> str:
    """Return the name of the activity that the clause counts."""
    return _name(did.kind, did.subject)


def count_activities(activities: Iterable[Activity], kind: str, subject: str, since: datetime | None) -> int:
    """Return how many of these activities are of this kind and subject ("": any), and happened after `since`."""
    return sum(
        activity.kind == kind and subject in ("", activity.subject) and (since is None or happened_at(activity) > since)
        for activity in activities
    )


def lead_facts(
    profile: Profile,
    state: State,
    points: Score,
    contact: Contact | None,
    now: datetime,
    count: Callable[[str, str, datetime | None], int] | None = None,
) -> LeadFacts:
    """Return what clauses can ask about this lead; without `count`, activities are counted from the state's times."""
    return LeadFacts(
        traits=traits(profile, **score_traits(state, points)),
        now=now,
        count=count or partial(count_times, state.activity_times),
        tags=frozenset(profile.tags),
        segments=frozenset(state.segments),
        purposes=consented_purposes(contact),
    )


def _name(kind: str, subject: str) -> str:
    return f"{kind} {subject}" if subject else kind


@lru_cache(maxsize=4)
def _times_to_keep(bundle: IdentityKey[Bundle]) -> dict[str, int]:
    needed: dict[str, int] = {}
    for did in (part for clause in _clauses(bundle.value) for part in subclauses(clause) if isinstance(part, Did)):
        most = max(did.at_least, 0 if did.at_most is None else did.at_most + 1)
        needed[event_name(did)] = max(most, needed.get(event_name(did), 0))
    return {name: most for name, most in needed.items() if most}


def _clauses(bundle: Bundle) -> Iterator[Clause]:
    """Yield the clauses whose counts come from the state: those of segments, of `who` and of routing rules."""
    for segment in bundle.segments.values():
        yield from segment.also
    if bundle.routing:
        yield from (rule.when for rule in bundle.routing.rules if rule.when is not None)
    yield from (journey.who for journey in bundle.journeys.values() if journey.who is not None)
