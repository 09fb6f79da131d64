"""One lead in a back-test: its peak before the outcome, and what was unknown of it."""

from copy import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from ripen.backtest.outcome import LeadOutcome, Outcome
from ripen.backtest.story import story_of
from ripen.backtest.trial import Peak, Period, Trial, monday, trial
from ripen.lead.activity import Activity
from ripen.lead.state import Rank
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON

DAY = timedelta(days=1)
TOKYO = ZoneInfo("Asia/Tokyo")
BUNDLE = a_bundle()
EASIER = replace(BUNDLE, scoring=replace(BUNDLE.scoring, hot=replace(BUNDLE.scoring.hot, enter=30, leave=25)))
PERIOD = Period(since=None, until=NOON + 60 * DAY, zone=TOKYO)
WEEK = date(2026, 11, 16)


def a_form(n: int, days: int = 0, **more: object) -> Activity:
    at = NOON + days * DAY
    return an_activity(**({"id": f"form{n}", "at": at, "received": at, "folded": at} | more))


def tried(
    *activities: Activity, outcome: LeadOutcome | None = None, period: Period = PERIOD, **lead: object
) -> Trial | None:
    return trial(story_of(a_lead(**lead), activities), outcome, BUNDLE, EASIER, period)


def test_the_peak_is_the_highest_rank_and_score_and_each_week_of_a_turn_to_hot() -> None:
    found = tried(a_form(1), a_form(2, 1), a_form(3, 50), a_form(4, 51))
    assert found is not None
    assert found.before == Peak(Rank.HOT, 63, frozenset({monday(NOON + 51 * DAY, TOKYO)}))
    assert found.after == Peak(Rank.HOT, 63, frozenset({WEEK, monday(NOON + 50 * DAY, TOKYO)}))


def test_what_follows_the_outcome_does_not_count() -> None:
    won = LeadOutcome(Outcome.WON, NOON + DAY)
    found = tried(a_form(1), a_form(2, 1), outcome=won)
    assert found is not None
    assert (found.before.rank, found.before.score, found.outcome) == (Rank.WARM, 30, Outcome.WON)
    assert tried(a_form(1), outcome=LeadOutcome(Outcome.WON, NOON)) is None


def test_earlier_activities_give_points_and_only_the_period_is_looked_at() -> None:
    period = replace(PERIOD, since=NOON + DAY)
    found = tried(a_form(1), a_form(2, 1), period=period)
    assert found is not None
    assert (found.first, found.before.score, found.after.hot_weeks) == (WEEK, 59, frozenset())
    assert tried(a_form(1), period=period) is None


@pytest.mark.parametrize(
    ("values", "job_title", "unknown", "forgotten"),
    [
        ({"job_title": "部長"}, "部長", set(), set()),
        ({}, "部長", {"job_title"}, {"job_title"}),
        ({}, "", {"job_title"}, set()),
    ],
)
def test_a_field_that_no_activity_carried_is_unknown(
    values: dict[str, str], job_title: str, unknown: set[str], forgotten: set[str]
) -> None:
    found = tried(a_form(1, values=values), job_title=job_title)
    assert found is not None
    assert (set(found.unknown), set(found.forgotten)) == (unknown, forgotten)


def test_a_value_that_came_after_the_outcome_is_unknown() -> None:
    won = LeadOutcome(Outcome.WON, NOON + DAY)
    found = tried(a_form(1), a_form(2, 2, values={"job_title": "部長"}), outcome=won, job_title="部長")
    assert found is not None
    assert found.unknown == {"job_title"}
