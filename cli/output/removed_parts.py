"""Say which removed parts of the playbook people in journeys still need."""

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape

from cli.output.language import language
from ripen.operations.publication.removed_parts import RemovedPart


def say_removed(found: Iterable[RemovedPart], screen: Console) -> None:
    """Say it in a line for each journey and part."""
    for part in found:
        screen.print(f"[yellow]![/] {escape(part.words.in_language(language()))}", soft_wrap=True)
