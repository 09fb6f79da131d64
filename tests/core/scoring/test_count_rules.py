"""Rules that count an activity in a window give their points whole while they hold, in any order of arrival."""

from copy import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.lead.activity import Kind
from ripen.lead.history import HistoryEntry, history_entry
from ripen.lead.state import RulePoints, State
from ripen.playbook.clause import Condition
from ripen.playbook.scoring import Count, EngagementRule, HotThreshold, Scoring, Threshold
from ripen.scoring.score import add_points, engagement_rules, points_by_rule
from tests.support.builders import an_activity
from tests.support.fakes import NOON

DAY = timedelta(days=1)
WEEK = 7 * 86400
VISITS = EngagementRule(
    code="visits", kind="page_viewed", points=20, words={}, count=Count(at_least=3, within_seconds=WEEK)
)
SILENCE = EngagementRule(
    code="silence", kind="", points=-15, words={}, count=Count(at_least=0, at_most=0, within_seconds=WEEK)
)


def scoring(*rules: EngagementRule) -> Scoring:
    return Scoring(half_life_days=10, engagement=rules, fit=(), warm=Threshold(enter=35), hot=HotThreshold(enter=70))


def an_entry(at: datetime = NOON, **changes: object) -> HistoryEntry:
    return history_entry(an_activity(**({"kind": Kind.PAGE_VIEWED, "at": at, "received": at} | changes)))


def points(rules: Scoring, entries: list[HistoryEntry], now: datetime = NOON) -> dict[str, float]:
    earned: dict[str, RulePoints] = {}
    for entry in entries:
        earned = add_points(earned, entry, rules)
    return points_by_rule(State(lead="lead1", rule_points=earned), rules, now)


@pytest.mark.parametrize(
    ("days", "given_points"),
    [([0, 1, 2], 20), ([0, 1], 0), ([0, 1, 6.99], 20), ([0, 1, 7], 0), ([0, 0, 0, 0, 0], 20), ([], 0)],
)
def test_third_visit_in_seven_days_gives_its_points_once(days: list[float], given_points: float) -> None:
    found = points(scoring(VISITS), [an_entry(NOON - day * DAY) for day in days])
    assert found.get("visits", 0) == given_points


def test_lead_that_has_stopped_loses_points_and_one_that_never_came_does_not() -> None:
    rules = scoring(SILENCE)
    assert points(rules, [an_entry(NOON - 6 * DAY)]) == {"silence": 0}
    assert points(rules, [an_entry(NOON - 7 * DAY)]) == {"silence": -15}
    assert points(rules, []) == {}


def test_rule_about_anything_counts_only_what_the_lead_did() -> None:
    rules = scoring(replace(SILENCE, points=5, count=None))
    found = [kind for kind in Kind if engagement_rules(an_entry(kind=kind), rules)]
    assert set(found) == {
        Kind.FORM_SUBMITTED,
        Kind.PAGE_VIEWED,
        Kind.PAGE_READ,
        Kind.FILE_DOWNLOADED,
        Kind.LINK_FOLLOWED,
        Kind.LINK_CLICKED,
    }


@given(
    st.lists(st.integers(0, 14 * 24), max_size=12),
    st.integers(1, 12),
    st.integers(0, 14 * 24),
    st.randoms(use_true_random=False),
)
def test_count_is_exact_in_any_order(hours: list[int], at_least: int, later: int, random: Random) -> None:
    # given up to twelve visits within two weeks, in some order
    rules = scoring(replace(VISITS, count=Count(at_least=at_least, within_seconds=WEEK)))
    entries = [an_entry(NOON - timedelta(hours=ago)) for ago in random.sample(hours, len(hours))]
    # then at any later time those in the window count
    now = NOON + timedelta(hours=later)
    in_window = sum(ago + later < 7 * 24 for ago in hours)
    assert points(rules, entries, now).get("visits", 0) == (20 if in_window >= at_least else 0)


@pytest.mark.parametrize(
    ("activity", "where", "counts"),
    [
        ({"kind": Kind.PAGE_READ, "facts": {"seconds": "75"}}, Condition(field="seconds", at_least=60), True),
        ({"kind": Kind.PAGE_READ, "facts": {"seconds": "45"}}, Condition(field="seconds", at_least=60), False),
        ({"kind": Kind.FILE_DOWNLOADED, "subject": "Guide.PDF"}, Condition(field="type", any_of=("pdf",)), True),
        ({"kind": Kind.FILE_DOWNLOADED, "subject": "guide.zip"}, Condition(field="type", any_of=("pdf",)), False),
        ({"facts": {"plan": "enterprise", "source": "web"}}, Condition(field="plan", any_of=("enterprise",)), True),
        ({"facts": {"source": "web"}}, Condition(field="source", present=True), False),
        (
            {"kind": Kind.LINK_CLICKED, "facts": {"url": "https://www.example.com/pricing?a=1", "send": "s"}},
            Condition(field="url", contains=("/pricing",)),
            True,
        ),
    ],
)
def test_rule_may_ask_what_is_known_of_the_activity(
    activity: dict[str, object], where: Condition, counts: bool
) -> None:
    entry = history_entry(an_activity(**activity))
    rule = EngagementRule(code="rule", kind=entry.kind, points=5, words={}, where=(where,))
    assert bool(engagement_rules(entry, scoring(rule))) is counts
