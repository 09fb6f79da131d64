"""Commands that are imported when they are called, so that no command waits for the imports of another.

A command imports what takes long (boto3, pydantic, the playbook's models …) inside its function, so that its help is
there at once.
"""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand
from typer.main import get_command, get_group

from cli.output.help_page import localise

_SIGNED = {"clock"}
"""Commands that get a word with a minus, such as -1d, as an argument: they say themselves why they refuse it."""


class LazyCommand(TyperCommand):
    """An entry in the list of commands. The command itself, a function or a Typer, is at `place`: "module:name"."""

    def __init__(self, name: str, place: str, summary: str, topic: str | None = None) -> None:
        super().__init__(name, help=summary, rich_help_panel=topic)
        self._place = place

    def load(self) -> Any:
        """Import the command."""
        module, _, name = self._place.partition(":")
        found = getattr(import_module(module), name)
        if isinstance(found, typer.Typer):
            command: Any = get_group(found)
        else:
            alone = typer.Typer(add_completion=False)
            alone.command(self.name, context_settings={"ignore_unknown_options": self.name in _SIGNED})(found)
            command = get_command(alone)
        localise(command)
        return command

    def make_context(self, *arguments: Any, **settings: Any) -> Any:
        """Return the context of the command itself, so that its own help is shown and it runs."""
        return self.load().make_context(*arguments, **settings)
