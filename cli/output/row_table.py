"""A table with a title at its left, as most lists of a command are shown. No screen is too narrow for its numbers."""

import re
from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Column, Table
from rich.text import Text

_NUMBER = re.compile(r"[+-]?\d[\d.,:/%-]*")
_TYPED = re.compile(r"[^\s@]+@[^\s@]+|[a-z0-9]+(-[a-z0-9]+)+")
"""Addresses and names of files, which people copy or type."""
_PADDING = 2


class RowTable(Table):
    """A table whose cells go on in the next line where the screen is too narrow; words are folded, numbers are not.

    Addresses and names of files are not folded either, as long as the screen has room for them.
    """

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give each column its width on this screen, and yield the lines."""
        columns = [[column.header, *column.cells] for column in self.columns]
        frame = len(columns) + 1 if self.box else 0
        room = options.max_width - frame - _PADDING * len(columns)
        wanted = [max((_longest(cell) for cell in cells), default=0) for cells in columns]
        numbers, typed = ([_longest_word(cells, what) for cells in columns] for what in ((_NUMBER,), (_NUMBER, _TYPED)))
        widths = _fitted(_fitted(wanted, typed, room), numbers, room)
        for column, width in zip(self.columns, widths, strict=True):
            column.width = width
        # A console with soft_wrap=True would have the cells cut instead of folded.
        yield from super().__rich_console__(console, options.update(no_wrap=False, overflow="fold"))


def row_table(
    title: str, columns: Sequence[str], rows: Iterable[Iterable[str | Text]], title_style: str | None = None
) -> RowTable:
    """Return the table. Its cells are plain text, shown as typed, or styled."""
    headers = [Column(Text(name), overflow="fold") for name in columns]
    return _filled(RowTable(*headers, title=title or None, title_justify="left", title_style=title_style), rows)


def grid(rows: Iterable[Iterable[str]]) -> RowTable:
    """Return the rows without a head and lines."""
    listed = [list(cells) for cells in rows]
    columns = [Column(overflow="fold") for _ in listed[0]] if listed else []
    return _filled(RowTable(*columns, box=None, show_header=False), listed)


def _filled(table: RowTable, rows: Iterable[Iterable[str | Text]]) -> RowTable:
    for cells in rows:
        table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in cells))
    return table


def _fitted(wanted: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Return the widths: the widest columns are made narrower, down to their longest number, until all fit."""
    widths = list(wanted)
    for _ in range(sum(wanted) - room):
        foldable = [(width, at) for at, width in enumerate(widths) if width > max(1, least[at])]
        if foldable:
            width, column = max(foldable)
            widths[column] = width - 1
    return widths


def _longest(cell: object) -> int:
    return max(map(cell_len, str(cell).splitlines()), default=0)


def _longest_word(cells: Iterable[object], patterns: Sequence[re.Pattern[str]]) -> int:
    """Return the length of the longest word that one of the patterns matches."""
    words = [word for cell in cells for word in str(cell).split()]
    return max((len(word) for word in words if any(each.fullmatch(word) for each in patterns)), default=0)
