"""Build the scoring rules."""

from ripen.lead.activity import Kind
from ripen.playbook import bundle
from ripen_authoring.building.clauses import conditions
from ripen_authoring.models.journeys import TriggerPart
from ripen_authoring.models.scoring import ScoredActivity, ScoringFile, ThresholdPart

_DAY = 86400


def scoring(written: ScoringFile, locales: tuple[str, ...]) -> bundle.Scoring:
    return bundle.Scoring(
        half_life_days=written.half_life / _DAY,
        warm=_threshold(written.warm),
        hot=_threshold(written.hot),
        fit_cap=written.fit_cap,
        engagement_cap=written.engagement_cap,
        engagement=tuple(
            bundle.EngagementRule(
                code=rule.code,
                kind=kind(rule.on)[0],
                subject=kind(rule.on)[1],
                points=rule.points,
                cap=rule.cap,
                words=rule.words.by_locale(locales),
            )
            for rule in written.engagement
        ),
        fit=tuple(
            bundle.FitRule(
                code=rule.code, when=conditions(rule.when), points=rule.points, words=rule.words.by_locale(locales)
            )
            for rule in written.fit
        ),
    )


def kind(on: ScoredActivity | TriggerPart) -> tuple[str, str]:
    """Return the kind and the subject of the activity; "" stands for any subject."""
    what, subject = next(
        (what, subject)
        for what, subject in (
            (Kind.FORM_SUBMITTED, on.form),
            (Kind.PAGE_VIEWED, on.page),
            (Kind.LINK_CLICKED, on.click),
            (Kind.PAGE_READ, on.read),
            (Kind.FILE_DOWNLOADED, on.download),
        )
        if subject
    )
    return str(what), "" if subject == "any" else subject


def _threshold(part: ThresholdPart) -> bundle.Threshold:
    return bundle.Threshold(enter=part.enter, leave=part.leave)
