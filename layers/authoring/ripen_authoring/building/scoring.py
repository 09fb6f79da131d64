"""Build the scoring rules."""

from ripen.playbook.scoring import EngagementRule, FitRule, HotThreshold, Scoring, Threshold
from ripen_authoring.building.clauses import conditions
from ripen_authoring.models.scoring import ScoringFile

_DAY = 86400


def scoring(written: ScoringFile, locales: tuple[str, ...]) -> Scoring:
    return Scoring(
        half_life_days=written.half_life / _DAY,
        warm=Threshold(enter=written.warm.enter, leave=written.warm.leave),
        hot=HotThreshold(enter=written.hot.enter, leave=written.hot.leave, needs=written.hot.needs),
        fit_cap=written.fit_cap,
        engagement_cap=written.engagement_cap,
        engagement=tuple(
            EngagementRule(
                code=rule.code,
                kind=rule.on.kind,
                subject=rule.on.subject,
                points=rule.points,
                cap=rule.cap,
                words=rule.words.by_locale(locales),
            )
            for rule in written.engagement
        ),
        fit=tuple(
            FitRule(code=rule.code, when=conditions(rule.when), points=rule.points, words=rule.words.by_locale(locales))
            for rule in written.fit
        ),
    )
