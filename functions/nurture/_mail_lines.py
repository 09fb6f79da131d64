"""The lines of planned marketing mail, one for each shard of each mail lane, read from their cursors on."""

from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from nurture._shards import Failures
from ripen.adapters.table import Due, Table
from ripen.agenda import MAIL_LANES, SHARDS, Lane, part

_FIRST_PAGE = 10
_LARGEST_PAGE = 500
"""In entries of the index. 500 are about 65 KB."""


@dataclass
class _Line:
    """One shard of a lane. `after` is the last mail that was taken, `found` the mails that follow it."""

    lane: Lane
    shard: int
    after: Due | None
    found: deque[Due] = field(default_factory=deque)
    has_more: bool = True

    @property
    def name(self) -> str:
        return part(self.lane, self.shard)


class MailLines:
    """All mails that are due by `until`, by priority and then by due time, without those before the cursors.

    An error of AWS ends its line.
    """

    def __init__(
        self,
        table: Table,
        cursors: Mapping[str, Due],
        until: datetime,
        pool: ThreadPoolExecutor,
        failures: Failures,
    ) -> None:
        self._table, self._until, self._pool, self._failures = table, until, pool, failures
        self._lines = {
            lane: [_Line(lane, shard, cursors.get(part(lane, shard))) for shard in range(SHARDS)] for lane in MAIL_LANES
        }
        self._read(self._all(), _FIRST_PAGE)

    @property
    def cursors(self) -> dict[str, Due]:
        """The last mail that was taken, by the name of the line."""
        return {line.name: line.after for line in self._all() if line.after}

    @property
    def found(self) -> int:
        """How many mails were read and not taken yet."""
        return sum(len(line.found) for line in self._all())

    def take(self, most: int) -> list[Due]:
        """Take the first `most` mails."""
        taken: list[Due] = []
        for lane in MAIL_LANES:
            while len(taken) < most and (next_mails := self._take_some(lane, most - len(taken))):
                taken += next_mails
        return taken

    def waiting(self) -> int:
        """Return how many mails there are."""

        def count(line: _Line) -> int:
            return self._table.waiting(line.lane, line.shard, self._until, line.after)

        long = [line for line in self._all() if line.has_more]
        short = sum(len(line.found) for line in self._all() if not line.has_more)
        return short + sum(self._pool.map(self._failures.attempt(count, 0), long))

    def _take_some(self, lane: Lane, most: int) -> list[Due]:
        """Take up to `most` of the lane's first mails: those that no unread mail precedes. Return [] at the end."""
        lines = self._lines[lane]
        short = [line for line in lines if line.has_more and not line.found]
        if short:
            self._read(short, min(_LARGEST_PAGE, max(_FIRST_PAGE, 4 * most // len(short))))
        horizon = min((line.found[-1].at for line in lines if line.has_more and line.found), default=self._until)
        ready = sorted(
            ((due, line) for line in lines for due in line.found if due.at <= horizon), key=lambda each: each[0].at
        )[:most]
        for _, line in ready:
            line.after = line.found.popleft()
        return [due for due, _ in ready]

    def _read(self, lines: list[_Line], limit: int) -> None:
        """Read the next page of each line."""

        def page(line: _Line) -> list[Due]:
            return self._table.due(line.lane, line.shard, self._until, limit, line.after)

        for line, found in zip(lines, self._pool.map(self._failures.attempt(page, list[Due]()), lines), strict=True):
            line.found, line.has_more = deque(found), len(found) == limit

    def _all(self) -> list[_Line]:
        return [line for lines in self._lines.values() for line in lines]
