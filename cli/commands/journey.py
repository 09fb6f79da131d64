"""ripen journey: a journey as a picture, with the people in it."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from cli.output.journey_svg import svg as draw
from cli.output.journey_tree import tree
from cli.output.journey_words import about
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.progress import bar
from cli.stack.stack import connect
from ripen.failure import Failure
from ripen.nearest import nearest
from ripen.operations.journeys.counts import Counts, count_journey
from ripen.operations.journeys.outline import Row, outline
from ripen.operations.live_playbook import live_bundle
from ripen.playbook.titles import title_and_name
from ripen.words import Words


@help_text(
    """Show a live journey as a picture.

    Beside each step: the people on it, and its mails: sent, held, or skipped and why.
    """,
    """公開中のシナリオを図で表示します。

    各手順の横に、そこにいる人数と、メールの送信数、保留数、送信しなかった数とその理由を表示します。
    """,
)
def journey(
    name: Annotated[str, typer.Argument(help=say("The journey's name.", "シナリオの名前。"), show_default=False)],
    svg: Annotated[
        Path | None,
        typer.Option(help=say("Write the picture into this SVG file.", "図をこの SVG ファイルに書き出します。")),
    ] = None,
    as_json: AsJson = False,
) -> None:
    stack = connect()
    bundle = live_bundle(stack.playbook)
    journeys = bundle.journeys
    if name not in journeys:
        hint = nearest(name, journeys)
        raise Failure(
            Words(f"There is no live journey {name!r}{hint.en}", f"公開中のシナリオ {name!r} はありません{hint.ja}"),
            Words("See what is not published yet: ripen plan", "まだ公開していないものを見るには: ripen plan"),
        )
    row = outline(journeys[name], bundle)
    with bar(say("People in the journey", "シナリオにいる人")) as progress:
        counted = count_journey(stack.table, name, progress)
    called = title_and_name(bundle, "journeys", name).in_language(language())
    console = Console(highlight=False, soft_wrap=True)
    if svg:
        svg.write_text(draw(called, row, counted), "utf-8")
    if as_json:
        print_json(_plain(name, row, counted))
    elif svg:
        file = escape(str(svg))
        console.print(say(f"Wrote {file}", f"{file} に書き出しました"))
    else:
        for line in about(journeys[name], counted, bundle):
            console.print(escape(line))
        console.print(tree(called, row, counted), soft_wrap=False)  # the lines of a tree are folded, or they are cut
        steps = {step.id for step in journeys[name].steps}
        if elsewhere := {id: count for id, count in counted.here.items() if id not in steps}:
            console.print(_on_older_versions(elsewhere))


def _on_older_versions(people: dict[str, int]) -> str:
    en = ", ".join(f"{count} on {id or 'no step yet'}" for id, count in people.items())
    ja = "、".join(f"{id or '最初の手順の前'} に {count} 人" for id, count in people.items())
    return say(f"[yellow]On an older version:[/] {escape(en)}", f"[yellow]以前の版:[/] {escape(ja)}")


def _plain(name: str, row: Row, counted: Counts) -> dict[str, Any]:
    return {
        "journey": name,
        "entered": counted.entered,
        "finished": counted.finished,
        "exited": dict(counted.left),
        "goal": counted.reached_goal,
        "clicked": counted.clickers,
        "people": dict(counted.here),
        "steps": _row(row, counted),
    }


def _row(row: Row, counted: Counts) -> list[dict[str, Any]]:
    return [
        {
            "id": item.step.id,
            "title": item.words.en,
            "people": counted.here[item.step.id],
            "mails": dict(counted.mails_of(item.step.id)),
            "clicked": counted.clicked[item.step.id],
            "paths": [
                {"name": path.name, "to": path.to, "ends": path.ends, "steps": _row(path.row, counted)}
                for path in item.paths
            ],
        }
        for item in row
    ]
