"""ripen score: how the score of one lead came about."""

from typing import Annotated

import typer
from rich.console import Console

from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.score import ledger_parts
from cli.output.time_zone import brand_zone
from cli.stack.stack import connect
from ripen.operations.leads.score_ledger import score_ledger


@help_text(
    "Show how one lead's score came about, rule by rule: the activities behind it, and what changes when.",
    "見込み客 1 人のスコアの内訳をルールごとに表示します: もとになった行動と、次に変わる時期。",
)
def score(
    email: Annotated[str, typer.Argument(help=say("The lead's address.", "見込み客のアドレス。"), show_default=False)],
    as_json: AsJson = False,
) -> None:
    stack = connect()
    found = score_ledger(email, stack.table, stack.playbook, stack.secrets, stack.clock.now(), language())
    if as_json:
        print_json(found.plain())
        return
    console = Console(highlight=False)
    for part in ledger_parts(found, brand_zone(stack.playbook)):
        console.print(part)
