"""A walk over every lead there is, with a bar that shows how far it has come."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import batched

from rich.console import Console
from rich.progress import Progress

from ripen.adapters.table import Row, Table, keys
from ripen.agenda import SHARDS
from ripen.state import State

_THREADS = 8
_AT_ONCE = 100
"""As many rows as one request reads."""


def walk[T](table: Table, says: str, look: Callable[[str], T | None]) -> Iterator[T]:
    """What `look` finds at each lead, by id; None is left out."""

    def each(leads: Sequence[str]) -> list[T]:
        found = map(look, leads)
        return [one for one in found if one is not None]

    return pages(table, says, each)


def walk_those[T](
    table: Table, says: str, wanted: Callable[[State], bool], look: Callable[[str], T | None]
) -> Iterator[T]:
    """As `walk`, for leads whose state is wanted: a hundred states are one request, so that the others cost little."""

    def each(leads: Sequence[str]) -> list[T]:
        rows: list[Row[State] | None] = table.get_many([keys.state(lead) for lead in leads])
        found = (look(row.value.lead) for row in rows if row and wanted(row.value))
        return [one for one in found if one is not None]

    return pages(table, says, each)


def pages[T](table: Table, says: str, look: Callable[[Sequence[str]], list[T]]) -> Iterator[T]:
    """What `look` finds among the leads, a hundred at a time."""

    def shard(number: int) -> list[T]:
        return [found for leads in batched(table.leads(number), _AT_ONCE, strict=False) for found in look(leads)]

    with Progress(console=Console(stderr=True), transient=True) as progress, ThreadPoolExecutor(_THREADS) as threads:
        task = progress.add_task(says, total=SHARDS)
        for found in threads.map(shard, range(SHARDS)):
            progress.advance(task)
            yield from found
