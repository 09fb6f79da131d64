"""The figures of a back-test as an SVG: hot leads per week, and the precision of each rank and band of scores.

Before and after differ in shape, hollow and filled, and not only in colour. All that the picture shows is in the tables
of the command too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from math import ceil
from textwrap import wrap

from cli.output.backtest_words import band_points, pair, share, summary
from cli.output.language import language, say
from ripen.backtest.report import BacktestReport, Figures, Group
from ripen.backtest.trial import Period, monday
from ripen.operations.leads.backtest import Backtest
from ripen.operations.state_words import in_a_word
from ripen.scoring.rank import ORDER

_WIDE, _MARGIN, _LEFT, _RIGHT = 800, 32, 150, 560
"""The left and right ends of the drawings; names are left of them, counts right."""
_INK, _QUIET, _LINE, _AFTER = "#1c2b33", "#5b6b73", "#d5dde1", "#0072b2"
"""The last one is the blue of Okabe and Ito, which all people tell from grey."""
_BARS_HIGH, _ROW_HIGH = 150, 38
_MOST_LETTERS = {"ja": 58, "en": 108}
_FEW_WEEKS = 14


@dataclass(frozen=True)
class _Row:
    """One row of the second chart."""

    name: str
    before: Group
    after: Group


def backtest_svg(found: Backtest, period: Period) -> str:
    """Return the picture, in letters that every system has."""
    report = found.report
    lines = [part for line in summary(report, period) for part in wrap(line, _MOST_LETTERS[language()])]
    rows = list(_rows(report))
    top = _MARGIN + 44 + 20 * len(lines)
    middle = top + _BARS_HIGH + 100
    height = middle + 30 + _ROW_HIGH * len(rows) + 60
    title = say("Back-test of the scoring rules", "スコアのルールのバックテスト")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDE}" height="{height}" viewBox="0 0 {_WIDE} {height}"'
        f' role="img" aria-labelledby="title desc" lang="{language()}"'
        f' font-family="system-ui, \'Noto Sans JP\', sans-serif" fill="{_INK}">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="desc">{escape(" ".join([*lines, *_described(rows, report, period)]))}</desc>',
        f'<rect width="{_WIDE}" height="{height}" fill="#fff"/>',
        _text(_MARGIN, _MARGIN + 8, title, 20, weight=700),
        *(_text(_MARGIN, _MARGIN + 34 + 20 * n, line, 13) for n, line in enumerate(lines)),
        *(_weeks(report, period, top) if rows else ()),
        *(_shares(rows, report, middle) if rows else ()),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _rows(report: BacktestReport) -> Iterator[_Row]:
    if not report.all_leads.leads:
        return
    for rank in reversed(ORDER):
        yield _Row(in_a_word(rank, language()), report.before.rank(rank), report.after.rank(rank))
    for lowest in report.bands:
        yield _Row(band_points(lowest), report.before.band(lowest), report.after.band(lowest))


def _described(rows: Sequence[_Row], report: BacktestReport, period: Period) -> Iterator[str]:
    """Yield all numbers of the picture in words, for people who do not see it."""
    for week in report.weeks(monday(period.until, period.zone)):
        yield f"{week}: {pair(report, lambda figures, week=week: str(figures.hot[week]))}."
    for row in rows:
        yield f"{row.name}: {_counts(row, report)}."


def _counts(row: _Row, report: BacktestReport) -> str:
    before, after = (f"{group.good:,}/{group.leads:,}" for group in (row.before, row.after))
    return after if report.is_same else f"{before} → {after}"


def _weeks(report: BacktestReport, period: Period, top: float) -> Iterator[str]:
    """Draw the hot leads of each week as columns, before and after beside each other."""
    weeks = report.weeks(monday(period.until, period.zone))
    most = max(1, *(figures.hot[week] for figures in (report.before, report.after) for week in weeks))
    bottom, step = top + 40 + _BARS_HIGH, (_WIDE - 2 * _MARGIN) / len(weeks)
    yield _text(_MARGIN, top + 12, say("Leads that turn hot, by week", "ホットになる人数（週別）"), 15, weight=600)
    yield from _legend(report, top + 12)
    every = ceil(len(weeks) / _FEW_WEEKS)
    if every > 1:
        yield f'<path d="M{_MARGIN} {bottom - _BARS_HIGH}H{_WIDE - _MARGIN}" stroke="{_LINE}"/>'
        yield _text(_MARGIN, bottom - _BARS_HIGH - 5, str(most), 12, colour=_QUIET)
    for number, week in enumerate(weeks):
        left = _MARGIN + step * number
        for place, figures in enumerate(_series(report)):
            is_after = report.is_same or place == 1
            yield from _column(left, step, place, len(_series(report)), figures.hot[week], most, bottom, is_after)
        if number % every == 0:
            yield _text(left + step / 2, bottom + 18, _day(week), 12, colour=_QUIET, anchor="middle")
    yield f'<path d="M{_MARGIN} {bottom}H{_WIDE - _MARGIN}" stroke="{_INK}" stroke-width="1"/>'


def _series(report: BacktestReport) -> tuple[Figures, ...]:
    return (report.after,) if report.is_same else (report.before, report.after)


def _column(
    left: float, step: float, place: int, of: int, count: int, most: int, bottom: float, is_after: bool
) -> Iterator[str]:
    wide = min(28, 0.8 * step / of)
    x, high = left + step / 2 + (place - of / 2) * wide, _BARS_HIGH * count / most
    paint = f'fill="{_AFTER}"' if is_after else f'fill="#fff" stroke="{_QUIET}" stroke-width="1.5"'
    if count:
        yield f'<rect x="{x + 1:.1f}" y="{bottom - high:.1f}" width="{wide - 2:.1f}" height="{high:.1f}" {paint}/>'
    if step * _FEW_WEEKS >= _WIDE - 2 * _MARGIN:
        yield _text(x + wide / 2, bottom - high - 5, str(count), 12, anchor="middle")


def _legend(report: BacktestReport, y: float) -> Iterator[str]:
    if report.is_same:
        return
    for x, is_after, name in (
        (480, False, say("live rules", "公開中のルール")),
        (640, True, say("this file", "このファイル")),
    ):
        yield _dot(x, y - 5, is_after)
        yield _text(x + 12, y, name, 13)


def _shares(rows: Sequence[_Row], report: BacktestReport, top: float) -> Iterator[str]:
    """Draw the share of good outcomes in each row as a dot in its interval, and that of all leads as a line."""
    heading = say("Precision: share with a good outcome, 95 % interval", "的中率: 成果ありの割合と 95% 区間")
    yield _text(_MARGIN, top, heading, 15, weight=600)
    yield _text(_RIGHT + 16, top, say("good / leads", "成果あり / 人数"), 12, colour=_QUIET)
    first, bottom = top + 34, top + 20 + _ROW_HIGH * len(rows)
    for tick in (0, 0.25, 0.5, 0.75, 1):
        yield f'<path d="M{_x(tick):.1f} {top + 14}V{bottom}" stroke="{_LINE}"/>'
        yield _text(_x(tick), bottom + 16, share(tick), 12, colour=_QUIET, anchor="middle")
    everyone = report.all_leads.precision or 0
    yield f'<path d="M{_x(everyone):.1f} {top + 14}V{bottom + 22}" stroke="{_INK}" stroke-dasharray="5 4"/>'
    all_leads = say(f"all leads: {share(everyone)}", f"全体: {share(everyone)}")
    yield _text(_x(everyone), bottom + 36, all_leads, 12, anchor="start" if everyone < 0.5 else "end")
    for number, row in enumerate(rows):
        y = first + _ROW_HIGH * number
        yield _text(_LEFT - 14, y + 4, row.name, 13, anchor="end")
        yield _text(_RIGHT + 16, y + 4, _counts(row, report), 13)
        if not report.is_same:
            yield from _interval(row.before, y - 6, is_after=False)
        yield from _interval(row.after, y if report.is_same else y + 6, is_after=True)


def _interval(group: Group, y: float, *, is_after: bool) -> Iterator[str]:
    if group.precision is None:
        return
    low, high = group.interval
    colour = _AFTER if is_after else _QUIET
    yield f'<path d="M{_x(low):.1f} {y:.1f}H{_x(high):.1f}" stroke="{colour}" stroke-width="2.5"/>'
    yield _dot(_x(group.precision), y, is_after)


def _dot(x: float, y: float, is_after: bool) -> str:
    paint = f'fill="{_AFTER}"' if is_after else f'fill="#fff" stroke="{_QUIET}" stroke-width="2"'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" {paint}/>'


def _x(part: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * part


def _day(week: date) -> str:
    return f"{week.month}/{week.day}"


def _text(
    x: float, y: float, said: str, size: float, colour: str = _INK, weight: int = 400, anchor: str = "start"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{colour}"'
        f' text-anchor="{anchor}">{escape(said)}</text>'
    )
