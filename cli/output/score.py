"""The output of `ripen score`: a table for each scoring model."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.markup import escape

from cli.output.language import language, say
from cli.output.row_table import RowTable, row_table
from cli.output.time_zone import local_time, times_are_in
from ripen.operations.leads.score_ledger import ScoreLedger
from ripen.operations.state_words import in_a_word
from ripen.scoring.ledger import MAIN, CountedActivity, Ledger, Line

_MOST_SHOWN = 5
"""Activities of one rule."""


def ledger_parts(found: ScoreLedger, zone: str) -> list[RenderableType]:
    """Return what to print, with all times in that time zone."""
    parts: list[RenderableType] = [times_are_in(zone)]
    if found.disqualified:
        parts.append(escape(found.disqualified))
    for model in found.models:
        parts += [_table(model, zone), _outlook(model, zone)]
    return parts


def _table(model: Ledger, zone: str) -> RowTable:
    standing = " ".join(filter(None, (in_a_word(model.rank, language()), _cell(model))))
    sum_up = say(
        f"{model.total} points: fit {model.fit}, engagement {model.engagement}",
        f"{model.total} 点（適合度 {model.fit}、関心度 {model.engagement}）",
    )
    name = "" if model.name == MAIN else f"{model.name}: "
    columns = (say("Points", "点"), say("Rule", "ルール"), say("Activities", "行動"))
    rows = [(f"{line.points:+}", line.words, "\n".join(_activities(line, zone))) for line in model.rules]
    return row_table(f"{name}{standing}  {sum_up}", columns, rows, title_style="bold")


def _cell(model: Ledger) -> str:
    return f"{model.grade}{model.level or ''}"


def _activities(line: Line, zone: str) -> Iterator[str]:
    for each in line.activities[:_MOST_SHOWN]:
        yield f"{local_time(each.at, zone)}{_points(each)}"
    if (more := len(line.activities) - _MOST_SHOWN) > 0:
        yield say(f"and {more} more", f"ほか {more} 件")
    if line.until:
        until = local_time(line.until, zone)
        yield say(f"counted again at {until}", f"{until} に数え直し")


def _points(each: CountedActivity) -> str:
    return f"  {each.points:+g} → {each.now:+.1f}" if each.points else ""


def _outlook(model: Ledger, zone: str) -> str:
    """Return when the points halve, and when the rank changes by time alone."""
    halves = say(
        f"Engagement halves every {model.half_life_days:g} days.",
        f"関心度は {model.half_life_days:g} 日で半分になります。",
    )
    if model.next_change is None or model.next_rank is None:
        return halves + say(" Time alone does not change the rank.", "行動がなくても、ランクは変わりません。")
    at, rank = local_time(model.next_change, zone), in_a_word(model.next_rank, language())
    return halves + say(
        f" Without activity, the rank changes to {rank} at {at}.", f"行動がなければ、{at} に{rank}になります。"
    )
