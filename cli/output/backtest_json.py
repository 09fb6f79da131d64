"""The JSON output of `ripen backtest`, a contract for scripts."""

from typing import Any

from ripen.backtest.interval import difference, is_reliable
from ripen.backtest.report import BAND, TOP_BAND, BacktestReport, Figures, Group
from ripen.backtest.trial import Period, monday
from ripen.lead.state import Rank
from ripen.operations.leads.backtest import Backtest
from ripen.scoring.rank import ORDER

_DIGITS = 4


def plain_backtest(found: Backtest, period: Period, given: int | None) -> dict[str, Any]:
    """Return the figures. `given` is the number of outcomes in the file, None without one."""
    report = found.report
    return {
        "since": period.since.isoformat() if period.since else None,
        "until": period.until.isoformat(),
        **_group(report.all_leads),
        "outcomes": {str(outcome or "none"): count for outcome, count in sorted(report.outcomes.items(), key=str)},
        "given_outcomes": given,
        "outcomes_without_lead": None if given is None else given - found.matched,
        "outcomes_before_activity": report.too_late,
        "before": _figures(report.before, report, period),
        "after": _figures(report.after, report, period),
        "moves": [{"from": str(was), "to": str(now), **_group(group)} for was, now, group in report.moved()],
        "hot_difference": _difference(report),
        "unknown_fields": [
            {"field": name, "leads": count, "with_a_value_today": report.forgotten[name]}
            for name, count in sorted(report.unknown.items())
        ],
        "expired_activities": report.expired,
    }


def _figures(figures: Figures, report: BacktestReport, period: Period) -> dict[str, Any]:
    weeks = report.weeks(monday(period.until, period.zone))
    return {
        "hot_per_week": _rounded(sum(figures.hot.values()) / len(weeks)) if weeks else None,
        "weeks": [{"week": week.isoformat(), "hot": figures.hot[week]} for week in weeks],
        "ranks": [{"rank": str(rank), **_compared(figures.rank(rank), report)} for rank in reversed(ORDER)],
        "bands": [
            {"from": None if lowest < 0 else lowest, "to": band_end(lowest), **_compared(figures.band(lowest), report)}
            for lowest in report.bands
        ],
    }


def band_end(lowest: int) -> int | None:
    """Return the highest score of the band that begins there; None without one."""
    return None if lowest == TOP_BAND else -1 if lowest < 0 else lowest + BAND - 1


def _compared(group: Group, report: BacktestReport) -> dict[str, Any]:
    return _group(group) | {"lift": _rounded(group.lift(report.all_leads))}


def _group(group: Group) -> dict[str, Any]:
    low, high = group.interval
    precision = _rounded(group.precision)
    return {
        "leads": group.leads,
        "good": group.good,
        "precision": precision,
        "low": _rounded(low),
        "high": _rounded(high),
    }


def _difference(report: BacktestReport) -> dict[str, Any]:
    before, after = report.before.rank(Rank.HOT), report.after.rank(Rank.HOT)
    pairs = (before.good, before.leads), (after.good, after.leads)
    low, high = difference(*pairs)
    return {"low": _rounded(low), "high": _rounded(high), "reliable": is_reliable(*pairs)}


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, _DIGITS)
