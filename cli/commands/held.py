"""ripen held: mails that wait for a decision of yours."""

from getpass import getuser
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.held import Held, drop, let_go
from cli.held import held as ask
from cli.output.json_output import tell
from cli.stack.stack import connect
from ripen.failure import Failure


def held(
    release: Annotated[
        str, typer.Option(help="Send this one after all: its id, its beginning, or all.", metavar="ID")
    ] = "",
    dropped: Annotated[str, typer.Option("--drop", help="Never send this one, or all.", metavar="ID")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """List the mails whose fate is not known, so that they are not sent twice by themselves. Send or drop them."""
    if release and dropped:
        raise Failure("One thing at a time.", "Say --release or --drop.")
    stack = connect()
    found = ask(stack)
    console = Console(highlight=False, soft_wrap=True, stderr=as_json)
    told: dict[str, int] | list[dict[str, Any]]
    if release:
        told = {"released": let_go(stack, _named(found, release), getuser())}
        console.print(f"[bold]{told['released']} released.[/] What is still wanted goes out within a minute or two.")
    elif dropped:
        told = {"dropped": drop(stack, _named(found, dropped), getuser())}
        console.print(f"[bold]{told['dropped']} dropped.[/] What was dropped stays unsent.")
    else:
        told = [each.plain() for each in found]
        _show(found, console)
    if as_json:
        tell(told)


def _show(found: list[Held], console: Console) -> None:
    if not found:
        console.print("No mail is held.")
        return
    console.print(_listed(found))
    console.print("Each may have arrived. Send it after all: ripen held --release ID – or not: ripen held --drop ID")


def _named(found: list[Held], id: str) -> list[Held]:
    if id == "all":
        return found
    named = [each for each in found if each.row.value.id.startswith(id)]
    if len(named) != 1:
        what = f"{len(named)} held mails have ids that begin with" if named else "No held mail has the id"
        raise Failure(f"{what} {id!r}.", "See them all: ripen held")
    return named


def _listed(found: list[Held]) -> Table:
    table = Table("Id", "Who", "Mail", "Of", "Since", "Why", title=f"{len(found)} held", title_justify="left")
    for each in found:
        send = each.row.value
        since = f"{each.since:%Y-%m-%d %H:%M} UTC"
        table.add_row(*map(escape, (send.id[:8], each.email, send.email, send.origin, since, send.reason)))
    return table
