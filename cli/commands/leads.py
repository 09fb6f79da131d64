"""ripen leads: the latest or the strongest leads."""

from dataclasses import asdict
from typing import Annotated, Literal

import typer
from rich.console import Console

from cli.output.as_of_now import MostLeads, as_of_now
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.lead_table import lead_table
from cli.output.progress import bar
from cli.output.time_zone import brand_zone, times_are_in
from cli.stack.stack import connect
from ripen.lead.state import Rank
from ripen.operations.leads.listing import MOST, Wanted, list_leads
from ripen.operations.leads.segments import find_segment
from ripen.operations.live_playbook import live_bundle
from ripen.operations.plain import plain
from ripen.playbook.titles import title_and_name


@help_text(
    "List leads with their rank and score: those with the latest activity first.",
    "見込み客をランクとスコアとともに一覧します。最近行動した人から順に表示します。",
)
def leads(
    rank: Annotated[
        Literal["hot", "warm", "cold"] | None,
        typer.Option(help=say("Only leads of this rank.", "このランクの見込み客だけ。")),
    ] = None,
    segment: Annotated[
        str, typer.Option(help=say("Only leads in this segment.", "このセグメントの見込み客だけ。"), metavar="NAME")
    ] = "",
    by: Annotated[
        Literal["activity", "score"],
        typer.Option(help=say("The latest activity or the highest score first.", "最近の行動順か、スコアの高い順か。")),
    ] = "activity",
    limit: Annotated[int, typer.Option(help=say("How many to list.", "表示する人数。"), min=1, max=1000)] = 20,
    most: MostLeads = MOST,
    as_json: AsJson = False,
) -> None:
    stack = connect()
    bundle, now = live_bundle(stack.playbook), stack.clock.now()
    if segment:
        find_segment(segment, bundle)
    wanted = Wanted(rank=Rank(rank) if rank else None, segment=segment, order=by, limit=limit)
    with bar(say("Reading leads", "見込み客を確認しています")) as progress:
        found = list_leads(wanted, stack.table, bundle, now, most, progress)
    if as_json:
        lines = [plain(asdict(line)) for line in found.lines]
        print_json({"leads": lines, "matching": found.matching, "read": found.sample.read, "all": found.sample.is_all})
        return
    zone, console = brand_zone(stack.playbook), Console(highlight=False)
    console.print(times_are_in(zone))
    named = title_and_name(bundle, "segments", segment).in_language(language()) if segment else ""
    heading = say(
        f"Leads: {len(found.lines)} of {found.matching}{f' in {named}' if named else ''}",
        f"見込み客 {found.matching} 人中 {len(found.lines)} 人{f'（{named}）' if named else ''}",
    )
    console.print(lead_table(heading, found.lines, zone))
    console.print(as_of_now(found.sample))
