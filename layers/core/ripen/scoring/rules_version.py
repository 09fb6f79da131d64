"""The version of the definitions that a lead's state was computed with.

A state of another version is recomputed, so new scoring rules and segments reach every lead. A lead that is in a
segment only because of that has not joined it.
"""

from copy import replace
from enum import StrEnum
from functools import lru_cache

import msgspec

from ripen.identity import IdentityKey
from ripen.ids import digest
from ripen.playbook.bundle import Bundle, Segment
from ripen.playbook.clause import Belongs, Condition
from ripen.playbook.scoring import Scoring
from ripen.playbook.trigger import OnDate, OnField, OnRank, OnSegment, Trigger
from ripen.scoring.activity_counts import times_to_keep
from ripen.scoring.segment_anchors import segment_clauses

_LENGTH = 10
_STANDING = ("rank", "grade", "level", "disqualified")
_POINTS = ("fit", "engagement", "total")


class RulePart(StrEnum):
    """What may differ between two rules versions."""

    SCORING = "scoring"
    SEGMENTS = "segments"
    CONDITIONS = "conditions"
    """The counts that clauses need, and the fields and dates that start journeys."""


def changed_rules(old: Bundle, new: Bundle) -> frozenset[RulePart]:
    """Return the parts of which the rules version is made that differ; none if the versions are equal."""
    was, now = _definition(old), _definition(new)
    return frozenset(part for part in RulePart if was[part] != now[part])


def rules_version(bundle: Bundle) -> str:
    """Return a digest of everything that determines a state; texts do not matter.

    It covers scoring, segments, the counts that clauses need, and the fields and dates that trigger journeys.
    """
    return _rules_version(IdentityKey(bundle))


def trigger_unchanged(trigger: Trigger, old: Bundle, new: Bundle) -> bool:
    """Return whether the trigger means the same in both playbooks, for a state computed with the old one."""
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
                not is_score(when.field) or _scoring_definition(old) == _scoring_definition(new)
            )
    return False


def is_score(field: str) -> bool:
    """Return whether the field is computed by scoring, such as "total" or "rank.<model>"."""
    return field in _POINTS or field.partition(".")[0] in _STANDING


def _segment_definition(name: str, bundle: Bundle) -> tuple[object, ...]:
    """Return the segment with all segments it refers to, and the scoring rules if any of them asks for a score."""
    found, to_visit = dict[str, Segment](), [name]
    while to_visit:
        segment = bundle.segments.get(to_visit.pop())
        if segment and segment.name not in found:
            found[segment.name] = replace(segment, title={})
            to_visit += [part.segment for part in segment_clauses(segment) if isinstance(part, Belongs)]
    fields = {
        part.field for segment in found.values() for part in segment_clauses(segment) if isinstance(part, Condition)
    }
    return found, not any(map(is_score, fields)) or _scoring_definition(bundle)


def _scoring_definition(bundle: Bundle) -> tuple[object, ...]:
    return _model_definition(bundle.scoring)


def _model_definition(scoring: Scoring) -> tuple[object, ...]:
    """Return what the model means, without its texts.

    What it does not use is left out, so that code that brings a new kind of rule changes no version.
    """
    more = (
        scoring.groups,
        scoring.grades,
        scoring.levels,
        scoring.matrix,
        [(rule.code, rule.when) for rule in scoring.disqualify],
        scoring.resets,
        [(name, _model_definition(model)) for name, model in sorted(scoring.models.items())],
    )
    return (
        (scoring.half_life_days, scoring.warm, scoring.hot, scoring.fit_cap, scoring.engagement_cap),
        [
            (rule.code, rule.kind, rule.subject, rule.points, rule.cap, *_used(rule.where, rule.count, rule.group))
            for rule in scoring.engagement
        ],
        [(rule.code, rule.when, rule.points, *_used(rule.group)) for rule in scoring.fit],
        *_used(*more),
    )


def _used(*parts: object) -> list[object]:
    """Return the parts if any of them is used."""
    return [*parts] if any(parts) else []


def _meaning(segment: Segment) -> dict[str, object]:
    """Return what the segment means, without its title: another title changes no lead."""
    return {"name": segment.name, "when": segment.when, "also": segment.also}


@lru_cache(maxsize=4)
def _rules_version(same: IdentityKey[Bundle]) -> str:
    parts = _definition(same.value)
    definition = [each for part in (RulePart.SCORING, RulePart.SEGMENTS, RulePart.CONDITIONS) for each in parts[part]]
    return digest(msgspec.json.encode(definition).decode())[:_LENGTH]


def _definition(bundle: Bundle) -> dict[RulePart, tuple[object, ...]]:
    triggers = [
        (journey.name, trigger)
        for _, journey in sorted(bundle.journeys.items())
        for trigger in journey.enrol
        if isinstance(trigger, OnDate | OnField)
    ]
    return {
        RulePart.SCORING: _scoring_definition(bundle),
        RulePart.SEGMENTS: ([(name, _meaning(segment)) for name, segment in sorted(bundle.segments.items())],),
        RulePart.CONDITIONS: (sorted(times_to_keep(bundle).items()), triggers),
    }
