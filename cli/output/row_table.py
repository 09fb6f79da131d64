"""A table with a title at its left, as most lists of a command are shown."""

from collections.abc import Iterable, Sequence

from rich.markup import escape
from rich.table import Column, Table


def row_table(title: str, columns: Sequence[str], rows: Iterable[Iterable[str]]) -> Table:
    """Return the table. Its cells are plain text, shown as typed, and folded rather than cut."""
    table = Table(*folded(columns), title=title, title_justify="left")
    for cells in rows:
        table.add_row(*map(escape, cells))
    return table


def folded(columns: Iterable[str]) -> list[Column]:
    """Return columns whose cells go on in the next line where the screen is too narrow, instead of being cut."""
    return [Column(name, overflow="fold") for name in columns]
