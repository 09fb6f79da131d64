"""A walk over every lead there is, or over the rows of those in question, with a bar that shows how far it has come."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import batched, chain

from rich.console import Console
from rich.progress import Progress

from ripen.adapters.table import Row, Table, keys
from ripen.agenda import SHARDS
from ripen.lead.state import State

_THREADS = 8
_AT_ONCE = 100
"""As many rows as one request reads."""
_PIECES = 64
_LEADS_A_MEGABYTE = 40
"""To read a megabyte costs as much as to ask for the rows of so many leads: 128 read units, at 3 a lead."""


def walk[T](table: Table, says: str, look: Callable[[str], T | None]) -> Iterator[T]:
    """What `look` finds at each lead, by id; None is left out."""

    def each(leads: Sequence[str]) -> list[T]:
        found = map(look, leads)
        return [one for one in found if one is not None]

    return pages(table, says, each)


def pages[T](table: Table, says: str, look: Callable[[Sequence[str]], list[T]]) -> Iterator[T]:
    """What `look` finds among the leads, a hundred at a time."""

    def shard(number: int) -> list[T]:
        return [found for leads in batched(table.leads(number), _AT_ONCE, strict=False) for found in look(leads)]

    return _spread(says, range(SHARDS), shard)


def rows_of_those(
    table: Table,
    says: str,
    those: Callable[[State], bool],
    rows: Callable[[str], Iterable[Row[object]]],
    everywhere: Mapping[str, str],
) -> Iterator[Row[object]]:
    """`rows` of each lead whose state says that it is one of those; where they are many, the whole table is read instead, for
    all rows that are `everywhere` (Table.scan): pages, not people."""

    def among(leads: Sequence[str]) -> list[str]:
        found: list[Row[State] | None] = table.get_many([keys.state(lead) for lead in leads])
        return [row.value.lead for row in found if row and those(row.value)]

    leads = list(pages(table, says, among))
    if len(leads) > _LEADS_A_MEGABYTE * table.megabytes():
        return _spread(says, range(_PIECES), lambda piece: list(table.scan(everywhere, piece, _PIECES)))
    some = list(batched(leads, _AT_ONCE, strict=False))
    return _spread(says, some, lambda leads: list(chain.from_iterable(map(rows, leads))))


def _spread[A, T](says: str, parts: Sequence[A], look: Callable[[A], list[T]]) -> Iterator[T]:
    """What is found in each part, several at a time."""
    with Progress(console=Console(stderr=True), transient=True) as progress, ThreadPoolExecutor(_THREADS) as threads:
        task = progress.add_task(says, total=len(parts))
        for found in threads.map(look, parts):
            progress.advance(task)
            yield from found
