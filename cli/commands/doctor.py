"""ripen doctor: what a real deployment still needs."""

import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.doctor.finding import Finding, State
from cli.output.json_output import AsJson, print_json
from cli.stack.stack import connect

_MARKS = {State.OK: "[green]✓ ok[/]", State.WARN: "[yellow]! warn[/]", State.FAIL: "[bold red]✗ fail[/]"}


def doctor(
    folder: Annotated[Path, typer.Argument(help="The playbook's folder.")] = Path("playbook"),
    as_json: AsJson = False,
) -> None:
    """Check every prerequisite: its state, its owner, and the next step. The exit code is 1 if one fails."""
    from cli.doctor.examination import examine

    found = list(examine(connect(), folder))
    if as_json:
        print_json([asdict(finding) for finding in found])
    else:
        _show(found)
    sys.exit(1 if any(finding.state is State.FAIL for finding in found) else 0)


def _show(found: list[Finding]) -> None:
    console, table = Console(highlight=False), Table("", "What", "Whose", "Found")
    for finding in found:
        table.add_row(_MARKS[finding.state], finding.title, str(finding.owner), escape(finding.found))
    console.print(table)
    for finding in found:
        if finding.next_step:
            console.print(
                f"{_MARKS[finding.state]} [bold]{finding.title}[/] ({finding.owner}): {escape(finding.next_step)}"
            )
    count = Counter(finding.state for finding in found)
    console.print(f"{count[State.OK]} ok, {count[State.WARN]} to look at, {count[State.FAIL]} missing. docs/deploy.md")
