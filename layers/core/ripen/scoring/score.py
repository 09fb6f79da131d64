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
from ripen.lead.activity import OWN_KINDS, Kind, Verdict
from ripen.lead.history import HistoryEntry, facts_for_rules
from ripen.lead.lead import Profile
from ripen.lead.state import ModelState, RulePoints, State
from ripen.playbook.condition import Traits, all_hold, traits
from ripen.playbook.matching import matching_rules
from ripen.playbook.scoring import EngagementRule, FitRule, Scoring
from ripen.scoring.count_rule import holds_now, times_to_keep

_EARLIER = 9
GIVEN_POINTS = EngagementRule(
    code="given",
    kind=Kind.POINTS_GIVEN,
    points=0,
    words={"ja": "シナリオによる加点", "en": "Points given by a journey"},
)
"""The rule of points that journey steps give: kept and decayed like any other, separately for each step."""

Scored = State | ModelState
"""What is kept of one scoring model: the main one's fields are in State itself."""


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
    return dict(rule_points) | {
        rule.code: _add(rule_points.get(rule.code), rule, done.at, half_life(scoring))
        for rule in engagement_rules(done, scoring)
    }


def fit(profile: Profile, scoring: Scoring) -> tuple[float, tuple[str, ...]]:
    """Return the points for who the lead is, limited to `fit_cap`, and the matching rules' codes, strongest first."""
    matching = fit_rules(profile, scoring)
    points = sum(group_points(((rule, rule.points) for rule in matching), scoring).values())
    codes = tuple(rule.code for rule in sorted(matching, key=lambda rule: -rule.points))
    return (points if scoring.fit_cap is None else min(points, scoring.fit_cap)), codes


def fit_rules(profile: Profile, scoring: Scoring) -> list[FitRule]:
    """Return the rules that the lead meets."""
    return matching_rules(scoring.fit, traits(profile))


def score(state: Scored, scoring: Scoring, now: datetime) -> Score:
    """Return the lead's score at `now`."""
    points = ((rule, points_now(earned, rule, scoring, now)) for earned, rule in points_with_rules(state, scoring))
    engagement = sum(group_points(points, scoring).values())
    if scoring.engagement_cap is not None:
        engagement = min(engagement, scoring.engagement_cap)
    return Score(fit=state.fit, engagement=engagement, total=state.fit + engagement)


def score_traits(state: State, points: Score) -> Traits:
    """Return what conditions can ask about the scores: {total: …}, {grade: …}, {rank: {<model>: …}}."""
    return {
        "fit": points.fit,
        "engagement": points.engagement,
        "total": points.total,
        "rank": state.rank.value,
        "grade": state.grade,
        "level": state.level,
        "disqualified": state.disqualified,
        **{f"rank.{name}": model.rank.value for name, model in state.models.items()},
    }


def group_points(points: Iterable[tuple[EngagementRule | FitRule, float]], scoring: Scoring) -> dict[str, float]:
    """Return the points by group, each limited to its cap; rules without a group are in "" together."""
    found: dict[str, float] = {}
    for rule, amount in points:
        found[rule.group] = found.get(rule.group, 0.0) + amount
    return {group: capped(amount, scoring.groups.get(group)) for group, amount in found.items()}


def points_by_rule(state: Scored, scoring: Scoring, now: datetime) -> dict[str, float]:
    """Return the engagement at `now` by rule code, each within its cap. Rules that left the playbook give nothing."""
    return {rule.code: points_now(earned, rule, scoring, now) for earned, rule in points_with_rules(state, scoring)}


def points_now(earned: RulePoints, rule: EngagementRule, scoring: Scoring, now: datetime) -> float:
    """Return what the rule gives at `now`, within its own cap."""
    if rule.count:
        return rule.points if holds_now(rule.count, earned, now) else 0.0
    return capped(decayed(earned, half_life(scoring), now), rule.cap)


def points_with_rules(state: Scored, scoring: Scoring) -> Iterable[tuple[RulePoints, EngagementRule]]:
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
    return earned.points * remaining_share(now - earned.at, half_life)


def capped(points: float, cap: float | None) -> float:
    """Return the points limited to the cap; negative points are limited to the negative cap."""
    return points if cap is None else max(-cap, min(cap, points))


def remaining_share(age: timedelta, half_life: timedelta) -> float:
    """Return the share of points that are left after that time."""
    return float(0.5 ** max(0.0, age / half_life))


def engagement_rules(done: HistoryEntry, scoring: Scoring) -> list[EngagementRule]:
    """Return the rules that count this activity, if a person did it."""
    rules = _index(IdentityKey(scoring)).by_kind
    kind, subject = done.kind.value, done.subject
    found = (
        *rules.get((kind, ""), ()),
        *(rules.get((kind, subject), ()) if subject else ()),
        *(rules.get(("", ""), ()) if done.kind in OWN_KINDS else ()),
    )
    return [rule for rule in found if not rule.where or all_hold(rule.where, facts_for_rules(done))]


def _add(earned: RulePoints | None, rule: EngagementRule, at: datetime, half_life: timedelta) -> RulePoints:
    points = 0.0 if rule.count else rule.points
    return _added(earned, points, at, half_life, times_to_keep(rule.count) if rule.count else 0)


def _added(earned: RulePoints | None, points: float, at: datetime, half_life: timedelta, keep: int = 0) -> RulePoints:
    if earned is None:
        return RulePoints(points=points, at=at)
    before, later = sorted((at, earned.at))
    return RulePoints(
        points=decayed(earned, half_life, later) + points * remaining_share(later - at, half_life),
        at=later,
        count=earned.count + 1,
        earlier=tuple(sorted((to_millis(before), *earned.earlier), reverse=True)[: max(_EARLIER, keep - 1)]),
        words=earned.words,
    )


def _add_given_points(
    rule_points: Mapping[str, RulePoints], done: HistoryEntry, half_life: timedelta
) -> dict[str, RulePoints]:
    facts, at = done.details.facts, done.at
    code = f"{GIVEN_POINTS.code}/{facts.get('journey', '')}/{facts.get('step', '')}"
    added = _added(rule_points.get(code), float(facts.get("points", "0")), at, half_life)
    words = {name.partition(".")[2]: text for name, text in facts.items() if name.startswith("words.")}
    return {code: replace(added, words=words if added.at == at else added.words)}


class _RuleIndex(Struct, frozen=True):
    by_kind: dict[tuple[str, str], tuple[EngagementRule, ...]]
    by_code: dict[str, EngagementRule]


@lru_cache(maxsize=16)
def _index(scoring: IdentityKey[Scoring]) -> _RuleIndex:
    """Index the rules, once per playbook, so that an activity costs the same with a thousand rules as with ten."""
    by_kind: dict[tuple[str, str], tuple[EngagementRule, ...]] = {}
    for rule in scoring.value.engagement:
        by_kind[rule.kind, rule.subject] = (*by_kind.get((rule.kind, rule.subject), ()), rule)
    return _RuleIndex(by_kind, {rule.code: rule for rule in scoring.value.engagement})
