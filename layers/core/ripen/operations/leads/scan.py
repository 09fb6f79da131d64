"""Read every lead, or the rows of some leads, several shards at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import batched, chain
from typing import Any

from ripen.adapters.table import Row, Table, keys
from ripen.agenda import SHARDS
from ripen.lead.state import State
from ripen.operations.progress import Progress, silent

_THREADS = 8
_BATCH = 100
"""As many rows as one request reads."""
_PIECES = 64
_LEADS_PER_MEGABYTE = 40
"""Reading a megabyte costs as much as asking for the rows of so many leads: 128 read units, at 3 for each lead."""


@dataclass(frozen=True)
class Sample:
    """How many leads were read, and whether these are all."""

    read: int
    is_all: bool


def scan_leads[T](table: Table, look: Callable[[str], T | None], progress: Progress = silent) -> Iterator[T]:
    """Yield the result of `look` for each lead id. None is left out."""

    def each(leads: Sequence[str]) -> list[T]:
        return [found for found in map(look, leads) if found is not None]

    return scan_batches(table, each, progress)


def scan_batches[T](table: Table, look: Callable[[Sequence[str]], list[T]], progress: Progress = silent) -> Iterator[T]:
    """Yield the results of `look` for all lead ids, up to a hundred in each call."""

    def shard(number: int) -> list[T]:
        return [found for leads in batched(table.leads(number), _BATCH, strict=False) for found in look(leads)]

    return _in_threads(range(SHARDS), shard, progress)


def scan_sample[T](
    table: Table, look: Callable[[Sequence[State]], list[T]], most: int, progress: Progress = silent
) -> tuple[list[T], Sample]:
    """Return the results of `look` for the states of at most about `most` leads, and how many leads those are.

    All shards give the same share, and leads are in shards by the hash of their ids: the leads that are read are like
    the others. Each lead costs one read unit, and a hundred leads one request.
    """
    share, read, ended = -(-most // SHARDS), [0] * SHARDS, [True] * SHARDS

    def shard(number: int) -> list[T]:
        leads = list(table.leads(number, most=share + 1))
        ended[number] = len(leads) <= share
        found: list[T] = []
        for batch in batched(leads[:share], _BATCH, strict=False):
            rows: list[Row[State] | None] = table.get_many([keys.state(lead) for lead in batch])
            states = [row.value for row in rows if row]
            read[number] += len(states)
            found += look(states)
        return found

    results = list(_in_threads(range(SHARDS), shard, progress))
    return results, Sample(read=sum(read), is_all=all(ended))


def scan_rows(
    table: Table,
    is_wanted: Callable[[State], bool],
    rows: Callable[[str], Iterable[Row[object]]],
    everywhere: Mapping[str, str],
    progress: Progress = silent,
) -> Iterator[Row[object]]:
    """Yield `rows` of each lead whose state is wanted.

    Where these leads are many, read the whole table instead, for all rows that match `everywhere` (Table.scan): that
    costs fewer requests than one for each lead.
    """

    def wanted(leads: Sequence[str]) -> list[str]:
        found: list[Row[State] | None] = table.get_many([keys.state(lead) for lead in leads])
        return [row.value.lead for row in found if row and is_wanted(row.value)]

    leads = list(scan_batches(table, wanted, progress))
    if len(leads) > _LEADS_PER_MEGABYTE * table.megabytes():
        return _in_threads(range(_PIECES), lambda piece: list(table.scan(everywhere, piece, _PIECES)), progress)
    return rows_of_leads(leads, rows, progress)


def rows_of_leads(
    leads: Sequence[str], rows: Callable[[str], Iterable[Row[object]]], progress: Progress = silent
) -> Iterator[Row[object]]:
    """Yield `rows` of each of these leads."""
    batches = list(batched(leads, _BATCH, strict=False))
    return _in_threads(batches, lambda batch: list(chain.from_iterable(map(rows, batch))), progress)


def scan_table[T](
    table: Table,
    wanted: Mapping[str, str],
    look: Callable[[Sequence[Row[Any]]], list[T]],
    progress: Progress = silent,
) -> Iterator[T]:
    """Yield the results of `look` for all rows that match `wanted` (Table.scan), up to a hundred in each call."""

    def piece(number: int) -> list[T]:
        rows = batched(table.scan(wanted, number, _PIECES), _BATCH, strict=False)
        return [found for batch in rows for found in look(batch)]

    return _in_threads(range(_PIECES), piece, progress)


def _in_threads[A, T](parts: Sequence[A], look: Callable[[A], list[T]], progress: Progress) -> Iterator[T]:
    with ThreadPoolExecutor(_THREADS) as threads:
        for number, found in enumerate(threads.map(look, parts), 1):
            progress(number, len(parts))
            yield from found
