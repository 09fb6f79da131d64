"""ripen reclassify: judge anew who clicked, a person or a machine, and let the scores follow."""

from typing import Annotated

import typer
from rich.console import Console

from cli.lead_report import find
from cli.output.json_output import AsJson, tell
from cli.renewal import mark, mark_all
from cli.stack.stack import connect
from ripen.failure import Failure
from ripen.tracking.click_verdict import RULES_VERSION


def reclassify(
    email: Annotated[str, typer.Argument(help="The lead's address.", show_default=False)] = "",
    everyone: Annotated[bool, typer.Option("--all", help="Every lead there is.")] = False,
    as_json: AsJson = False,
) -> None:
    """Judge all clicks anew by the present rules. Points that machines were given are taken back, and nothing that was done
    is done again. Wanted after an update that changed the rules."""
    if bool(email) == everyone:
        raise Failure("Whose clicks?", "Say an address, or --all.")
    stack = connect()
    count = mark_all(stack) if everyone else mark(find(stack, email), stack)
    if as_json:
        tell({"rules": RULES_VERSION, "leads": count})
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"To be judged anew by rules {RULES_VERSION}: {count} {'lead' if count == 1 else 'leads'}.")
    console.print("That begins within a minute. What changes is among the decisions: ripen lead EMAIL")
