"""ripen reclassify: judge anew who clicked, a person or a machine, and let the scores follow."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import typer
from rich.console import Console

from cli.dossier import find
from cli.failure import Failure
from cli.stack import Stack, connect
from ripen.adapters.table import Conflict, Replace, keys
from ripen.agenda import SHARDS, Lane
from ripen.setting import RefoldMark
from ripen.verdict import RULES

_THREADS = 10
_TRIES = 3


def reclassify(
    email: Annotated[str, typer.Argument(help="The lead's address.", show_default=False)] = "",
    everyone: Annotated[bool, typer.Option("--all", help="Every lead there is.")] = False,
) -> None:
    """Judge all clicks anew by the present rules. Points that machines were given are taken back, and nothing that was done
    is done again. Wanted after an update that changed the rules."""
    if bool(email) == everyone:
        raise Failure("Whose clicks?", "Say an address, or --all.")
    stack = connect()
    leads = _everyone(stack) if everyone else [find(stack, email)]
    with ThreadPoolExecutor(_THREADS) as threads:
        count = sum(threads.map(lambda lead: _mark(lead, stack), leads))
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"To be judged anew by rules {RULES}: {count} {'lead' if count == 1 else 'leads'}.")
    console.print("That begins within a minute. What changes is among the decisions: ripen lead EMAIL")


def _everyone(stack: Stack) -> Iterable[str]:
    for shard in range(SHARDS):
        yield from stack.table.leads(shard)


def _mark(lead: str, stack: Stack) -> int:
    """Puts the lead on the agenda, where the tick finds it."""
    for _ in range(_TRIES):
        row, now = stack.table.get(keys.refold_mark(lead)), stack.clock.now()
        mark = Replace(
            keys.refold_mark(lead), RefoldMark(lead=lead), row.version if row else 0, due=now, lane=Lane.BULK
        )
        try:
            stack.table.write(mark)
        except Conflict:
            continue
        return 1
    raise Failure(f"The lead {lead} is being written all the time.", "Try again.")
