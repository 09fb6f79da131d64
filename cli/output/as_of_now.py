"""The line under a list that says of how many leads it is, and the option that reads more of them."""

from typing import Annotated

import typer

from cli.output.language import say
from ripen.operations.leads.scan import Sample

MostLeads = Annotated[
    int, typer.Option("--most", help=say("Read at most about this many leads.", "読み取る見込み客の数の目安。"), min=1)
]


def as_of_now(sample: Sample) -> str:
    """Return the line: as of now, and of how many leads where these are not all."""
    count = f"{sample.read:,}"
    if sample.is_all:
        return say(f"[dim]As of now, of all {count} leads.[/]", f"[dim]現在の集計（見込み客 全 {count} 人）。[/]")
    more = sample.read * 10
    return say(
        f"[yellow]As of now, of the {count} leads that were read; there are more.[/] Read more with: --most={more}",
        f"[yellow]現在、読み取った {count} 人だけの集計です（見込み客はほかにもいます）。[/]"
        f"もっと読むには: --most={more}",
    )
