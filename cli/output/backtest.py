"""The output of `ripen backtest`: the answer in sentences, the tables, and the limits of the data."""

from collections.abc import Callable, Iterator

from rich.console import Console

from cli.output.backtest_words import band_name, pair, share, summary
from cli.output.language import language, say
from cli.output.row_table import RowTable, row_table
from ripen.backtest.report import BacktestReport, Group
from ripen.backtest.trial import Period, monday
from ripen.lead.state import Rank
from ripen.operations.leads.backtest import Backtest
from ripen.operations.state_words import in_a_word
from ripen.scoring.rank import ORDER

_MOST_WEEKS = 13


def show_backtest(console: Console, found: Backtest, period: Period, given: int | None) -> None:
    """Show the figures. `given` is the number of outcomes in the file, None without one."""
    report = found.report
    for line in summary(report, period):
        console.print(line)
    if report.all_leads.leads:
        console.print(_weeks(report, period))
        console.print(_ranks(report))
        console.print(_bands(report))
        if moved := report.moved():
            console.print(_moves(moved))
    for line in _unknown(report):
        console.print(f"[yellow]{line}[/]")
    for line in _notes(found, given):
        console.print(f"[dim]{line}[/]")


def _weeks(report: BacktestReport, period: Period) -> RowTable:
    """Return the latest weeks; --json has all."""
    weeks = report.weeks(monday(period.until, period.zone))
    shown = weeks[-_MOST_WEEKS:]
    heading = say("Leads that turn hot, by week", "ホットになる人数（週別）")
    if len(shown) < len(weeks):
        heading += say(f" (the latest {len(shown)} of {len(weeks)})", f"（直近 {len(shown)} 週、全 {len(weeks)} 週）")
    rows = [(week.isoformat(), pair(report, lambda figures, week=week: f"{figures.hot[week]:,}")) for week in shown]
    return row_table(heading, (say("Week from", "週の初日"), say("Leads", "人数")), rows)


def _ranks(report: BacktestReport) -> RowTable:
    rows = [
        (in_a_word(rank, language()), *_cells(report, lambda figures, rank=rank: figures.rank(rank)))
        for rank in reversed(ORDER)
    ]
    return row_table(say("By highest rank", "最高ランク別"), _columns(say("Rank", "ランク")), rows)


def _bands(report: BacktestReport) -> RowTable:
    rows = [
        (band_name(lowest), *_cells(report, lambda figures, lowest=lowest: figures.band(lowest)))
        for lowest in report.bands
    ]
    return row_table(say("By highest score", "最高スコア別"), _columns(say("Score", "スコア")), rows)


def _columns(first: str) -> tuple[str, ...]:
    return (
        first,
        say("Leads", "人数"),
        say("Good outcomes", "成果あり"),
        say("Precision (95 %)", "的中率（95% 区間）"),
        say("Lift", "リフト"),
    )


def _cells(report: BacktestReport, group_of: Callable[..., Group]) -> Iterator[str]:
    for shown in (_leads, _good, _precision):
        yield pair(report, lambda figures, shown=shown: shown(group_of(figures)))
    yield pair(report, lambda figures: _lift(group_of(figures), report.all_leads))


def _leads(group: Group) -> str:
    return f"{group.leads:,}"


def _good(group: Group) -> str:
    return f"{group.good:,}"


def _precision(group: Group) -> str:
    if group.precision is None:
        return "–"
    low, high = (f"{bound:.0%}".rstrip("%") for bound in group.interval)
    return f"{share(group.precision)} ({low}–{high})"


def _lift(group: Group, everyone: Group) -> str:
    lift = group.lift(everyone)
    return "–" if lift is None else f"{lift:.1f}"


def _moves(moved: list[tuple[Rank, Rank, Group]]) -> RowTable:
    columns = (
        say("Live rules", "公開中のルール"),
        say("This file", "このファイル"),
        say("Leads", "人数"),
        say("Good outcomes", "成果あり"),
    )
    rows = [
        (in_a_word(was, language()), in_a_word(now, language()), _leads(group), _good(group))
        for was, now, group in moved
    ]
    return row_table(say("Leads that move", "ランクが変わる人"), columns, rows)


def _unknown(report: BacktestReport) -> Iterator[str]:
    everyone = f"{report.all_leads.leads:,}"
    for name, count in sorted(report.unknown.items()):
        known = report.forgotten[name]
        yield say(
            f"{name}: unknown of {count:,} of {everyone} leads, because no activity before the outcome carries it."
            f" {known:,} of them have a value today.",
            f"{name}: {everyone} 人中 {count:,} 人は不明です（結果が出る前の行動に記録がありません）。"
            f"うち {known:,} 人は現在は値があります。",
        )
    if report.expired:
        yield say(
            f"{report.expired:,} activities have expired. They count with their latest verdict, without answers.",
            f"{report.expired:,} 件の行動は保存期間が過ぎています。最後の判定で数え、回答は分かりません。",
        )


def _notes(found: Backtest, given: int | None) -> Iterator[str]:
    report = found.report
    if given is not None and given > found.matched:
        count = f"{given - found.matched:,}"
        yield say(
            f"{count} addresses of the file are no leads here.",
            f"ファイルのアドレスのうち {count} 件は見込み客にありません。",
        )
    if report.too_late:
        yield say(
            f"{report.too_late:,} leads with an outcome did nothing in this period before it: they are left out.",
            f"{report.too_late:,} 人は、この期間の結果より前に行動がないため、除いています。",
        )
    yield say(
        "A lead without an outcome counts as not good; sales may still win it. No lead was changed.",
        "結果のない見込み客は成果なしとして数えています（今後の受注はありえます）。見込み客は変更していません。",
    )
