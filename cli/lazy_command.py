"""A command that is imported when it is called, so that nobody waits for what another command needs. What only the work
needs, and takes long to import (boto3, pydantic, the playbook's models …), a command imports when it works: its help is there at
once."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand
from typer.main import get_command, get_group


class Late(TyperCommand):
    """Stands in the list of commands; what it stands for, a function or a Typer, is at `place`: "module:name"."""

    def __init__(self, name: str, place: str, says: str) -> None:
        super().__init__(name, help=says)
        self._place = place

    def found(self) -> Any:
        module, _, name = self._place.partition(":")
        found = getattr(import_module(module), name)
        if isinstance(found, typer.Typer):
            return get_group(found)
        alone = typer.Typer(add_completion=False)
        alone.command(self.name)(found)
        return get_command(alone)

    def make_context(self, *arguments: Any, **settings: Any) -> Any:
        """The context is that of the command itself, which therefore shows its own help and runs."""
        return self.found().make_context(*arguments, **settings)
