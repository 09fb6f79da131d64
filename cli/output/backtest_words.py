"""The figures of a back-test in sentences, for the screen and the picture."""

from collections.abc import Callable, Iterator

from cli.output.backtest_json import band_end
from cli.output.language import language, say
from ripen.backtest.interval import FEW, difference, is_reliable
from ripen.backtest.outcome import Outcome
from ripen.backtest.report import BacktestReport
from ripen.backtest.trial import Period, monday
from ripen.lead.state import Rank
from ripen.words import Words

OUTCOMES = {
    Outcome.WON: Words("won", "受注"),
    Outcome.OPPORTUNITY: Words("opportunity", "商談"),
    Outcome.CONVERTED: Words("converted", "変換"),
    Outcome.LOST: Words("lost", "失注"),
    Outcome.NOT_A_FIT: Words("not a fit", "見送り"),
    None: Words("no outcome", "結果なし"),
}
_ARROW = " → "


def summary(report: BacktestReport, period: Period) -> Iterator[str]:
    """Yield the answer in sentences: leads and outcomes, hot leads per week, the precision of hot."""
    leads = report.all_leads
    if not leads.leads:
        yield say("No lead has an activity in this period.", "この期間に行動した見込み客はいません。")
        return
    outcomes = [(words.in_language(language()), report.outcomes[each]) for each, words in OUTCOMES.items()]
    listed = say(", ", "、").join(f"{name} {count}" for name, count in outcomes if count)
    yield say(
        f"{leads.leads:,} leads, {leads.good:,} of them with a good outcome ({share(leads.precision)}): {listed}.",
        f"見込み客 {leads.leads:,} 人、うち成果あり {leads.good:,} 人（{share(leads.precision)}）: {listed}。",
    )
    weeks = len(report.weeks(monday(period.until, period.zone)))
    hot = pair(report, lambda figures: f"{sum(figures.hot.values()) / weeks:.1f}")
    yield say(f"Hot leads per week: {hot}.", f"1 週間にホットになる人数: {hot} 人。")
    yield hot_precision(report)


def hot_precision(report: BacktestReport) -> str:
    """Return the sentence about the precision of hot, and whether a difference can be trusted."""
    before, after = report.before.rank(Rank.HOT), report.after.rank(Rank.HOT)
    shown = pair(report, lambda figures: share(figures.rank(Rank.HOT).precision))
    sentence = say(f"Precision of hot: {shown}.", f"ホットの的中率: {shown}。")
    if report.is_same:
        return sentence + say(
            " The file has the same rules as the live playbook.", "ファイルのルールは公開中のものと同じです。"
        )
    pairs = (before.good, before.leads), (after.good, after.leads)
    low, high = (f"{100 * bound:+.0f}".replace("-", "−") for bound in difference(*pairs))
    if is_reliable(*pairs):
        return sentence + say(
            f" The difference is reliable (95 % interval: {low} to {high} points).",
            f"この差は信頼できます（95% 区間: {low}〜{high} ポイント）。",
        )
    if min(before.good + after.good, before.leads, after.leads) < FEW:
        return sentence + say(
            " A difference is not reliable: there are too few leads or outcomes.",
            "人数または成果が少なく、差は信頼できません。",
        )
    return sentence + say(
        f" The difference is not reliable: chance explains it (95 % interval: {low} to {high} points).",
        f"この差は信頼できません。偶然で説明できます（95% 区間: {low}〜{high} ポイント）。",
    )


def pair(report: BacktestReport, shown: Callable[..., str]) -> str:
    """Return a figure before and after: "3.2 → 5.1". It stands once where the rules are the same."""
    before, after = shown(report.before), shown(report.after)
    return before if report.is_same else f"{before}{_ARROW}{after}"


def share(part: float | None) -> str:
    return "–" if part is None else f"{part:.0%}"


def band_name(lowest: int) -> str:
    """Return the scores of a band: "60–79", "100 or more"."""
    if lowest < 0:
        return say("below 0", "0 未満")
    end = band_end(lowest)
    return f"{lowest}–{end}" if end is not None else say(f"{lowest} or more", f"{lowest} 以上")


def band_points(lowest: int) -> str:
    """Return the scores of a band with their unit: "60–79 points"."""
    if lowest < 0:
        return say("below 0 points", "0 点未満")
    if band_end(lowest) is None:
        return say(f"{lowest} points or more", f"{lowest} 点以上")
    return say(f"{band_name(lowest)} points", f"{band_name(lowest)} 点")
