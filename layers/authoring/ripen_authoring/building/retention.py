"""Build `keep`: how long rows are kept, and never shorter than the playbook's own clauses look back.

A period that the marketer wrote is taken as it is; checks/retention.py refuses one that is too short.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from ripen.journey.clause_facts import did_clauses
from ripen.lead.activity import OPPORTUNITY_KINDS, RECORD_KINDS, Kind
from ripen.playbook.bundle import Bundle
from ripen.playbook.clause import AnyOf, Clause, Did
from ripen.playbook.graph import BranchStep, Journey, JumpStep, Step, Until, WaitForStep, WaitStep
from ripen.playbook.retention import Retention
from ripen.words import Words
from ripen_authoring.models.settings import KeepPart

GROUPS: dict[str, tuple[Kind, ...]] = {
    "visits": (Kind.PAGE_VIEWED, Kind.PAGE_READ, Kind.LINK_FOLLOWED),
    "downloads": (Kind.FILE_DOWNLOADED,),
    "clicks": (Kind.LINK_CLICKED,),
    "forms": (Kind.FORM_SUBMITTED,),
    "replies": (Kind.REPLIED,),
    "sales": (
        Kind.ACCEPTED_BY_SALES,
        Kind.REJECTED_BY_SALES,
        *OPPORTUNITY_KINDS,
        Kind.CAMPAIGN_JOINED,
        *RECORD_KINDS,
    ),
    "steps": (Kind.POINTS_GIVEN, Kind.UPDATED, Kind.ENTRY_ASKED),
    "refusals": (Kind.UNSUBSCRIBED, Kind.RESUBSCRIBED, Kind.COMPLAINED, Kind.BOUNCED, Kind.CONFIRMED),
}
"""The kinds of activities for which each key of `keep` stands."""
_DAY = 86400
_LONGEST_BREAK = 14
"""Days for which a company may be closed, beyond weekends."""


@dataclass(frozen=True)
class Need:
    """How far back a part of the playbook asks about activities of a kind; `days` None is without limit."""

    kind: str
    days: int | None
    part: Words


def retention(part: KeepPart, bundle: Bundle) -> Retention:
    """Return the periods of all kinds; those that the playbook does not set are as long as its clauses need."""
    needs = list(needs_of(bundle))
    days: dict[str, int] = {}
    for key, kinds in GROUPS.items():
        period: int | None = getattr(part, key)
        for kind in kinds:
            needed = [] if key in part.model_fields_set else [need.days for need in needs if need.kind == kind]
            if period is not None and None not in needed:
                days[str(kind)] = max([period, *filter(None, needed)])
    return Retention(activities=days, mails=part.mails)


def needs_of(bundle: Bundle) -> Iterator[Need]:
    """Yield what each clause needs.

    Segments and `who` count from the lead's state, so that only their windows matter. Branches, goals, exits and
    `policy.unless` read the activities themselves.
    """
    for segment in bundle.segments.values():
        part = Words(f"segment {segment.name!r}", f"セグメント {segment.name!r}")
        yield from _windows(segment.also, part)
    for journey in bundle.journeys.values():
        yield from _of_journey(journey, Words(f"journey {journey.name!r}", f"シナリオ {journey.name!r}"))
    if bundle.policy.unless:
        for did in did_clauses(bundle.policy.unless):
            yield Need(did.kind, _days(did.within_seconds), Words("`policy.unless`", "`policy.unless`"))


def _of_journey(journey: Journey, part: Words) -> Iterator[Need]:
    yield from _windows((journey.who,), part)
    for step in journey.steps:
        if isinstance(step, BranchStep):
            for did in did_clauses(*(path.when for path in step.paths)):
                yield Need(did.kind, _days(did.within_seconds), part)
    since_entry = [journey.goal, journey.exit]
    since_entry += [path.when for step in journey.steps if isinstance(step, WaitForStep) for path in step.paths]
    longest = _longest_stay(journey)
    for did in did_clauses(*(clause for clause in since_entry if clause and not _takes_effect_at_once(clause))):
        spans = [days for days in (_days(did.within_seconds), longest) if days is not None]
        yield Need(did.kind, min(spans, default=None), part)


def _windows(clauses: tuple[Clause | None, ...], part: Words) -> Iterator[Need]:
    for did in did_clauses(*clauses):
        if did.within_seconds is not None:
            yield Need(did.kind, _days(did.within_seconds), part)


def _takes_effect_at_once(clause: Clause) -> bool:
    """Return whether the clause holds as soon as one activity happens, so that earlier ones do not matter."""
    match clause:
        case Did():
            return clause.at_least <= 1 and clause.at_most is None
        case AnyOf():
            return all(map(_takes_effect_at_once, clause.of))
    return False


def _longest_stay(journey: Journey) -> int | None:
    """Return how many days a lead can be in the journey; None if nothing limits them."""
    rounds, total = 1, 0
    for step in journey.steps:
        rounds += step.most if isinstance(step, JumpStep) else 0
        longest = _longest_wait(step)
        if longest is None:
            return None
        total += longest
    return rounds * total


def _longest_wait(step: Step) -> int | None:
    match step:
        case WaitStep(until=until):
            return _until(until)
        case WaitForStep(paths=paths):
            ends = [_until(path.after) for path in paths if path.after]
            return min((end for end in ends if end is not None), default=None)
    return 1


def _until(until: Until) -> int | None:
    """Return the most days that the wait takes; None for a date of which nobody knows how far away it is."""
    if until.field and not until.yearly:
        return None
    named = 366 + max(until.offset_days, 0) if until.field or until.date else 0
    working = 2 * (until.business_days + ceil(until.business_seconds / 3600))
    breaks = _LONGEST_BREAK if working or until.business else 0
    return ceil(until.seconds / _DAY) + until.days + working + breaks + named + 8


def _days(seconds: int | None) -> int | None:
    return None if seconds is None else ceil(seconds / _DAY)
