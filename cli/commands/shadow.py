"""ripen shadow: how a company starts. Everything is decided, and nothing is sent or written outside."""

from getpass import getuser
from time import sleep
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.output.json_output import AsJson, print_json
from cli.stack.stack import connect
from ripen.adapters.table import keys
from ripen.operations.sending.shadow import kept_back, release_crm_writes
from ripen.operations.sending.switches import UNTIL_SEEN_SECONDS, switch_shadow

app = typer.Typer(help="Shadow mode: decide everything, send and write nothing. List what would have been done.")


@app.callback(invoke_without_command=True)
def shadow(context: typer.Context, as_json: AsJson = False) -> None:
    """List what would have been sent, written and posted."""
    if context.invoked_subcommand:
        return
    stack = connect()
    found = kept_back(stack.table)
    if as_json:
        print_json(found)
        return
    console = Console(highlight=False)
    row = stack.table.get(keys.SHADOW)
    if row and row.value.on:
        console.print(f"[bold yellow]Shadow mode is on[/] since {row.value.at:%Y-%m-%d %H:%M} UTC: ripen shadow off")
    else:
        console.print("Shadow mode is off: ripen shadow on")
    if found:
        console.print(_table(found))
    else:
        console.print("Nothing has been kept back.")


@app.command()
def on(as_json: AsJson = False) -> None:
    """Send and write nothing from now on, but keep deciding."""
    stack, console = connect(), Console(highlight=False)
    changed = switch_shadow(True, getuser(), stack.table, stack.clock.now())
    if changed:
        sleep(UNTIL_SEEN_SECONDS)
    if as_json:
        print_json({"shadow": True, "already": not changed})
    elif not changed:
        console.print("Shadow mode is on already. See what it keeps back: ripen shadow")
    else:
        console.print("[bold]Shadow mode is on.[/] Mails and cards are listed instead of sent: ripen shadow")


@app.command()
def off(as_json: AsJson = False) -> None:
    """Send and write again. Salesforce gets the writes that waited; mails and cards that were kept back stay unsent."""
    stack, console = connect(), Console(highlight=False)
    changed = switch_shadow(False, getuser(), stack.table, stack.clock.now())
    if changed:
        sleep(UNTIL_SEEN_SECONDS)
    count = release_crm_writes(stack.table, stack.clock.now())
    if as_json:
        print_json({"shadow": False, "already": not changed, "leads_for_salesforce": count})
        return
    console.print(f"[bold]Shadow mode is off.[/] {count} leads go to Salesforce within a minute or two.")
    console.print("Mails and cards that were kept back stay unsent; journeys go on from where they are.")


def _table(found: list[dict[str, Any]]) -> Table:
    table = Table("At", "Lead", "What", "About", "Would have", title=f"{len(found)} times", title_justify="left")
    for entry in found:
        at = entry["at"][:16].replace("T", " ")
        would = entry["outcome"].removeprefix("would have ")
        text = entry["facts"].get("text") or entry["facts"].get("subject") or ""
        table.add_row(
            at, escape(entry["email"]), entry["what"], escape(entry["subject"]), escape(f"{would} {text}"[:80])
        )
    return table
