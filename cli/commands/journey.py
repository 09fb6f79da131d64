"""ripen journey: a journey as a picture, with the people in it."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.journey.counts import Counts, counts
from cli.journey.outline import Row, outline, title
from cli.output.journey_svg import svg as draw
from cli.output.journey_tree import tree
from cli.output.json_output import tell
from cli.stack.stack import connect
from ripen.adapters.playbook import NotPublished
from ripen.failure import Failure
from ripen.nearest import nearest


def journey(
    name: Annotated[str, typer.Argument(help="The journey's name.", show_default=False)],
    svg: Annotated[Path | None, typer.Option(help="Write the picture into this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Show a live journey as a picture. Beside each step: who stands there, what was sent, skipped and why, or held."""
    stack = connect()
    try:
        journeys = stack.playbook.live().bundle.journeys
    except NotPublished:
        raise Failure("No playbook has been published yet.", "Publish it with: ripen publish") from None
    if name not in journeys:
        raise Failure(f"No live journey is called {name!r}{nearest(name, journeys)}", "Is it published? ripen plan")
    row, counted = outline(journeys[name]), counts(stack, name)
    console = Console(highlight=False, soft_wrap=True)
    if svg:
        svg.write_text(draw(journeys[name], row, counted), "utf-8")
    if as_json:
        tell(_plain(name, row, counted))
    elif svg:
        console.print(f"Written: {svg}")
    else:
        console.print(tree(journeys[name], row, counted))
        if elsewhere := {
            id: n for id, n in counted.here.items() if id not in {step.id for step in journeys[name].steps}
        }:
            said = ", ".join(f"{count} on {id or 'no step yet'}" for id, count in elsewhere.items())
            console.print(f"[yellow]By an older version:[/] {said}")


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
            "mails": dict(counted.of(item.step.id)),
            "ways": [
                {"name": way.name, "to": way.to, "ends": way.ends, "steps": _row(way.row, counted)} for way in item.ways
            ],
        }
        for item in row
    ]
