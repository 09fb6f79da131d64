"""Commands that are imported when they are called, so that no command waits for the imports of another.

A command imports what takes long (boto3, pydantic, the playbook's models …) inside its function, so that its help is
there at once.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from cli.output.language import language, say
from ripen.words import Lang


class LazyCommand(TyperCommand):
    """An entry in the list of commands. The command itself, a function or a Typer, is at `place`: "module:name"."""

    def __init__(self, name: str, place: str, summary: str) -> None:
        super().__init__(name, help=summary)
        self._place = place

    def load(self) -> Any:
        """Import the command."""
        module, _, name = self._place.partition(":")
        found = getattr(import_module(module), name)
        if isinstance(found, typer.Typer):
            command: Any = get_group(found)
        else:
            alone = typer.Typer(add_completion=False)
            alone.command(self.name)(found)
            command = get_command(alone)
        for each in _with_subcommands(command):
            if not any(param.name == "lang" for param in each.params):
                each.params.append(_lang_option())
        return command

    def make_context(self, *arguments: Any, **settings: Any) -> Any:
        """Return the context of the command itself, so that its own help is shown and it runs."""
        if language() == "ja":
            _speak_japanese()
        return self.load().make_context(*arguments, **settings)


def _with_subcommands(command: Any) -> Iterator[Any]:
    yield command
    if isinstance(command, TyperGroup):
        yield from command.commands.values()


def _lang_option() -> Any:
    """Return the option of every command that names its language. cli.main has read it before."""

    def only(
        lang: Annotated[
            Lang | None,
            typer.Option(
                help=say(
                    "The language of help and output. Default: LANG, or the brand's.",
                    "ヘルプと出力の言語。指定がなければ環境変数 LANG、またはブランドの言語。",
                )
            ),
        ] = None,
    ) -> None:
        """Carry the option."""

    app = typer.Typer(add_completion=False)
    app.command()(only)
    [option] = get_command(app).params
    option.expose_value = False
    return option


def _speak_japanese() -> None:
    """Put Japanese in place of the words that Typer itself writes into a help page."""
    from typer import rich_utils

    rich_utils.ARGUMENTS_PANEL_TITLE = "引数"
    rich_utils.OPTIONS_PANEL_TITLE = "オプション"
    rich_utils.COMMANDS_PANEL_TITLE = "コマンド"
    rich_utils.ERRORS_PANEL_TITLE = "エラー"
    rich_utils.DEFAULT_STRING = "[既定値: {}]"
    rich_utils.REQUIRED_LONG_STRING = "[必須]"
