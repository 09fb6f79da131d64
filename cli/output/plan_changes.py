"""The changes that `ripen plan` lists: files with their titles and changed lines, and the people on changed steps."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, get_args

from rich.console import Console
from rich.markup import escape

from cli.output.language import language, say
from cli.output.scoring_lines import scoring_line
from ripen.operations.publication.difference import Difference
from ripen.operations.publication.people import AffectedStep
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Move
from ripen.playbook.titles import Folder, title

if TYPE_CHECKING:
    from ripen_authoring.comparison.files import FileChange

_SIGNS = {"added": "[green]+[/]", "changed": "[yellow]~[/]", "removed": "[red]-[/]"}
_MOST_LINES = 10
"""The most lines of a changed text. Every changed value of a YAML file is shown."""


def other_changes(found: Difference, files: "Sequence[FileChange]") -> list[dict[str, Any]]:
    """Return the changes outside of journeys: of files, or the names of changed parts if no file has changed."""
    changed = [
        {"name": each.file, "how": each.how, "lines": each.lines}
        for each in files
        if not each.file.startswith("journeys/")
    ]
    return changed or [asdict(change) | {"lines": ()} for change in found.others]


def show_changes(
    found: Difference,
    files: "tuple[FileChange, ...] | None",
    affected: list[AffectedStep],
    live: Bundle | None,
    new: Bundle,
    console: Console,
) -> None:
    """Show every change: a line for its file, then what changes in it."""
    _show_basis(found, files, console)
    people = {(step.journey, step.step): step for step in affected}
    lines = {each.file: each.lines for each in files or ()}
    for journey in found.journeys:
        file = f"journeys/{journey.name}" + (".yaml" if files else "")
        console.print(_headline(file, journey.how, live, new))
        _lines(console, file, lines.get(file, ()), live, new)
        for step in journey.steps if journey.how == "changed" else ():
            console.print(f"  {_SIGNS[step.how]} {escape(step.name)}{_people(people.get((journey.name, step.name)))}")
    for change in other_changes(found, files or ()) if found else ():
        console.print(_headline(change["name"], change["how"], live, new))
        _lines(console, change["name"], lines.get(change["name"], ()), live, new)
    for place in affected:
        if place.how == "journey removed":
            console.print(_of_removed_journey(place))


def _show_basis(found: Difference, files: "tuple[FileChange, ...] | None", console: Console) -> None:
    if not found:
        console.print(
            say(
                "Nothing would change: this playbook is live already.",
                "変更はありません。このプレイブックは公開中です。",
            )
        )
    elif files is None:
        console.print(
            say(
                "There are no files of a live playbook to compare with: these are the names of what changes.",
                "比べる公開中のファイルがないため、変わるものの名前だけを表示します。",
            )
        )


def _headline(file: str, how: str, live: Bundle | None, new: Bundle) -> str:
    """Return the line for a changed file: its path, and the title by which people know it."""
    return f"{_SIGNS[how]} [bold]{escape(file)}[/]{escape(_titled(file, live if how == 'removed' else new))}"


def _titled(file: str, bundle: Bundle | None) -> str:
    folder, _, rest = file.partition("/")
    name = rest.partition("/")[0].partition(".")[0]
    if bundle is None or folder not in get_args(Folder) or name not in getattr(bundle, folder):
        return ""
    found = title(bundle, folder, name).in_language(language())  # type: ignore[arg-type]
    return "" if found == name else f"  {found}"


def _of_removed_journey(place: AffectedStep) -> str:
    step, journey = escape(place.step), escape(place.journey)
    people = f"{counted(place.people)} {'continues' if place.people == 1 else 'continue'}"
    return say(
        f"[yellow]{people}[/] from {step} to the end of the old version of {journey}.",
        f"[yellow]{journey} の {step} にいる {place.people} 人[/]は、以前の版で最後まで進みます。",
    )


def _people(step: AffectedStep | None) -> str:
    if step is None:
        return ""
    here = say(f"{step.people} here", f"{step.people} 人")
    return f"  [bold]{here}[/]: {_next(step.move)}"


def _next(move: Move | None) -> str:
    match move:
        case None:
            return say(
                "[red]the journey does not say what happens to them[/]",
                "[red]この人たちの扱いがシナリオに書かれていません[/]",
            )
        case Move(how="stay"):
            return say("stay", "そのまま")
        case Move(how="exit"):
            return say("exit", "途中終了")
    return say(f"move to {escape(move.to)}", f"{escape(move.to)} へ移動")


def _lines(console: Console, file: str, changed: Sequence[str], live: Bundle | None, new: Bundle) -> None:
    most = len(changed) if file.endswith((".yaml", ".yml")) else _MOST_LINES
    for line in changed[:most]:
        shown = scoring_line(line, live, new) if file == "scoring.yaml" else line
        console.print(f"    [dim]{escape(shown)}[/]")
    if more := len(changed[most:]):
        console.print(f"    [dim]{say(f'and {more} more', f'ほか {more} 行')}[/]")


def counted(people: int) -> str:
    """Return the number of people in English."""
    return "1 person" if people == 1 else f"{people} people"
