"""Workers that count a campaign's mails at the same moment: at 200 mails a second almost none gives up."""

from collections.abc import Iterator
from contextlib import suppress
from heapq import heapify, heappop, heappush
from random import Random, seed

from ripen.adapters.table import Conflict, Table
from ripen.campaign.counts import counter
from ripen.errors import Contended

TRANSACTION_SECONDS = 0.02
SECONDS = 20


def pauses() -> list[float]:
    """Return the pauses of a worker that meets a conflict at every attempt."""
    found: list[float] = []

    def attempt(_: int) -> None:
        raise Conflict((0,))

    with suppress(Contended):
        Table("table", client=object(), pause=found.append).retrying(attempt)
    return found


def starts(per_second: int, random: Random) -> Iterator[float]:
    at = 0.0
    while at < SECONDS:
        at += random.expovariate(per_second)
        yield at


def share_given_up(per_second: int) -> float:
    """Return the share of transactions that give up. Two that change one row at the same moment are a conflict."""
    seed(1)  # of the pauses
    waiting = [(at, number, 0) for number, at in enumerate(starts(per_second, Random(1)))]  # noqa: S311 (no secret)
    heapify(waiting)
    busy_until, given_up, count = dict[int, float](), 0, len(waiting)
    of_worker: dict[int, list[float]] = {}
    while waiting:
        at, number, attempts = heappop(waiting)
        row = counter(f"lead{number}")
        if busy_until.get(row, 0) <= at:
            busy_until[row] = at + TRANSACTION_SECONDS
            continue
        left = of_worker.setdefault(number, pauses())
        if attempts == len(left):
            given_up += 1
        else:
            heappush(waiting, (at + TRANSACTION_SECONDS + left[attempts], number, attempts + 1))
    return given_up / count


def test_of_two_hundred_mails_a_second_at_most_one_in_a_hundred_is_given_up() -> None:
    settled, delivered_in_batches_of_ten = 200, 20
    assert share_given_up(settled + delivered_in_batches_of_ten) <= 0.01
