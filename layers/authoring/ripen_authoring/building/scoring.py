"""Build the scoring rules."""

from collections.abc import Iterator
from copy import replace
from typing import Any, Literal

from ripen.playbook.scoring import (
    Count,
    Disqualifier,
    EngagementRule,
    FitRule,
    HotThreshold,
    Scoring,
    Threshold,
)
from ripen_authoring.building.clauses import condition, conditions
from ripen_authoring.models.scoring import (
    RESETS,
    CountPart,
    EngagementPart,
    ModelPart,
    RankPart,
    ScoringFile,
)

_DAY = 86400
Locales = tuple[str, ...]


def scoring(written: ScoringFile, locales: Locales) -> Scoring:
    return replace(
        _model(written, locales),
        disqualify=tuple(
            Disqualifier(code=each.code, when=conditions(each.when), words=each.words.by_locale(locales))
            for each in written.disqualify
        ),
        resets=tuple(str(RESETS[each]) for each in written.reset),
        models={name: replace(_model(model, locales), channel=model.channel) for name, model in written.models.items()},
    )


def _model(written: ModelPart, locales: Locales) -> Scoring:
    grades = written.grades
    return Scoring(
        half_life_days=written.half_life / _DAY,
        warm=Threshold(**_threshold(written.warm)),
        hot=HotThreshold(**_threshold(written.hot), needs=written.hot.needs),
        fit_cap=written.fit_cap,
        engagement_cap=written.engagement_cap,
        groups={name: group.cap for name, group in written.groups.items()},
        grades=(grades.A, grades.B, grades.C) if grades else (),
        levels=tuple(Threshold(enter=level.enter, leave=level.leave) for _, level in sorted(written.levels.items())),
        matrix=dict(_matrix(written)),
        engagement=tuple(_engagement(rule, locales) for rule in written.engagement),
        fit=tuple(
            FitRule(
                code=rule.code,
                when=conditions(rule.when),
                points=rule.points,
                words=rule.words.by_locale(locales),
                group=rule.group or "",
            )
            for rule in written.fit
        ),
    )


def _engagement(rule: EngagementPart, locales: Locales) -> EngagementRule:
    return EngagementRule(
        code=rule.code,
        kind=rule.on.kind,
        subject=rule.on.subject,
        points=rule.points,
        cap=rule.cap,
        words=rule.words.by_locale(locales),
        where=tuple(condition(fact, asked) for fact, asked in rule.where.items()),
        count=_count(rule.count) if rule.count else None,
        group=rule.group or "",
    )


def _count(written: CountPart) -> Count:
    return Count(at_least=written.at_least or 0, at_most=written.at_most, within_seconds=written.within)


def _threshold(written: RankPart) -> dict[str, Any]:
    return {"enter": written.enter or 0.0, "leave": written.leave or 0.0}


def _matrix(written: ModelPart) -> Iterator[tuple[str, Literal["warm", "hot"]]]:
    yield from ((cell, "warm") for cell in written.warm.any_of)
    yield from ((cell, "hot") for cell in written.hot.any_of)
