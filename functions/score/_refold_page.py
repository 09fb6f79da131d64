"""Bring the leads of one page of the roster up to date with a new playbook: recalculate them, and set when rows expire.

They are done in threads: while one waits for DynamoDB, another is computed.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import Enum, auto
from functools import partial

from aws_lambda_powertools import Logger
from msgspec import Struct

from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Mark, Table, keys
from ripen.agenda import Lane
from ripen.playbook.bundle import Bundle
from ripen.ports import Clock, Wake
from ripen.scoring.rules_version import rules_version
from score import _dependencies, _refold
from score._expiry import Applied, apply_periods
from score._refold import write_recalculated

_THREADS = 8

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
    """The result for one lead of a page."""

    RECALCULATED = auto()
    UP_TO_DATE = auto()
    FAILED = auto()
    """Not recalculated, which score.react retries, or rows without their new times, which the next walk retries."""
    NOT_REACHED = auto()
    """The time was over before the lead was done, or another playbook was published."""


def is_followed(published: Bundle, live: Bundle) -> bool:
    """Return whether the live playbook has the rules and periods of this one, which was published.

    The rules are reckoned by this code: the publisher's may be of another release.
    """
    return rules_version(live) == rules_version(published) and live.keep == published.keep


def update(
    leads: Sequence[str],
    published: Bundle,
    dependencies: Dependencies,
    has_time: Callable[[], bool],
    *,
    sets_expiry: bool = False,
) -> list[Outcome]:
    """Update the leads by the published playbook, as long as it is live and there is time.

    With `sets_expiry`, also write when their rows expire by its periods. A lead that cannot be recalculated is put on
    the agenda, where score.react retries it. Rows that cannot be read or written are left to the next publication
    (operations.publication.recalculation). Raise any other error, and NewerFormat for a newer playbook.
    """

    def goes_on() -> bool:
        return has_time() and is_followed(published, dependencies.live())

    with ThreadPoolExecutor(_THREADS) as pool:
        outcomes = _recalculated(leads, published, dependencies, goes_on, pool)
        if not sets_expiry:
            return outcomes
        apply = partial(apply_periods, keep=published.keep, table=dependencies.table, goes_on=goes_on)
        applied = list(pool.map(apply, leads))
    return [_with_times(outcome, each) for outcome, each in zip(outcomes, applied, strict=True)]


def _with_times(outcome: Outcome, applied: Applied) -> Outcome:
    """Return the result for a lead that was recalculated with this outcome, and whose rows got their times."""
    if outcome is Outcome.NOT_REACHED or applied is Applied.INTERRUPTED:
        return Outcome.NOT_REACHED
    return Outcome.FAILED if applied is Applied.NOT_ALL else outcome


def _recalculated(
    leads: Sequence[str],
    published: Bundle,
    dependencies: Dependencies,
    goes_on: Callable[[], bool],
    pool: ThreadPoolExecutor,
) -> list[Outcome]:
    def work(lead: str) -> Outcome:
        return _recalculate(lead, published, dependencies) if goes_on() else Outcome.NOT_REACHED

    started = [pool.submit(work, lead) for lead in leads]
    found = []
    for lead, work_done in zip(leads, started, strict=True):
        if error := work_done.exception():
            logger.error("lead not recalculated", lead=lead, exc_info=error)
            found.append(_leave_to_react(lead, dependencies))
        else:
            found.append(work_done.result())
    return found


def _recalculate(lead: str, published: Bundle, dependencies: Dependencies) -> Outcome:
    """Recalculate one lead. A playbook that is not live any more would undo the work of the next lap."""

    def current() -> _dependencies.Dependencies | None:
        bundle = dependencies.live()
        return _of_fold(bundle, dependencies) if is_followed(published, bundle) else None

    match write_recalculated(lead, dependencies.table, current):
        case _refold.Outcome.WRITTEN:
            return Outcome.RECALCULATED
        case _refold.Outcome.UP_TO_DATE:
            return Outcome.UP_TO_DATE
        case _refold.Outcome.STOPPED:
            return Outcome.NOT_REACHED


def _of_fold(bundle: Bundle, dependencies: Dependencies) -> _dependencies.Dependencies:
    return _dependencies.Dependencies(
        table=dependencies.table,
        clock=dependencies.clock,
        queues=dependencies.queues,
        bundle=bundle,
        previous=dependencies.previous,
    )


def _leave_to_react(lead: str, dependencies: Dependencies) -> Outcome:
    """Put the lead on the agenda. A lead that was erased meanwhile is up to date."""
    table, due, state = dependencies.table, dependencies.clock.now(), keys.state(lead)

    def attempt(number: int) -> Outcome:
        if number and table.get(state) is None:
            return Outcome.UP_TO_DATE
        table.write(Mark(state, due, Lane.BULK))
        return Outcome.FAILED

    return table.retrying(attempt)
