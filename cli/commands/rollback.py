"""ripen rollback: back to a playbook that was live before."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.output.json_output import AsJson, tell
from cli.stack.stack import connect
from ripen.adapters.table import keys
from ripen.failure import Failure
from ripen.settings import LivePlaybook

_MOST = 20


def rollback(
    to: Annotated[str, typer.Option(help="The hash, or the beginning of it.", metavar="HASH")] = "",
    show: Annotated[bool, typer.Option("--list", help="Only list what was live.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the playbook live that was so before, or the one with that hash. People in journeys go on as they stand."""
    stack = connect()
    row = stack.table.get(keys.PUBLISHED)
    history = row.value.history if row else ()
    console = Console(highlight=False, stderr=as_json)
    if show and as_json:
        tell([{"at": past.at.isoformat(), "playbook": past.bundle} for past in reversed(history)])
        return
    if show:
        table = Table("Published", "Playbook")
        for past in reversed(history[-_MOST:]):
            table.add_row(f"{past.at:%Y-%m-%d %H:%M} UTC", past.bundle)
        console.print(table)
        return
    chosen = _chosen(history, to)
    bundle = stack.playbook.bundle(chosen)
    from cli.publication import make_live
    from cli.renewal import judges_otherwise, renew

    otherwise = judges_otherwise(stack, bundle)
    make_live(bundle, stack, console)
    console.print(f"[green]Live again:[/] {chosen}. Undo it with: ripen rollback")
    judged = renew(stack, console) if otherwise else 0
    if as_json:
        tell({"playbook": chosen, "judged_anew": judged})


def _chosen(history: tuple[LivePlaybook, ...], to: str) -> str:
    """Raises Failure where there is none such, or no other."""
    hashes = list(dict.fromkeys(past.bundle for past in history))
    if to:
        fitting = [hash for hash in hashes if hash.startswith(to)]
        if len(fitting) != 1:
            raise Failure(f"{len(fitting)} playbooks that were live begin with {to!r}.", "See: ripen rollback --list")
        return fitting[0]
    before = [past.bundle for past in history if past.bundle != history[-1].bundle]
    if not before:
        raise Failure("No other playbook has been live yet.", "See: ripen rollback --list")
    return before[-1]
