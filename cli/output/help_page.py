"""Help pages in the language of the command line: the option --lang, and the words that Typer writes by itself."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cli.output.language import language, say
from cli.output.usage_words import translate_errors, translate_usage
from ripen.words import Lang


def localise(command: Any) -> None:
    """Add --lang to the command and its subcommands, and say in its language what Typer says in English."""
    if language() == "ja":
        _translate_typer()
    option = _lang_option()
    for each in _with_subcommands(command):
        if language() == "ja":
            translate_usage(each)
        if not any(param.name == "lang" for param in each.params):
            each.params.append(option)
        each.get_help_option(typer.Context(each)).help = say("Show this help.", "このヘルプを表示します。")


def _with_subcommands(command: Any) -> Iterator[Any]:
    yield command
    if isinstance(command, TyperGroup):
        yield from command.commands.values()


def _lang_option() -> Any:
    """Return the option that documents --lang and refuses other languages. cli.main has read it before."""
    text = say(
        "The language of help and output. Default: that of the environment (LANG), or the brand's.",
        "ヘルプと出力の言語。指定がなければ環境変数 LANG、またはブランドの言語。",
    )

    def only(lang: Annotated[Lang | None, typer.Option(help=text)] = None) -> None:
        """Carry the option."""

    app = typer.Typer(add_completion=False)
    app.command()(only)
    [option] = get_command(app).params
    option.expose_value = False
    return option


def _translate_typer() -> None:
    from typer import rich_utils

    if rich_utils.ARGUMENTS_PANEL_TITLE == "引数":
        return
    rich_utils.ARGUMENTS_PANEL_TITLE = "引数"
    rich_utils.OPTIONS_PANEL_TITLE = "オプション"
    rich_utils.COMMANDS_PANEL_TITLE = "コマンド"
    rich_utils.ERRORS_PANEL_TITLE = "エラー"
    rich_utils.ABORTED_TEXT = "中断しました。"
    rich_utils.DEFAULT_STRING = "[既定値: {}]"
    rich_utils.REQUIRED_LONG_STRING = "[必須]"
    _fold_lines(rich_utils)
    translate_errors(rich_utils)
    rich_utils.RICH_HELP = "ヘルプ: [blue]'{command_path} {help_option}'[/]"


def _fold_lines(rich_utils: Any) -> None:
    """Have Typer break a line of Japanese, which has no spaces, instead of cutting it off."""
    made = rich_utils._make_rich_text  # Typer has no setting for this

    def folded(**settings: Any) -> Any:
        text = made(**settings)
        text.overflow = "fold"
        return text

    rich_utils._make_rich_text = folded
