"""A walk over every lead there is, with a bar that shows how far it has come."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from rich.console import Console
from rich.progress import Progress

from ripen.adapters.table import Table
from ripen.agenda import SHARDS

_THREADS = 8


def walk[T](table: Table, says: str, look: Callable[[str], T | None]) -> Iterator[T]:
    """What `look` finds at each lead, by id; None is left out."""

    def shard(number: int) -> list[T]:
        found = (look(lead) for lead in table.leads(number))
        return [each for each in found if each is not None]

    with Progress(console=Console(stderr=True), transient=True) as progress, ThreadPoolExecutor(_THREADS) as threads:
        task = progress.add_task(says, total=SHARDS)
        for found in threads.map(shard, range(SHARDS)):
            progress.advance(task)
            yield from found
