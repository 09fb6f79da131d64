"""The command line: every command and its name, in one place."""

import os
import sys

import typer
from rich.console import Console
from rich.markup import escape

from cli.commands import cloud, doctor, lead, playbook, read, sending, shadow, time, verdicts
from cli.failure import Failure
from sandbox.home import ask_this_machine_directly

app = typer.Typer(
    help="Ripen: marketing automation inside Salesforce and Slack.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.command()(cloud.status)
app.command()(cloud.down)
app.command()(lead.lead)
app.command()(read.mailbox)
app.command()(read.slack)
crm = typer.Typer(help="Ask Salesforce.", no_args_is_help=True)
crm.command("query")(read.query)
app.add_typer(crm, name="crm")
app.command()(time.clock)
app.command()(sending.stop)
app.command()(sending.resume)
app.add_typer(shadow.app, name="shadow")
app.command()(doctor.doctor)
app.command()(verdicts.reclassify)
app.command()(playbook.check)
app.command()(playbook.publish)


@app.callback()
def talk_to(
    stack: str = typer.Option("", help="The stack on AWS to talk to, also while a local cloud runs.", metavar="NAME"),
) -> None:
    """Marketing automation inside Salesforce and Slack."""
    if stack:
        os.environ["RIPEN_STACK"] = stack


def main() -> None:
    """`ripen`: a failure is one line and its next step, never a traceback."""
    ask_this_machine_directly()
    try:
        app()
    except Failure as failure:
        error = Console(stderr=True, highlight=False, soft_wrap=True)
        error.print(f"[bold red]{escape(failure.what)}[/]")
        if failure.next_step:
            error.print(escape(failure.next_step))
        sys.exit(1)
