"""All scoring models of a lead at once: the main one, whose values are in the state itself, and the further ones."""

from collections.abc import Callable, Mapping, Sequence
from copy import replace
from datetime import datetime

from ripen.lead.activity import Kind, Verdict
from ripen.lead.history import HistoryEntry
from ripen.lead.lead import Profile
from ripen.lead.state import ModelState, Rank, RulePoints, State
from ripen.playbook.condition import traits
from ripen.playbook.matching import matching_rules
from ripen.playbook.scoring import Scoring
from ripen.scoring.rank import judged, next_change
from ripen.scoring.score import add_points, fit, score


def with_engagement(state: State, activities: Sequence[HistoryEntry], scoring: Scoring) -> State:
    """Return the state with the points of these activities, as far as they are later than the last reset.

    If a reset comes after activities that are later, the state may be outdated (State.verdicts_outdated). Points that
    journeys give are of the main model.
    """
    resets = [d.at for d in activities if d.kind in scoring.resets and d.details.verdict is Verdict.HUMAN]
    if resets and (reset := max([*resets, *filter(None, [state.reset])])) != state.reset:
        state = _without_engagement_until(state, reset)
    counted = [done for done in activities if state.reset is None or done.at > state.reset]

    def added(
        rule_points: dict[str, RulePoints], model: Scoring, activities: Sequence[HistoryEntry]
    ) -> dict[str, RulePoints]:
        for done in activities:
            rule_points = add_points(rule_points, done, model)
        return rule_points

    def of_model(model: ModelState, rules: Scoring) -> ModelState:
        own = [done for done in counted if done.kind is not Kind.POINTS_GIVEN]
        return replace(model, rule_points=added(model.rule_points, rules, own))

    main = replace(state, rule_points=added(state.rule_points, scoring, counted))
    return _with_models(main, scoring, of_model)


def with_engagement_again(state: State, activities: Sequence[HistoryEntry], scoring: Scoring) -> State:
    """Return the state with the points of these activities alone, which are all that the lead has done."""
    models = {name: replace(model, rule_points={}) for name, model in state.models.items()}
    return with_engagement(replace(state, rule_points={}, models=models, verdicts_outdated=False), activities, scoring)


def with_fit(state: State, profile: Profile, scoring: Scoring) -> State:
    """Return the state with the fit of the present profile, and the disqualifier that holds for it."""
    points, reasons = fit(profile, scoring)
    disqualifiers = matching_rules(scoring.disqualify, traits(profile)) if scoring.disqualify else []

    def of_model(model: ModelState, rules: Scoring) -> ModelState:
        model_points, model_reasons = fit(profile, rules)
        return replace(model, fit=model_points, fit_reasons=model_reasons)

    disqualified = disqualifiers[0].code if disqualifiers else ""
    return _with_models(replace(state, fit=points, fit_reasons=reasons, disqualified=disqualified), scoring, of_model)


def with_model_ranks(state: State, scoring: Scoring, now: datetime) -> State:
    """Return the state with the ranks and levels of the further models, judged as of now."""

    def of_model(model: ModelState, rules: Scoring) -> ModelState:
        new = judged(state, model, score(model, rules, now), rules)
        turned_hot = new.rank is Rank.HOT is not model.rank
        return replace(new, episode=model.episode + turned_hot)

    return _with_models(state, scoring, of_model)


def next_standing_change(state: State, scoring: Scoring, now: datetime) -> datetime | None:
    """Return when time alone next changes a rank or a level of the lead, in any model; None if it never will."""
    moments = [next_change(state, state, scoring, now)]
    for name, rules in scoring.models.items():
        moments.append(next_change(state, state.models.get(name, ModelState()), rules, now))
    return min(filter(None, moments), default=None)


def _without_engagement_until(state: State, reset: datetime) -> State:
    """Return the state without the points of activities up to that moment.

    Where earlier and later ones are in one sum, only a refold can tell them apart: the state is outdated.
    """
    is_outdated = state.verdicts_outdated

    def later(found: Mapping[str, RulePoints]) -> dict[str, RulePoints]:
        nonlocal is_outdated
        kept = {code: earned for code, earned in found.items() if earned.at > reset}
        is_outdated |= any(len(sums.times) < sums.count or min(sums.times) <= reset for sums in kept.values())
        return kept

    rule_points = later(state.rule_points)
    models = {name: replace(model, rule_points=later(model.rule_points)) for name, model in state.models.items()}
    return replace(state, rule_points=rule_points, models=models, reset=reset, verdicts_outdated=is_outdated)


def _with_models(state: State, scoring: Scoring, change: Callable[[ModelState, Scoring], ModelState]) -> State:
    """Return the state with each further model changed; one that left the playbook is gone."""
    if not scoring.models and not state.models:
        return state
    nothing = ModelState()
    changed = {name: change(state.models.get(name, nothing), rules) for name, rules in scoring.models.items()}
    return replace(state, models=changed)
