"""A group of commands whose name alone means `show`: `ripen campaign NAME` is `ripen campaign show NAME`."""

from typing import Any

from typer.core import TyperGroup


class Verbs(TyperGroup):
    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Take `NAME` as `show NAME`."""
        is_name = bool(args) and args[0] not in self.commands and all(arg.startswith("-") for arg in args[1:])
        return super().resolve_command(ctx, ["show", *args] if is_name else args)
