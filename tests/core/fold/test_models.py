"""Further scoring models keep their own points and ranks, and announce hot leads only in their own channel."""

from copy import replace
from datetime import timedelta

from ripen.fold.consequences import LeadTurnedHot
from ripen.fold.fold import Folded
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.lead.activity import Activity
from ripen.lead.state import Rank
from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Condition
from ripen.playbook.scoring import EngagementRule, HotThreshold, Scoring, Threshold
from tests.support.builders import a_bundle, an_activity
from tests.support.fakes import NOON
from tests.support.pure_folds import JUNIOR, folded

PRODUCT = Scoring(
    half_life_days=1,
    engagement=(EngagementRule(code="form", kind="form_submitted", points=25, words={}),),
    fit=(),
    warm=Threshold(enter=10, leave=5),
    hot=HotThreshold(enter=50, leave=40, needs="nothing"),
    channel="C0123ABCD",
)
SEGMENT = Segment(name="hot-for-x", when=(Condition(field="rank.product-x", any_of=("hot",)),))
BUNDLE = a_bundle(segments={"hot-for-x": SEGMENT}, journeys={})
BUNDLE = replace(
    BUNDLE, scoring=replace(BUNDLE.scoring, hot=HotThreshold(enter=500, leave=400), models={"product-x": PRODUCT})
)


def forms(count: int) -> list[Activity]:
    return [an_activity(id=f"form{number}") for number in range(count)]


def channels(fold: Folded) -> list[str]:
    return [each.alert.channel for each in fold.consequences if isinstance(each, LeadTurnedHot)]


def test_model_has_its_own_rank_alert_and_segment() -> None:
    found = folded(*forms(2), bundle=BUNDLE)
    assert found.state.rank is Rank.WARM
    assert found.state.models["product-x"].rank is Rank.HOT
    assert found.state.segments == ("hot-for-x",)
    assert channels(found) == ["C0123ABCD"]
    # and it is announced once
    assert channels(folded(*forms(3)[2:], state=found.state, bundle=BUNDLE)) == []


def test_model_without_a_channel_announces_nothing() -> None:
    quiet = replace(BUNDLE, scoring=replace(BUNDLE.scoring, models={"product-x": replace(PRODUCT, channel="")}))
    assert channels(folded(*forms(2), bundle=quiet)) == []


def test_lead_leaves_the_rank_of_the_model_by_its_own_half_life() -> None:
    found = folded(*forms(2), bundle=BUNDLE)
    assert found.due is not None and found.due < NOON + timedelta(days=1)
    later = folded(state=found.state, now=found.due, bundle=BUNDLE).state
    assert later.models["product-x"].rank is Rank.WARM
    assert later.segments == ()


def test_lead_that_is_hot_only_in_a_new_model_is_not_announced() -> None:
    old = replace(BUNDLE, scoring=replace(BUNDLE.scoring, models={}))
    state = folded(*forms(2), bundle=old).state
    found = refold(LeadHistory(profile=JUNIOR, state=state), (), BUNDLE, NOON)
    assert found.state.models["product-x"].rank is Rank.HOT
    assert channels(found) == []
    # and a model that leaves the playbook leaves the state
    assert refold(LeadHistory(profile=JUNIOR, state=found.state), (), old, NOON).state.models == {}
