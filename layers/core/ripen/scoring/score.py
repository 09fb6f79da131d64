"""The score: fit (who the lead is) plus engagement (what the lead did, halved once per half-life).

Decay is exponential with one half-life, so the points of any number of activities are one sum at one moment (a
forward-decayed sum: Cormode et al., "Forward Decay", ICDE 2009). Activities may arrive in any order.
"""

from collections.abc import Iterable, Mapping
from copy import replace
from datetime import datetime, timedelta
from functools import lru_cache

from msgspec import Struct

from ripen.epoch import to_millis
from ripen.identity import IdentityKey
from ripen.lead.activity import Kind, Verdict
from ripen.lead.history import HistoryEntry
from ripen.lead.lead import Profile
from ripen.lead.state import RulePoints, State
from ripen.playbook.condition import traits
from ripen.playbook.matching import matching_rules
from ripen.playbook.scoring import EngagementRule, Scoring

_EARLIER = 9
GIVEN_POINTS = EngagementRule(
    code="given",
    kind=Kind.POINTS_GIVEN,
    points=0,
    words={"ja": "シナリオによる加点", "en": "Points given by a journey"},
)
"""The rule of points that journey steps give: kept and decayed like any other, separately for each step."""


class Score(Struct, frozen=True, kw_only=True):
    """Points at one moment; round them for display only."""

    fit: float
    engagement: float
    total: float


def add_points(rule_points: Mapping[str, RulePoints], done: HistoryEntry, scoring: Scoring) -> dict[str, RulePoints]:
    """Return the points by rule with one more activity; only activities of people count."""
    if done.details.verdict is not Verdict.HUMAN:
        return dict(rule_points)
    if done.kind is Kind.POINTS_GIVEN:
        return dict(rule_points) | _add_given_points(rule_points, done, half_life(scoring))
    at = done.at
    return dict(rule_points) | {
        rule.code: _add(rule_points.get(rule.code), rule.points, at, half_life(scoring))
        for rule in _matching_rules(done, scoring)
    }


def fit(profile: Profile, scoring: Scoring) -> tuple[float, tuple[str, ...]]:
    """Return the points for who the lead is, limited to `fit_cap`, and the matching rules' codes, strongest first."""
    matching = matching_rules(scoring.fit, traits(profile))
    points = sum(rule.points for rule in matching)
    codes = tuple(rule.code for rule in sorted(matching, key=lambda rule: -rule.points))
    return (points if scoring.fit_cap is None else min(points, scoring.fit_cap)), codes


def score(state: State, scoring: Scoring, now: datetime) -> Score:
    """Return the lead's score at `now`."""
    engagement = sum(points_by_rule(state, scoring, now).values())
    if scoring.engagement_cap is not None:
        engagement = min(engagement, scoring.engagement_cap)
    return Score(fit=state.fit, engagement=engagement, total=state.fit + engagement)


def points_by_rule(state: State, scoring: Scoring, now: datetime) -> dict[str, float]:
    """Return the engagement at `now` by rule code, each within its cap. Rules that left the playbook give nothing."""
    return {
        rule.code: capped(decayed(earned, half_life(scoring), now), rule.cap)
        for earned, rule in points_with_rules(state, scoring)
    }


def points_with_rules(state: State, scoring: Scoring) -> Iterable[tuple[RulePoints, EngagementRule]]:
    """Yield the points of the lead with their rules."""
    rules = _index(IdentityKey(scoring)).by_code
    for code, earned in state.rule_points.items():
        if rule := rules.get(code):
            yield earned, rule
        elif code.partition("/")[0] == GIVEN_POINTS.code:
            yield earned, replace(GIVEN_POINTS, code=code, words=earned.words or GIVEN_POINTS.words)


def half_life(scoring: Scoring) -> timedelta:
    """Return the half-life of engagement."""
    return timedelta(days=scoring.half_life_days)


def decayed(earned: RulePoints, half_life: timedelta, now: datetime) -> float:
    """Return the points that are left at `now`."""
    return earned.points * _remaining_share(now - earned.at, half_life)


def capped(points: float, cap: float | None) -> float:
    """Return the points limited to the cap; negative points are limited to the negative cap."""
    return points if cap is None else max(-cap, min(cap, points))


def _remaining_share(age: timedelta, half_life: timedelta) -> float:
    return float(0.5 ** max(0.0, age / half_life))


def _add(earned: RulePoints | None, points: float, at: datetime, half_life: timedelta) -> RulePoints:
    if earned is None:
        return RulePoints(points=points, at=at)
    before, later = sorted((at, earned.at))
    return RulePoints(
        points=decayed(earned, half_life, later) + points * _remaining_share(later - at, half_life),
        at=later,
        count=earned.count + 1,
        earlier=tuple(sorted((to_millis(before), *earned.earlier), reverse=True)[:_EARLIER]),
        words=earned.words,
    )


def _add_given_points(
    rule_points: Mapping[str, RulePoints], done: HistoryEntry, half_life: timedelta
) -> dict[str, RulePoints]:
    facts, at = done.details.facts, done.at
    code = f"{GIVEN_POINTS.code}/{facts.get('journey', '')}/{facts.get('step', '')}"
    added = _add(rule_points.get(code), float(facts.get("points", "0")), at, half_life)
    words = {name.partition(".")[2]: text for name, text in facts.items() if name.startswith("words.")}
    return {code: replace(added, words=words if added.at == at else added.words)}


def _matching_rules(done: HistoryEntry, scoring: Scoring) -> Iterable[EngagementRule]:
    rules = _index(IdentityKey(scoring)).by_kind
    kind, subject = done.kind.value, done.subject
    return rules.get((kind, ""), ()) + (rules.get((kind, subject), ()) if subject else ())


class _RuleIndex(Struct, frozen=True):
    by_kind: dict[tuple[str, str], tuple[EngagementRule, ...]]
    by_code: dict[str, EngagementRule]


@lru_cache(maxsize=4)
def _index(scoring: IdentityKey[Scoring]) -> _RuleIndex:
    """Index the rules, once per playbook, so that an activity costs the same with a thousand rules as with ten."""
    by_kind: dict[tuple[str, str], tuple[EngagementRule, ...]] = {}
    for rule in scoring.value.engagement:
        by_kind[rule.kind, rule.subject] = (*by_kind.get((rule.kind, rule.subject), ()), rule)
    return _RuleIndex(by_kind, {rule.code: rule for rule in scoring.value.engagement})
