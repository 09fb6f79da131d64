"""ripen plan: what a publish would change, for whom, and what it would send."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.plan.difference import Change, Difference, difference
from cli.plan.guard import demand, live
from cli.plan.standing import Place, everyone, places
from cli.stack.stack import connect
from ripen.failure import Failure

if TYPE_CHECKING:
    from cli.plan.forecast import Forecast

_SIGNS = {"added": "[green]+[/]", "changed": "[yellow]~[/]", "removed": "[red]-[/]"}
_MOST_LINES = 4


def plan(
    folder: Annotated[Path, typer.Argument(help="The playbook's folder.")] = Path("playbook"),
    most: Annotated[int, typer.Option(help="Look ahead for at most so many people.", min=0)] = 2000,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Compare the playbook with what is live. Each step, who stands there, and the mails of the next 24 hours. Changes
    nothing. Fails where somebody stands on a changed step and the journey does not say what becomes of them."""
    from cli.plan.forecast import forecast
    from ripen_authoring.ready import ready

    new, stack = ready(folder), connect()
    found = difference(live(stack), new)
    enrollments = everyone(stack)
    standing = places(stack, enrollments, new)
    ahead = forecast(stack, new, enrollments, most)
    if as_json:
        print(json.dumps(_plain(found, standing, ahead, new.hash), ensure_ascii=False, indent=2))
    else:
        _show(found, standing, ahead)
    if open_ := [place for place in standing if place.is_open]:
        raise Failure("\n".join(map(demand, open_)), "Then run again: ripen plan")


def _show(found: Difference, standing: list[Place], ahead: "Forecast") -> None:
    console = Console(highlight=False, soft_wrap=True)
    people = {(place.journey, place.step): place for place in standing}
    if not found:
        console.print("Nothing would change: this very playbook is live.")
    for journey in found.journeys:
        console.print(f"{_SIGNS[journey.how]} [bold]journey {escape(journey.name)}[/] ({journey.how})")
        _lines(console, journey.lines, "    ")
        for step in journey.steps if journey.how == "changed" else ():
            console.print(f"  {_SIGNS[step.how]} {escape(step.name)}{_people(people.get((journey.name, step.name)))}")
            _lines(console, step.lines, "      ")
    for change in found.others:
        console.print(f"{_SIGNS[change.how]} {escape(change.name)}")
        _lines(console, change.lines, "    ")
    for place in standing:
        if place.how == "journey removed":
            console.print(
                f"[yellow]{place.people} on {escape(place.step)} of {escape(place.journey)}[/] go on to its end by the old version."
            )
    _mails(console, ahead)


def _people(place: Place | None) -> str:
    if place is None:
        return ""
    becomes = "[red]and nothing says what becomes of them[/]"
    if place.move:
        becomes = f"{place.move.how} {place.move.to}".strip()
    return f"  [bold]{place.people} here[/]: {becomes}"


def _lines(console: Console, lines: tuple[str, ...], margin: str) -> None:
    for line in lines[:_MOST_LINES]:
        console.print(f"{margin}[dim]{escape(line)}[/]")
    if len(lines) > _MOST_LINES:
        console.print(f"{margin}[dim]and {len(lines) - _MOST_LINES} more[/]")


def _mails(console: Console, ahead: "Forecast") -> None:
    if not ahead.mails:
        console.print(f"In the next 24 hours nothing would be sent by itself ({_count(ahead.leads)} looked at).")
        return
    table = Table("Of", "Mail", "Becomes", "How many", title="In the next 24 hours", title_justify="left")
    for (origin, mail, outcome), count in sorted(ahead.mails.items()):
        table.add_row(escape(origin), escape(mail), escape(outcome), str(count))
    console.print(table)
    if ahead.more:
        console.print(
            f"[yellow]{_count(ahead.more)} more {'has' if ahead.more == 1 else 'have'} something due:[/] --most {ahead.leads + ahead.more}"
        )


def _count(people: int) -> str:
    return "1 person" if people == 1 else f"{people} people"


def _plain(found: Difference, standing: list[Place], ahead: "Forecast", hash: str) -> dict[str, Any]:
    def change(each: Change) -> dict[str, Any]:
        return asdict(each)

    return {
        "playbook": hash,
        "journeys": [asdict(journey) for journey in found.journeys],
        "others": [change(each) for each in found.others],
        "standing": [
            {
                "journey": place.journey,
                "step": place.step,
                "how": place.how,
                "people": place.people,
                "becomes": f"{place.move.how} {place.move.to}".strip() if place.move else "",
            }
            for place in standing
        ],
        "mails": [
            {"origin": origin, "email": mail, "outcome": outcome, "count": count}
            for (origin, mail, outcome), count in sorted(ahead.mails.items())
        ],
        "looked_at": ahead.leads,
        "not_looked_at": ahead.more,
    }
