"""A bar on the standard error that shows how far a long operation is."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress as Bar

from ripen.operations.progress import Progress


@contextmanager
def bar(what: str) -> Iterator[Progress]:
    """Show a bar while the block runs. The block passes what it gets to an operation."""
    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(what, total=None)

        def advance(done: int, total: int) -> None:
            shown.update(task, completed=done, total=total)

        yield advance
