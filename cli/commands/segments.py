"""ripen segments, ripen segment: who is in the segments of the live playbook."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cli.output.as_of_now import MostLeads, as_of_now
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.lead_table import lead_table
from cli.output.progress import bar
from cli.output.row_table import row_table
from cli.output.time_zone import brand_zone, times_are_in
from cli.stack.stack import connect
from ripen.operations.leads.listing import MOST
from ripen.operations.leads.segments import count_segments, find_segment, look_at_segment, segment_words
from ripen.operations.live_playbook import live_bundle
from ripen.operations.plain import plain
from ripen.playbook.titles import title, title_and_name


@help_text(
    "List the segments of the live playbook, and how many leads are in each.",
    "公開中のセグメントと、それぞれの人数を一覧します。",
)
def segments(most: MostLeads = MOST, as_json: AsJson = False) -> None:
    stack = connect()
    bundle = live_bundle(stack.playbook)
    with bar(say("Reading leads", "見込み客を確認しています")) as progress:
        found = count_segments(stack.table, most, progress)
    if as_json:
        listed = [
            {"name": name, "title": bundle.segments[name].title, "leads": found.leads[name]}
            for name in sorted(bundle.segments)
        ]
        print_json({"segments": listed, "read": found.sample.read, "all": found.sample.is_all})
        return
    columns = (say("Title", "タイトル"), say("Name", "名前"), say("Leads", "人数"))
    rows = (
        (title(bundle, "segments", name).in_language(language()), name, f"{found.leads[name]:,}")
        for name in sorted(bundle.segments)
    )
    console = Console(highlight=False)
    console.print(row_table(say("Segments", "セグメント"), columns, rows))
    console.print(as_of_now(found.sample))
    console.print(say("Look at one: ripen segment NAME", "くわしく見るには: ripen segment 名前"))


@help_text(
    "Show a live segment before anything is sent to it: what it asks of a lead, how many leads are in it,"
    " and a few of them.",
    "公開中のセグメントを、送信の前に確認します: 条件、人数、含まれる見込み客の例。",
)
def segment(
    name: Annotated[
        str,
        typer.Argument(
            help=say("The name in segments/NAME.yaml.", "segments/NAME.yaml の名前。"),
            metavar="NAME",
            show_default=False,
        ),
    ],
    most: MostLeads = MOST,
    as_json: AsJson = False,
) -> None:
    stack = connect()
    bundle, now = live_bundle(stack.playbook), stack.clock.now()
    asked = find_segment(name, bundle)
    with bar(say("Reading leads", "見込み客を確認しています")) as progress:
        found = look_at_segment(asked, stack.table, bundle, now, most, progress)
    words = segment_words(asked, bundle)
    if as_json:
        print_json(
            {
                "name": name,
                "title": asked.title,
                "asks": words.en,
                "leads": found.matching,
                "sample": [plain(asdict(line)) for line in found.lines],
                "read": found.sample.read,
                "all": found.sample.is_all,
            }
        )
        return
    zone, console = brand_zone(stack.playbook), Console(highlight=False, soft_wrap=True)
    called = escape(title_and_name(bundle, "segments", name).in_language(language()))
    console.print(say(f"[bold]{called}[/]: {found.matching:,} leads", f"[bold]{called}[/]: {found.matching:,} 人"))
    console.print(escape(say(f"Each of them: {words.en}", f"条件: {words.ja}")))
    if found.lines:
        console.print(times_are_in(zone))
        console.print(lead_table(say("The latest of them", "最近行動した人"), found.lines, zone))
    console.print(as_of_now(found.sample))
