"""ripen reclassify: recalculate whether people or machines clicked, and let the scores follow."""

from typing import Annotated

import typer
from rich.console import Console

from cli.output.json_output import AsJson, print_json
from cli.output.progress import bar
from cli.stack.stack import connect
from ripen.failure import Failure
from ripen.operations.leads.find import find_lead
from ripen.operations.publication.refold import refold_all, refold_lead
from ripen.tracking.click_verdict import RULES_VERSION


def reclassify(
    email: Annotated[str, typer.Argument(help="The lead's address.", show_default=False)] = "",
    everyone: Annotated[bool, typer.Option("--all", help="Every lead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Recalculate all clicks by the present rules.

    Points that machines received are taken back, and nothing is sent again. Needed after an update that changed the
    rules.
    """
    if bool(email) == everyone:
        raise Failure("Whose clicks?", "Say an address, or --all.")
    stack = connect()
    if everyone:
        with bar("Leads to be recalculated") as progress:
            count = refold_all(stack.table, stack.clock, progress)
    else:
        count = refold_lead(find_lead(email, stack.table, stack.secrets), stack.table, stack.clock)
    if as_json:
        print_json({"rules": RULES_VERSION, "leads": count})
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"To be recalculated by rules {RULES_VERSION}: {count} {'lead' if count == 1 else 'leads'}.")
    console.print("This begins within a minute. Changes appear among the decisions: ripen lead EMAIL")
