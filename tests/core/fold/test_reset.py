"""What sales lost starts again: engagement from before a reset counts no more, in whatever order things arrive."""

from copy import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.state import Rank, State
from ripen.scoring.score import score
from tests.support.builders import a_bundle, an_activity
from tests.support.fakes import NOON
from tests.support.pure_folds import JUNIOR, folded

BUNDLE = a_bundle()
BUNDLE = replace(
    BUNDLE,
    journeys={},
    scoring=replace(
        BUNDLE.scoring,
        resets=("opportunity_lost",),
        models={"product-x": replace(BUNDLE.scoring, half_life_days=30)},
    ),
)
DAY = timedelta(days=1)


def a_loss(days_ago: float, **changes: object) -> Activity:
    at = NOON - days_ago * DAY
    return an_activity(**({"id": f"lost{days_ago}", "kind": Kind.OPPORTUNITY_LOST, "at": at, "received": at} | changes))


def a_form(days_ago: float) -> Activity:
    at = NOON - days_ago * DAY
    return an_activity(id=f"form{days_ago}", at=at, received=at)


def in_batches(activities: list[Activity], sizes: list[int]) -> State:
    """Fold the activities batch by batch, and recalculate the lead where its state says so."""
    state, rest = None, list(activities)
    while rest:
        size = sizes.pop() if sizes else len(rest)
        batch, rest = rest[:size], rest[size:]
        state = folded(*batch, state=state, bundle=BUNDLE).state
        if state.verdicts_outdated:
            state = refold(LeadHistory(profile=JUNIOR, state=state), (), BUNDLE, NOON).state
    assert state is not None
    return state


def test_lost_opportunity_ends_the_engagement_up_to_then() -> None:
    before = folded(a_form(3), a_form(2), bundle=BUNDLE).state
    assert before.rank is Rank.WARM
    after = folded(a_loss(1), state=before, bundle=BUNDLE).state
    assert score(after, BUNDLE.scoring, NOON).engagement == 0
    assert after.rank is Rank.COLD
    assert not after.models["product-x"].rule_points
    # and what the lead does from then on counts
    again = folded(a_form(0), state=after, bundle=BUNDLE).state
    assert score(again, BUNDLE.scoring, NOON).engagement == 30


def test_activity_from_before_the_reset_that_arrives_later_does_not_count() -> None:
    state = folded(a_loss(1), bundle=BUNDLE).state
    assert not folded(a_form(1.5), state=state, bundle=BUNDLE).state.rule_points


def test_reset_that_arrives_after_later_activities_takes_a_recalculation() -> None:
    state = folded(a_form(3), a_form(0), bundle=BUNDLE).state
    late = folded(a_loss(1), state=state, bundle=BUNDLE)
    assert late.state.verdicts_outdated and late.due == NOON


@pytest.mark.parametrize("changes", [{"verdict": Verdict.MACHINE}, {"kind": Kind.REJECTED_BY_SALES}])
def test_only_what_the_playbook_names_resets(changes: dict[str, object]) -> None:
    state = folded(a_form(3), bundle=BUNDLE).state
    assert folded(a_loss(1, **changes), state=state, bundle=BUNDLE).state.rule_points


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 400)), min_size=1, max_size=10, unique_by=lambda each: each[1]),
    st.lists(st.integers(1, 3), max_size=10),
    st.randoms(use_true_random=False),
)
def test_order_and_batches_do_not_matter(history: list[tuple[bool, int]], sizes: list[int], random: Random) -> None:
    # given forms and lost opportunities, in any order of arrival and in any batches
    activities = [a_loss(hours / 24) if is_loss else a_form(hours / 24) for is_loss, hours in history]
    state = in_batches(random.sample(activities, len(activities)), sizes)
    # then the forms after the last loss count, and only they
    last = min((hours for is_loss, hours in history if is_loss), default=10_000)
    counted = [hours for is_loss, hours in history if not is_loss and hours < last]
    for model, rules in ((state, BUNDLE.scoring), (state.models["product-x"], BUNDLE.scoring.models["product-x"])):
        expected = sum(30 * 0.5 ** (hours / 24 / rules.half_life_days) for hours in counted)
        assert score(model, rules, NOON).engagement == pytest.approx(expected, abs=1e-9)
    assert not state.verdicts_outdated
