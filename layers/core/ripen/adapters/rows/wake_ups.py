"""Wakes the workers of the rows that a function has written. The tick finds such a row only if its message was lost."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import replace
from datetime import datetime
from typing import cast

from msgspec import Struct

from ripen.adapters.table import Change, Create, Mark, Replace, keys
from ripen.agenda import Ref, WakeUp, wake_up
from ripen.ports import Wake


class WakeUps(Struct, frozen=True, kw_only=True):
    """The queues of the workers that the function wakes, by the kind of the row, such as "activity" or "due#crm".

    1. Decide about the changes, with the times at which work is to be done as due times.
    2. Write `for_the_tick(changes)`.
    3. Call `wake(changes)`.
    """

    queues: Mapping[str, Wake]
    clock_moves: bool
    """Whether the application clock can be moved: then no message is delayed, and the tick finds a row at its time."""

    def for_the_tick(self, changes: Iterable[Change], now: datetime) -> list[Change]:
        """Return the changes with the due times that the tick sees: later for the rows whose workers `wake` wakes."""
        return [self._for_the_tick(change, now) for change in changes]

    def wake(self, changes: Iterable[Change], now: datetime) -> None:
        """Wake the worker of each row at its time, if that is within 15 minutes."""
        refs: dict[tuple[str, int], list[Ref]] = defaultdict(list)
        for change in changes:
            found = self._wake_up(change, now)
            if found and found.delay is not None:
                refs[keys.kind(change.key.ref), found.delay].append(change.key.ref)
        for (kind, delay), some in refs.items():
            self.queues[kind].wake(*some, delay=delay)

    def _for_the_tick(self, change: Change, now: datetime) -> Change:
        found = self._wake_up(change, now)
        if found is None or not isinstance(change, Create | Replace | Mark):
            return change
        return cast("Change", replace(change, due=found.due))

    def _wake_up(self, change: Change, now: datetime) -> WakeUp | None:
        """Return how the worker of the row is woken; None if the row is not due, or its worker has no queue here."""
        if not isinstance(change, Create | Replace | Mark) or change.due is None:
            return None
        is_ours = keys.kind(change.key.ref) in self.queues
        return wake_up(change.due, now, clock_moves=self.clock_moves) if is_ours else None
