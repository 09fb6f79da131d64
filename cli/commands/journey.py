"""ripen journey: a journey as a picture, with the people in it."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.output.journey_svg import svg as draw
from cli.output.journey_tree import tree
from cli.output.json_output import AsJson, print_json
from cli.output.progress import bar
from cli.stack.stack import connect
from ripen.failure import Failure
from ripen.nearest import nearest
from ripen.operations.journeys.counts import Counts, count_journey
from ripen.operations.journeys.outline import Row, outline, title
from ripen.operations.live_playbook import live_bundle


def journey(
    name: Annotated[str, typer.Argument(help="The journey's name.", show_default=False)],
    svg: Annotated[Path | None, typer.Option(help="Write the picture into this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a live journey as a picture.

    Beside each step: the people on it, and the mails sent, skipped and why, or held.
    """
    stack = connect()
    journeys = live_bundle(stack.playbook).journeys
    if name not in journeys:
        raise Failure(f"No live journey is called {name!r}{nearest(name, journeys)}", "Is it published? ripen plan")
    row = outline(journeys[name])
    with bar("People in the journey") as progress:
        counted = count_journey(stack.table, name, progress)
    console = Console(highlight=False, soft_wrap=True)
    if svg:
        svg.write_text(draw(journeys[name], row, counted), "utf-8")
    if as_json:
        print_json(_plain(name, row, counted))
    elif svg:
        console.print(f"Written: {svg}")
    else:
        console.print(tree(journeys[name], row, counted))
        steps = {step.id for step in journeys[name].steps}
        if elsewhere := {id: count for id, count in counted.here.items() if id not in steps}:
            people = ", ".join(f"{count} on {id or 'no step yet'}" for id, count in elsewhere.items())
            console.print(f"[yellow]By an older version:[/] {people}")


def _plain(name: str, row: Row, counted: Counts) -> dict[str, Any]:
    return {
        "journey": name,
        "entered": counted.entered,
        "finished": counted.finished,
        "left": dict(counted.left),
        "here": dict(counted.here),
        "steps": _row(row, counted),
    }


def _row(row: Row, counted: Counts) -> list[dict[str, Any]]:
    return [
        {
            "id": item.step.id,
            "does": title(item.step),
            "here": counted.here[item.step.id],
            "mails": dict(counted.mails_of(item.step.id)),
            "ways": [
                {"name": path.name, "to": path.to, "ends": path.ends, "steps": _row(path.row, counted)}
                for path in item.paths
            ],
        }
        for item in row
    ]
