"""The figures of a back-test: precision and lift, bands, weeks and moves."""

from copy import replace
from datetime import date
from typing import Any

import pytest

from ripen.backtest.outcome import Outcome
from ripen.backtest.report import BacktestReport, Group, band
from ripen.backtest.trial import Peak, Trial
from ripen.lead.state import Rank

WEEK, NEXT = date(2026, 11, 16), date(2026, 11, 23)
COLD = Peak(Rank.COLD, 10, frozenset())
HOT = Peak(Rank.HOT, 70, frozenset({WEEK}))


def a_trial(before: Peak, after: Peak, outcome: Outcome | None = None, **more: Any) -> Trial:
    base = Trial(outcome, WEEK, before, after, frozenset(), frozenset(), 0)
    return replace(base, **more)


def reported(*trials: Trial) -> BacktestReport:
    """Return the report of all, added up in two parts as two threads do."""
    whole = BacktestReport()
    for part in (trials[::2], trials[1::2]):
        report = BacktestReport()
        for each in part:
            report.add(each)
        whole.merge(report)
    return whole


LEADS = (
    a_trial(HOT, HOT, Outcome.WON),
    a_trial(HOT, COLD, Outcome.LOST),
    a_trial(COLD, HOT, Outcome.CONVERTED),
    a_trial(COLD, COLD, first=NEXT, unknown=frozenset({"size"}), forgotten=frozenset({"size"}), expired=3),
    a_trial(COLD, COLD, Outcome.NOT_A_FIT, unknown=frozenset({"size"})),
)


def test_precision_is_the_share_of_good_outcomes_and_lift_compares_it_with_all_leads() -> None:
    report = reported(*LEADS)
    assert report.all_leads == Group(5, 2)
    assert (report.before.rank(Rank.HOT), report.after.rank(Rank.HOT)) == (Group(2, 1), Group(2, 2))
    assert report.after.rank(Rank.HOT).precision == 1
    assert report.after.rank(Rank.HOT).lift(report.all_leads) == pytest.approx(2.5)


def test_of_no_leads_there_is_no_precision_and_no_lift() -> None:
    empty = BacktestReport().all_leads
    assert (empty.precision, empty.lift(empty), Group(3, 0).lift(Group(9, 0))) == (None, None, None)
    assert BacktestReport().weeks(NEXT) == []


def test_bands_have_the_leads_of_both_rules() -> None:
    report = reported(*LEADS)
    assert report.bands == [60, 0]
    assert (report.before.band(60), report.after.band(0)) == (Group(2, 1), Group(3, 0))


@pytest.mark.parametrize(("score", "lowest"), [(-1, -1), (0, 0), (19, 0), (20, 20), (99, 80), (100, 100), (500, 100)])
def test_band_of_a_score(score: int, lowest: int) -> None:
    assert band(score) == lowest


def test_hot_leads_are_counted_in_each_week_until_now() -> None:
    report = reported(*LEADS)
    assert report.weeks(date(2026, 11, 30)) == [WEEK, NEXT, date(2026, 11, 30)]
    assert (report.before.hot[WEEK], report.before.hot[NEXT]) == (2, 0)


def test_leads_that_move_are_listed_with_those_that_rise_to_hot_first() -> None:
    assert reported(*LEADS).moved() == [(Rank.COLD, Rank.HOT, Group(1, 1)), (Rank.HOT, Rank.COLD, Group(1, 0))]


def test_what_is_unknown_is_counted() -> None:
    report = reported(*LEADS)
    assert (report.unknown, report.forgotten, report.expired) == ({"size": 2}, {"size": 1}, 3)
