"""Which definitions a lead's state was made with. Where they are others by now, it is folded anew: so newly published scoring
and segments reach everybody, and who is in a new segment has not joined it."""

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from ripen.identity import IdentityKey
from ripen.ids import digest
from ripen.playbook.bundle import Bundle, Segment
from ripen.playbook.clause import Belongs, Clause, Condition, subclauses
from ripen.playbook.trigger import OnDate, OnField, OnRank, OnSegment, Trigger
from ripen.scoring.activity_counts import times_to_keep

_LENGTH = 10
SCORES = ("fit", "engagement", "total")


def rules_version(bundle: Bundle) -> str:
    """The same for two playbooks that judge alike, whatever words they use: scoring, segments, what is watched for clauses,
    and the fields and dates that let into journeys."""
    return _rules_version(IdentityKey(bundle))


def trigger_unchanged(trigger: Trigger, old: Bundle, new: Bundle) -> bool:
    """Whether joining, rising or changing by it means the same in both, for a lead whose state was made with the old one."""
    match trigger:
        case OnSegment(segment=name):
            return _segment_definition(name, old) == _segment_definition(name, new)
        case OnRank():
            return _scoring_definition(old) == _scoring_definition(new)
        case OnField(when=when):
            known = {
                on.when.field for journey in old.journeys.values() for on in journey.enrol if isinstance(on, OnField)
            }
            return when.field in known and (
                when.field not in SCORES or _scoring_definition(old) == _scoring_definition(new)
            )
    return False


def _segment_definition(name: str, bundle: Bundle) -> tuple[object, ...]:
    """All that the segment asks: of it and of those that it refers to, and how they are scored where they ask for scores."""
    found, ahead = dict[str, Segment](), [name]
    while ahead:
        segment = bundle.segments.get(ahead.pop())
        if segment and segment.name not in found:
            found[segment.name] = segment
            ahead += [part.segment for part in _parts(segment) if isinstance(part, Belongs)]
    asks = {part.field for segment in found.values() for part in _parts(segment) if isinstance(part, Condition)}
    return found, asks.isdisjoint((*SCORES, "rank")) or _scoring_definition(bundle)


def _parts(segment: Segment) -> Iterator[Clause]:
    yield from segment.when
    for clause in segment.also:
        yield from subclauses(clause)


def _scoring_definition(bundle: Bundle) -> tuple[object, ...]:
    scoring = bundle.scoring
    return (
        (scoring.half_life_days, scoring.warm, scoring.hot, scoring.fit_cap, scoring.engagement_cap),
        [(rule.code, rule.kind, rule.subject, rule.points, rule.cap) for rule in scoring.engagement],
        [(rule.code, rule.when, rule.points) for rule in scoring.fit],
    )


@lru_cache(maxsize=4)
def _rules_version(same: IdentityKey[Bundle]) -> str:
    bundle = same.value
    judged = (
        *_scoring_definition(bundle),
        sorted(bundle.segments.items()),
        sorted(times_to_keep(bundle).items()),
        [
            (journey.name, trigger)
            for _, journey in sorted(bundle.journeys.items())
            for trigger in journey.enrol
            if isinstance(trigger, OnDate | OnField)
        ],
    )
    return digest(msgspec.json.encode(judged).decode())[:_LENGTH]
