"""ripen shadow: how a company starts. Everything is judged, nothing is sent or written outside."""

import json
from copy import replace
from getpass import getuser
from time import sleep
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.output.json_output import AsJson, tell
from cli.shadow import bring_forward, would_have
from cli.stack.stack import Stack, connect
from ripen.adapters.table import Create, Replace, keys
from ripen.settings import Shadow

app = typer.Typer(help="Shadow mode: judge everything, send and write nothing; list what would have been done.")

_UNTIL_SEEN_SECONDS = 2.0
"""Who read the row before it was written is done by then."""


@app.callback(invoke_without_command=True)
def shadow(context: typer.Context, as_json: bool = typer.Option(False, "--json", help="For scripts.")) -> None:
    """List what would have been sent, written and posted."""
    if context.invoked_subcommand:
        return
    stack = connect()
    found = would_have(stack.table)
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False)
    row = stack.table.get(keys.SHADOW)
    if row and row.value.on:
        console.print(f"[bold yellow]Shadow mode is on[/] since {row.value.at:%Y-%m-%d %H:%M} UTC: ripen shadow off")
    else:
        console.print("Shadow mode is off: ripen shadow on")
    if found:
        console.print(_listed(found))
    else:
        console.print("Nothing has been kept back.")


@app.command()
def on(as_json: AsJson = False) -> None:
    """Send and write nothing from now on; go on judging."""
    stack, console = connect(), Console(highlight=False)
    changed = _turn(stack, on=True)
    if changed:
        sleep(_UNTIL_SEEN_SECONDS)
    if as_json:
        tell({"shadow": True, "already": not changed})
    elif not changed:
        console.print("Shadow mode is on already. What it keeps back: ripen shadow")
    else:
        console.print("[bold]Shadow mode is on.[/] Mails and cards are listed instead of sent: ripen shadow")


@app.command()
def off(as_json: AsJson = False) -> None:
    """Send and write again. Salesforce gets what waited; the mails and cards of the meantime stay unsent."""
    stack, console = connect(), Console(highlight=False)
    changed = _turn(stack, on=False)
    if changed:
        sleep(_UNTIL_SEEN_SECONDS)
    count = bring_forward(stack.table, stack.clock.now())
    if as_json:
        tell({"shadow": False, "already": not changed, "leads_for_salesforce": count})
        return
    console.print(f"[bold]Shadow mode is off.[/] {count} leads go to Salesforce within a minute or two.")
    console.print("What would have been sent or posted meanwhile stays unsent; journeys go on from where they stand.")


def _turn(stack: Stack, on: bool) -> bool:
    """Whether that was a change."""
    row = stack.table.get(keys.SHADOW)
    if (row is not None and row.value.on) == on:
        return False
    now, by = stack.clock.now(), getuser()
    stack.table.write(
        Replace(keys.SHADOW, replace(row.value, on=on, at=now, by=by), row.version)
        if row
        else Create(keys.SHADOW, Shadow(on=on, at=now, by=by))
    )
    return True


def _listed(found: list[dict[str, Any]]) -> Table:
    table = Table("At", "Lead", "What", "About", "Would have", title=f"{len(found)} times", title_justify="left")
    for entry in found:
        at = entry["at"][:16].replace("T", " ")
        would = entry["outcome"].removeprefix("would have ")
        told = entry["facts"].get("text") or entry["facts"].get("subject") or ""
        table.add_row(
            at, escape(entry["email"]), entry["what"], escape(entry["subject"]), escape(f"{would} {told}"[:80])
        )
    return table
