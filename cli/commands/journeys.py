"""ripen journeys: the journeys and the people in them."""

from dataclasses import asdict

from rich.console import Console

from cli.output.as_of_now import MostLeads, as_of_now
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.progress import bar
from cli.output.row_table import row_table
from cli.stack.stack import connect
from ripen.operations.journeys.listing import JourneyNumbers, count_journeys
from ripen.operations.leads.listing import MOST
from ripen.operations.live_playbook import live_bundle
from ripen.playbook.bundle import Bundle
from ripen.playbook.titles import title


@help_text(
    "List the journeys, and how many people are on the way, finished, or reached the goal.",
    "シナリオと、途中の人数、最後まで進んだ人数、目標に到達した人数を一覧します。",
)
def journeys(most: MostLeads = MOST, as_json: AsJson = False) -> None:
    stack = connect()
    bundle = live_bundle(stack.playbook)
    with bar(say("People in journeys", "シナリオにいる人")) as progress:
        found = count_journeys(stack.table, most, progress)
    names = sorted(bundle.journeys.keys() | {name for name, each in found.journeys.items() if each.on_the_way})
    numbers = {name: found.journeys.get(name, JourneyNumbers()) for name in names}
    if as_json:
        listed = [
            {"name": name, "title": _title(bundle, name), "live": name in bundle.journeys} | asdict(each)
            for name, each in numbers.items()
        ]
        print_json({"journeys": listed, "read": found.sample.read, "all": found.sample.is_all})
        return
    columns = (
        say("Title", "タイトル"),
        say("Name", "名前"),
        say("State", "状態"),
        say("On the way", "途中"),
        say("Finished", "最後まで進んだ"),
        say("Goal reached", "目標に到達"),
        say("Left early", "途中終了"),
    )
    rows = (
        (
            title(bundle, "journeys", name).in_language(language()),
            name,
            _state(bundle, name),
            *(f"{count:,}" for count in (each.on_the_way, each.finished)),
            f"{each.goal:,}" if name not in bundle.journeys or bundle.journeys[name].goal else "–",
            f"{each.left:,}",
        )
        for name, each in numbers.items()
    )
    console = Console(highlight=False)
    console.print(row_table(say("Journeys", "シナリオ"), columns, rows))
    console.print(as_of_now(found.sample))
    console.print(say("Look at one: ripen journey NAME", "くわしく見るには: ripen journey 名前"))


def _title(bundle: Bundle, name: str) -> dict[str, str]:
    return bundle.journeys[name].title if name in bundle.journeys else {}


def _state(bundle: Bundle, name: str) -> str:
    return (
        say("live", "公開中")
        if name in bundle.journeys
        else say("removed: its people go on", "削除済み（途中の人は続行）")
    )
