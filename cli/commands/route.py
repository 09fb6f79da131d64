"""ripen route: who in sales gets one lead, and why."""

from typing import Annotated

import typer

from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.stack.stack import connect
from ripen.operations.leads.route import explain_route
from ripen.operations.plain import plain


@help_text(
    "Show who in sales would get a lead now, by which rule of routing.yaml, and why.",
    "見込み客を今引き渡すと誰が担当になるかを、routing.yaml のルールと理由とともに表示します。",
)
def route(
    email: Annotated[str, typer.Argument(help=say("The lead's address.", "見込み客のアドレス。"), show_default=False)],
    as_json: AsJson = False,
) -> None:
    stack = connect()
    found = explain_route(email, stack.table, stack.playbook, stack.secrets, stack.clock.now(), language())
    if as_json:
        print_json(plain(found))
        return
    nobody = say("nobody in particular", "決まった人なし")
    typer.echo(f"{say('Rule', 'ルール')}: {found.rule or say('none', 'なし')}")
    typer.echo(f"{say('Team', 'チーム')}: {found.team or say('none', 'なし')}")
    typer.echo(f"{say('Owner', '担当者')}: {found.owner or nobody}")
    typer.echo(f"{say('Because', '理由')}: {found.because}")
