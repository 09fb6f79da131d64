"""Recalculate all leads after a new playbook, and say so."""

from rich.console import Console

from cli.output.language import say
from cli.output.progress import bar
from cli.stack.stack import Stack


def refold(stack: Stack, screen: Console) -> int:
    """Have every lead recalculated, and return their number."""
    from ripen.operations.publication.refold import refold_all

    screen.print(
        say(
            "Scoring, segments or journey triggers have changed. If this is interrupted: ripen reclassify --all",
            "スコア、セグメント、またはシナリオの開始条件が変わりました。途中で止まった場合: ripen reclassify --all",
        )
    )
    with bar(say("Leads to recalculate", "再計算する見込み客")) as progress:
        count = refold_all(stack.table, stack.clock, progress)
    leads = "1 lead" if count == 1 else f"{count} leads"
    screen.print(
        say(
            f"{leads} will be recalculated. This alone enrols no lead and sends no alert.",
            f"見込み客 {count} 人を再計算します。これだけでシナリオに登録したり通知したりすることはありません。",
        )
    )
    return count
