"""The command line: every command and its name, in one place."""

import os
import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from cli.lazy_command import Late
from cli.local.home import ask_this_machine_directly
from ripen.failure import Failure

COMMANDS = {
    "status": (
        "cli.commands.cloud:status",
        "Does mail go, what is due and late, what is held; and of the local cloud, where its parts are.",
    ),
    "down": ("cli.commands.cloud:down", "Stop the local cloud; its data stays for the next `make up`."),
    "lead": ("cli.commands.lead:lead", "Who it is, what it is worth and why, what was sent, and every decision."),
    "mailbox": ("cli.commands.read:mailbox", "The mails that the local cloud has sent, newest last."),
    "slack": ("cli.commands.read:slack", "The cards in the local Slack's sales channel, oldest first."),
    "crm": ("cli.commands.read:crm", "Ask Salesforce."),
    "clock": ("cli.commands.time:clock", "Move the local cloud's clock forward."),
    "stop": ("cli.commands.sending:stop", "Stop all sending."),
    "resume": ("cli.commands.sending:resume", "Go on sending."),
    "shadow": ("cli.commands.shadow:app", "Shadow mode: judge everything, send and write nothing."),
    "doctor": ("cli.commands.doctor:doctor", "Look at every prerequisite: its state, its owner, and the next step."),
    "reclassify": ("cli.commands.verdicts:reclassify", "Judge all clicks anew by the present rules."),
    "check": ("cli.commands.playbook:check", "Check the playbook: every mistake in one run."),
    "campaign": (
        "cli.commands.campaign:campaign",
        "How far it is; or schedule, pause, stop, resume or resend it.",
    ),
    "enrol": ("cli.commands.enrol:enrol", "Ask leads into a journey."),
    "why": (
        "cli.commands.why:why",
        "Why this lead got what it got: each mail sent or not, each point, each write to the CRM.",
    ),
    "held": (
        "cli.commands.held:held",
        "List the mails whose fate is not known, so that they are not sent twice by themselves.",
    ),
    "redrive": ("cli.commands.redrive:redrive", "Move what lies in the dead-letter queues back to where it came from."),
    "plan": ("cli.commands.plan:plan", "Compare the playbook with what is live."),
    "rollback": ("cli.commands.rollback:rollback", "Make the playbook live that was so before."),
    "preview": ("cli.commands.preview:preview", "Show a mail as this person would get it."),
    "journey": ("cli.commands.journey:journey", "Show a live journey as a picture."),
    "simulate": ("cli.commands.simulate:simulate", "Live through a journey as one invented lead."),
    "secret": ("cli.commands.secret:secret", "Print a key that you share with others, in hex"),
    "schema": ("cli.commands.schema:schema", "Write the JSON Schema of each kind of file"),
    "publish": (
        "cli.commands.playbook:publish",
        "Check the playbook, store it under the hash of its content, and make it live.",
    ),
}
"""Where each is, to be imported when it is called, and how the promise it makes there begins."""


class Commands(TyperGroup):
    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, (place, says) in COMMANDS.items():
            self.add_command(Late(name, place, says))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Where a command comes first, no option of ours is looked for: Typer loads pydantic for any text, 200 ms."""
        ctx.meta[__name__] = args[:1] != [] and not args[0].startswith("-")
        return super().parse_args(ctx, args)

    def get_params(self, ctx: Any) -> list[Any]:
        return [] if ctx.meta.get(__name__) else super().get_params(ctx)


app = typer.Typer(
    cls=Commands,
    help="Ripen: marketing automation inside Salesforce and Slack.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


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
        _fail(failure)
    except (IsADirectoryError, NotADirectoryError, FileNotFoundError, PermissionError) as error:
        _fail(Failure(f"{error.filename}: {error.strerror}", "Name another file or folder, or look at its rights."))
    except _of_aws() as error:
        _fail(Failure(f"AWS: {error}", "May you do that, and is your login still good? aws sts get-caller-identity"))


def _of_aws() -> tuple[type[Exception], ...]:
    """What boto raises, if it was loaded at all."""
    errors: Any = sys.modules.get("botocore.exceptions")
    return (errors.ClientError, errors.BotoCoreError) if errors else ()


def _fail(failure: Failure) -> NoReturn:
    from rich.console import Console
    from rich.markup import escape

    error = Console(stderr=True, highlight=False, soft_wrap=True)
    error.print(f"[bold red]{escape(failure.what)}[/]")
    if failure.next_step:
        error.print(escape(failure.next_step))
    sys.exit(1)
