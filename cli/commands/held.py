"""ripen held: mails that wait for a person's decision."""

from getpass import getuser
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.output.json_output import AsJson, print_json
from cli.output.progress import bar
from cli.stack.stack import connect
from ripen.failure import Failure
from ripen.operations.sending.held_mails import HeldMail, drop, held_mails, release, select


def held(
    released: Annotated[
        str, typer.Option("--release", help="Send this one after all: its id, its beginning, or all.", metavar="ID")
    ] = "",
    dropped: Annotated[str, typer.Option("--drop", help="Never send this one, or all.", metavar="ID")] = "",
    as_json: AsJson = False,
) -> None:
    """List the mails whose outcome is not known, which are not sent again by themselves. Send or drop them."""
    if released and dropped:
        raise Failure("One thing at a time.", "Say --release or --drop.")
    stack = connect()
    with bar("Leads") as progress:
        found = held_mails(stack.table, progress)
    console = Console(highlight=False, soft_wrap=True, stderr=as_json)
    result: dict[str, int] | list[dict[str, Any]]
    if released:
        count = release(select(found, released), getuser(), stack.table, stack.clock.now())
        result = {"released": count}
        console.print(f"[bold]{count} released.[/] What is still wanted goes out within a minute or two.")
    elif dropped:
        count = drop(select(found, dropped), getuser(), stack.table, stack.clock.now())
        result = {"dropped": count}
        console.print(f"[bold]{count} dropped.[/] Dropped mails are never sent.")
    else:
        result = [each.plain() for each in found]
        _show(found, console)
    if as_json:
        print_json(result)


def _show(found: list[HeldMail], console: Console) -> None:
    if not found:
        console.print("No mail is held.")
        return
    table = Table("Id", "Who", "Mail", "Of", "Since", "Why", title=f"{len(found)} held", title_justify="left")
    for each in found:
        send = each.row.value
        since = f"{each.since:%Y-%m-%d %H:%M} UTC"
        table.add_row(*map(escape, (send.id[:8], each.email, send.email, send.origin, since, send.reason)))
    console.print(table)
    console.print("Each may have arrived. Send it after all: ripen held --release ID – or not: ripen held --drop ID")
