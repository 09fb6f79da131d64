"""The ledger of a score: its points rule by rule, with the activities behind them, in whole points that add up."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from ripen.lead.activity import Kind, Verdict
from ripen.lead.history import HistoryEntry
from ripen.lead.lead import Profile
from ripen.lead.state import ModelState, Rank, State
from ripen.playbook.scoring import Scoring
from ripen.scoring.count_rule import next_window_end
from ripen.scoring.rank import judged, next_change
from ripen.scoring.reasons import Reason, reasons_by_rule
from ripen.scoring.score import (
    GIVEN_POINTS,
    Scored,
    engagement_rules,
    half_life,
    points_with_rules,
    remaining_share,
    score,
)
from ripen.scoring.whole_points import shares, whole

LIMIT = "limit"
"""The code of the line that says what the caps of groups and of the whole took away."""
MAIN = "main"
"""The name of the main model."""
_MOST_CHANGES = 100


class CountedActivity(Struct, frozen=True, kw_only=True):
    """An activity that a rule counts: its points when it happened, and what is left of them before any cap."""

    at: datetime
    kind: str
    subject: str
    points: float
    now: float


class Line(Struct, frozen=True, kw_only=True):
    """What one rule gives now; `activities` are the newest first."""

    code: str
    points: int
    words: str
    activities: tuple[CountedActivity, ...] = ()
    until: datetime | None = None
    """When the points of a rule that counts come or go by time alone."""


class Ledger(Struct, frozen=True, kw_only=True):
    """One model. The points of the rules add up to the total: those of fit to `fit`, the others to `engagement`."""

    name: str
    fit: int
    engagement: int
    total: int
    grade: str
    level: int
    rank: Rank
    rules: tuple[Line, ...]
    half_life_days: float
    next_change: datetime | None
    """When time alone next changes the rank; None: never."""
    next_rank: Rank | None


def ledgers(
    profile: Profile,
    state: State,
    scoring: Scoring,
    history: Iterable[HistoryEntry],
    now: datetime,
    locale: str,
    tz: str,
) -> tuple[Ledger, ...]:
    """Return the ledger of each model, that of the main one first. `history` has all that the lead has done."""
    done = [e for e in history if e.details.verdict is Verdict.HUMAN and (state.reset is None or e.at > state.reset)]
    main = _next_rank(state, state, scoring, now)
    found = [_ledger(MAIN, profile, state, main, scoring, done, now, locale, tz)]
    own = [entry for entry in done if entry.kind is not Kind.POINTS_GIVEN]
    for name, rules in scoring.models.items():
        model = state.models.get(name, ModelState())
        change = _next_rank(state, model, rules, now)
        found.append(_ledger(name, profile, model, change, rules, own, now, locale, tz))
    return tuple(found)


def _ledger(
    name: str,
    profile: Profile,
    state: Scored,
    next_rank: tuple[datetime | None, Rank | None],
    scoring: Scoring,
    history: Sequence[HistoryEntry],
    now: datetime,
    locale: str,
    tz: str,
) -> Ledger:
    points = score(state, scoring, now)
    shown = whole(points)
    fit, engagement = reasons_by_rule(profile, state, scoring, now, locale, tz)
    return Ledger(
        name=name,
        fit=shown.fit,
        engagement=shown.engagement,
        total=shown.total,
        grade=state.grade,
        level=state.level,
        rank=state.rank,
        rules=(
            *_lines(_with_limit(engagement, points.engagement, locale), shown.engagement, state, scoring, history, now),
            *_lines(_with_limit(fit, points.fit, locale), shown.fit, state, scoring, (), now),
        ),
        half_life_days=scoring.half_life_days,
        next_change=next_rank[0],
        next_rank=next_rank[1],
    )


def _with_limit(found: Sequence[Reason], points: float, locale: str) -> list[Reason]:
    """Return the reasons with one more for what they give together beyond a cap, so that they add up to the points."""
    rest = points - sum(reason.points for reason in found)
    words = "上限による調整" if locale == "ja" else "Limit of a group or in all"
    return [*found, Reason(code=LIMIT, words=words, points=rest)] if abs(rest) > 1e-6 else [*found]


def _lines(
    found: Sequence[Reason],
    total: int,
    state: Scored,
    scoring: Scoring,
    history: Sequence[HistoryEntry],
    now: datetime,
) -> list[Line]:
    activities = _activities(history, scoring, now)
    ends = _ends(state, scoring, now)
    return [
        Line(
            code=reason.code,
            points=points,
            words=reason.words,
            activities=tuple(sorted(activities.get(reason.code, ()), key=lambda each: each.at, reverse=True)),
            until=ends.get(reason.code),
        )
        for reason, points in zip(found, shares([reason.points for reason in found], total), strict=True)
    ]


def _activities(history: Sequence[HistoryEntry], scoring: Scoring, now: datetime) -> dict[str, list[CountedActivity]]:
    found: dict[str, list[CountedActivity]] = {}
    for entry in history:
        for code, points, decays in _points_of(entry, scoring):
            left = points * remaining_share(now - entry.at, half_life(scoring)) if decays else points
            counted = CountedActivity(
                at=entry.at, kind=entry.kind.value, subject=entry.subject, points=points, now=round(left, 2)
            )
            found.setdefault(code, []).append(counted)
    return found


def _points_of(entry: HistoryEntry, scoring: Scoring) -> Iterable[tuple[str, float, bool]]:
    """Yield the code of each rule that counts the activity, its points for it, and whether they decay."""
    if entry.kind is Kind.POINTS_GIVEN:
        facts = entry.details.facts
        code = f"{GIVEN_POINTS.code}/{facts.get('journey', '')}/{facts.get('step', '')}"
        yield code, float(facts.get("points", "0")), True
    else:
        yield from ((r.code, 0.0 if r.count else r.points, r.count is None) for r in engagement_rules(entry, scoring))


def _ends(state: Scored, scoring: Scoring, now: datetime) -> dict[str, datetime]:
    counted = [(rule, earned) for earned, rule in points_with_rules(state, scoring) if rule.count]
    ends = {rule.code: next_window_end([(rule.count, earned)], now) for rule, earned in counted if rule.count}
    return {code: end for code, end in ends.items() if end}


def _next_rank[S: (State, ModelState)](
    lead: State, state: S, scoring: Scoring, now: datetime
) -> tuple[datetime | None, Rank | None]:
    """Return when time alone next changes the rank in this model, and to which; (None, None) if never."""
    present, at = state, now
    for _ in range(_MOST_CHANGES):
        due = next_change(lead, present, scoring, at)
        if due is None:
            break
        present, at = judged(lead, present, score(present, scoring, due), scoring), due
        if present.rank is not state.rank:
            return due, present.rank
    return None, None
