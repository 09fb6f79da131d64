"""Recalculate the leads of one page of the roster, in threads: while one waits for DynamoDB, another is computed."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import Enum, auto

from aws_lambda_powertools import Logger
from msgspec import Struct

from ripen.adapters.rows.fold_rows import Queues, wake_due
from ripen.adapters.table import Mark, Table, keys
from ripen.agenda import Lane
from ripen.playbook.bundle import Bundle
from ripen.ports import Clock, Wake
from ripen.scoring.rules_version import rules_version
from score import _dependencies
from score._refold import refold_changes

_THREADS = 8
_MAX_PARTS = 10
"""Transactions for the revised verdicts of one lead; score.react does the rest."""

logger = Logger(child=True)


class Dependencies(Struct, frozen=True, kw_only=True):
    """The ports that recalculating all leads needs."""

    table: Table
    clock: Clock
    live: Callable[[], Bundle]
    bundle: Callable[[str], Bundle]
    """Returns the bundle with this hash."""
    previous: Callable[[], Bundle | None]
    """Returns the playbook before the live one, None without one."""
    queue: Wake
    """Wakes score.refold itself."""
    queues: Queues
    """Wake the workers of what follows from a recalculation."""


class Outcome(Enum):
    """What became of one lead of a page."""

    RECALCULATED = auto()
    UP_TO_DATE = auto()
    FAILED = auto()
    """score.react retries it."""
    NOT_REACHED = auto()
    """The time was over, or other rules were published."""


def recalculate(
    leads: Sequence[str], rules: str, dependencies: Dependencies, has_time: Callable[[], bool]
) -> list[Outcome]:
    """Recalculate the leads by the live playbook, as long as it has these rules and there is time.

    A lead that fails costs no other: it is put on the agenda, where score.react retries it.
    """

    def work(lead: str) -> Outcome:
        return _recalculate(lead, rules, dependencies) if has_time() else Outcome.NOT_REACHED

    with ThreadPoolExecutor(_THREADS) as pool:
        started = [pool.submit(work, lead) for lead in leads]
    found = []
    for lead, work_done in zip(leads, started, strict=True):
        if error := work_done.exception():
            logger.error("lead not recalculated", lead=lead, exc_info=error)
            _leave_to_react(lead, dependencies)
        found.append(Outcome.FAILED if error else work_done.result())
    return found


def _recalculate(lead: str, rules: str, dependencies: Dependencies) -> Outcome:
    """Recalculate one lead, part by part; after some parts its state stays due, for score.react.

    Each attempt asks for the live playbook: one that is not live any more would undo the work of the next lap.
    """
    written = False

    def attempt(_: int) -> Outcome | None:
        nonlocal written
        bundle, now = dependencies.live(), dependencies.clock.now()
        if rules_version(bundle) != rules:
            return Outcome.NOT_REACHED
        changes, is_last = refold_changes(lead, _of_fold(bundle, dependencies), now)
        if changes:
            dependencies.table.write(*changes)
            wake_due(changes, now, dependencies.queues)
            written = True
        return (Outcome.RECALCULATED if written else Outcome.UP_TO_DATE) if is_last else None

    for _ in range(_MAX_PARTS):
        if outcome := dependencies.table.retrying(attempt):
            return outcome
    return Outcome.RECALCULATED


def _of_fold(bundle: Bundle, dependencies: Dependencies) -> _dependencies.Dependencies:
    return _dependencies.Dependencies(
        table=dependencies.table,
        clock=dependencies.clock,
        queues=dependencies.queues,
        bundle=bundle,
        previous=dependencies.previous,
    )


def _leave_to_react(lead: str, dependencies: Dependencies) -> None:
    table, due = dependencies.table, dependencies.clock.now()
    table.retrying(lambda _: table.write(Mark(keys.state(lead), due, Lane.BULK)))
