"""ripen lead: everything about one lead."""

from typing import Annotated

import typer
from rich.console import Console, Group

from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.lead import lead_parts
from cli.output.time_zone import brand_zone
from cli.stack.stack import connect
from ripen.operations.leads.report import lead_report
from ripen.operations.live_playbook import live_bundle


@help_text(
    "Show one lead: profile, score and reasons, journeys, mails, alerts, and every decision with its reason.",
    "見込み客 1 人を表示します: プロフィール、スコアと理由、シナリオ、メール、通知、判断とその理由。",
)
def lead(
    email: Annotated[str, typer.Argument(help=say("The lead's address.", "見込み客のアドレス。"), show_default=False)],
    as_json: AsJson = False,
) -> None:
    stack = connect()
    found = lead_report(email, stack.table, stack.playbook, stack.secrets, stack.clock.now(), language())
    if as_json:
        print_json(found)
        return
    Console(highlight=False).print(Group(*lead_parts(found, brand_zone(stack.playbook), live_bundle(stack.playbook))))
