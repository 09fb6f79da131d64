"""The command line: the options of all commands, and how a failure is shown."""

import os
import sys
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from cli.command_list import COMMANDS, TOPICS
from cli.lazy_command import LazyCommand
from cli.local.home import ask_this_machine_directly
from cli.output.file_errors import file_failure
from cli.output.help_page import localise
from cli.output.language import choose, language, say
from ripen.errors import MalformedSecret, NewerFormat
from ripen.failure import Failure
from ripen.words import Words


class Commands(TyperGroup):
    """The list of commands, none of which is imported."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.help = say(
            "Ripen: marketing automation inside Salesforce and Slack.",
            "Ripen: Salesforce と Slack の中で動くマーケティングオートメーション。",
        )
        stack: Any = self.params[0]
        stack.help = say(
            "The stack on AWS to talk to, also while a local cloud runs.",
            "操作する AWS 上のスタック。ローカルクラウドの起動中も有効。",
        )
        localise(self)
        for topic, names in TOPICS.items():
            for name in names:
                place, summary = COMMANDS[name]
                panel = topic.in_language(language())
                self.add_command(LazyCommand(name, place, summary.in_language(language()), panel))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Skip our own options where a command comes first: Typer loads pydantic for any text, which takes 200 ms."""
        ctx.meta[__name__] = args[:1] != [] and not args[0].startswith("-")
        return super().parse_args(ctx, args)

    def get_params(self, ctx: Any) -> list[Any]:
        return [] if ctx.meta.get(__name__) else super().get_params(ctx)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


@app.callback()
def talk_to(
    stack: Annotated[str, typer.Option(metavar="NAME")] = "",
) -> None:
    """Remember which stack to talk to."""
    if stack:
        os.environ["RIPEN_STACK"] = stack


def main() -> None:
    """Run `ripen`. A failure is one line and its next step, never a traceback."""
    ask_this_machine_directly()
    choose(sys.argv[1:], os.environ)
    try:
        app()
    except Failure as failure:
        _fail(failure)
    except (NewerFormat, MalformedSecret) as error:
        _fail(_explained(error))
    except OSError as error:
        if error.errno is None:  # an error of a library, for example of requests
            raise
        _fail(file_failure(error))
    except _of_aws() as error:
        _fail(
            Failure(
                Words(f"A request to AWS failed: {error}", f"AWS へのリクエストが失敗しました: {error}"),
                Words(
                    "Check that your login is valid and has the permission: aws sts get-caller-identity",
                    "ログインが有効で権限があるかを確かめてください: aws sts get-caller-identity",
                ),
            )
        )


def _explained(error: NewerFormat | MalformedSecret) -> Failure:
    if isinstance(error, MalformedSecret):
        return Failure(
            Words(f"A secret is malformed: {error}", f"シークレットの形が正しくありません: {error}"),
            Words(
                "Store it as a JSON object, as docs/deploy.md shows.",
                "docs/deploy.md のとおり、JSON のオブジェクトとして保存してください。",
            ),
        )
    return Failure(
        Words(
            f"A newer Ripen wrote what this command reads: {error}.",
            f"新しい版の Ripen が書いたデータです: {error}",
        ),
        Words("Update this folder, then run it again: git pull", "このフォルダーを更新してから再実行: git pull"),
    )


def _of_aws() -> tuple[type[Exception], ...]:
    """Return what boto3 raises, if it was imported."""
    errors: Any = sys.modules.get("botocore.exceptions")
    return (errors.ClientError, errors.BotoCoreError) if errors else ()


def _fail(failure: Failure) -> NoReturn:
    from rich.console import Console
    from rich.markup import escape

    error = Console(stderr=True, highlight=False, soft_wrap=True)
    what, next_step = failure.in_language(language())
    headline = f"[bold red]{escape(what)}[/]"
    error.print(headline)
    if next_step:
        error.print(escape(next_step))
    sys.exit(1)
