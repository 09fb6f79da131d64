"""ripen plan: what publishing would change, for whom, and which mails it would send."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.output.json_output import AsJson, print_json
from cli.output.progress import bar
from cli.stack.stack import connect
from ripen.failure import Failure
from ripen.operations.live_playbook import live_bundle_if_any
from ripen.operations.publication.difference import Difference, difference
from ripen.operations.publication.people import AffectedStep, affected_steps, people_in_journeys
from ripen.words import Words

if TYPE_CHECKING:
    from ripen_authoring.simulation.forecast import Forecast

_SIGNS = {"added": "[green]+[/]", "changed": "[yellow]~[/]", "removed": "[red]-[/]"}
_MOST_LINES = 4


def plan(
    folder: Annotated[Path, typer.Argument(help="The playbook's folder.")] = Path("playbook"),
    most: Annotated[int, typer.Option(help="Forecast the mails of at most so many people.", min=0)] = 2000,
    as_json: AsJson = False,
) -> None:
    """Compare the playbook with the live one.

    Show each changed step, the people on it, and the mails of the next 24 hours. Change nothing. Fail if people are on
    a changed step and the journey does not say what happens to them.
    """
    from ripen_authoring.compile import compile_or_fail
    from ripen_authoring.simulation.forecast import Source, forecast

    new, stack = compile_or_fail(folder), connect()
    found = difference(live_bundle_if_any(stack.playbook), new)
    with bar("People in journeys") as progress:
        enrollments = people_in_journeys(stack.table, progress)
    affected = affected_steps(enrollments, new, stack.playbook)
    source = Source(stack.table, stack.playbook, stack.secrets, stack.site)
    with bar("The next 24 hours") as progress:
        ahead = forecast(source, new, enrollments, most, stack.clock.now(), progress)
    if as_json:
        print_json(_plain(found, affected, ahead, new.hash))
    else:
        _show(found, affected, ahead)
    if undecided := [step.demand for step in affected if step.is_undecided]:
        demands = Words("\n".join(each.en for each in undecided), "\n".join(each.ja for each in undecided))
        raise Failure(demands, Words("Then run again: ripen plan", "そのあともう一度: ripen plan"))


def _show(found: Difference, affected: list[AffectedStep], ahead: "Forecast") -> None:
    console = Console(highlight=False, soft_wrap=True)
    people = {(step.journey, step.step): step for step in affected}
    if not found:
        console.print("Nothing would change: this playbook is live already.")
    for journey in found.journeys:
        console.print(f"{_SIGNS[journey.how]} [bold]journey {escape(journey.name)}[/] ({journey.how})")
        _lines(console, journey.lines, "    ")
        for step in journey.steps if journey.how == "changed" else ():
            console.print(f"  {_SIGNS[step.how]} {escape(step.name)}{_people(people.get((journey.name, step.name)))}")
            _lines(console, step.lines, "      ")
    for change in found.others:
        console.print(f"{_SIGNS[change.how]} {escape(change.name)}")
        _lines(console, change.lines, "    ")
    for place in affected:
        if place.how == "journey removed":
            where = f"{place.people} on {escape(place.step)} of {escape(place.journey)}"
            console.print(f"[yellow]{where}[/] go on to its end by the old version.")
    _mails(console, ahead)


def _people(step: AffectedStep | None) -> str:
    if step is None:
        return ""
    next_ = (
        f"{step.move.how} {step.move.to}".strip()
        if step.move
        else "[red]the journey does not say what happens to them[/]"
    )
    return f"  [bold]{step.people} here[/]: {next_}"


def _lines(console: Console, lines: tuple[str, ...], margin: str) -> None:
    for line in lines[:_MOST_LINES]:
        console.print(f"{margin}[dim]{escape(line)}[/]")
    if len(lines) > _MOST_LINES:
        console.print(f"{margin}[dim]and {len(lines) - _MOST_LINES} more[/]")


def _mails(console: Console, ahead: "Forecast") -> None:
    if not ahead.mails:
        console.print(f"In the next 24 hours nothing would be sent by itself ({_count(ahead.leads)} looked at).")
        return
    table = Table("Of", "Mail", "Outcome", "Mails", title="In the next 24 hours", title_justify="left")
    for (origin, mail, outcome), count in sorted(ahead.mails.items()):
        table.add_row(escape(origin), escape(mail), escape(outcome), str(count))
    console.print(table)
    if ahead.more:
        console.print(
            f"[yellow]{_count(ahead.more)} more {'has' if ahead.more == 1 else 'have'} something due:[/]"
            f" --most {ahead.leads + ahead.more}"
        )


def _count(people: int) -> str:
    return "1 person" if people == 1 else f"{people} people"


def _plain(found: Difference, affected: list[AffectedStep], ahead: "Forecast", hash: str) -> dict[str, Any]:
    return {
        "playbook": hash,
        "journeys": [asdict(journey) for journey in found.journeys],
        "others": [asdict(change) for change in found.others],
        "standing": [
            {
                "journey": step.journey,
                "step": step.step,
                "how": step.how,
                "people": step.people,
                "becomes": f"{step.move.how} {step.move.to}".strip() if step.move else "",
            }
            for step in affected
        ],
        "mails": [
            {"origin": origin, "email": mail, "outcome": outcome, "count": count}
            for (origin, mail, outcome), count in sorted(ahead.mails.items())
        ],
        "looked_at": ahead.leads,
        "not_looked_at": ahead.more,
    }
