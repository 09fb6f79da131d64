"""Measure what a changed lead costs on its way to Salesforce: API calls, and CPU time against a floor.

A thousand leads that are in Salesforce change, and score.sync writes them, 200 to a batch as SQS hands them over, on
real clients (boto3, requests, simple-salesforce) that are answered in this process. The floor sends the same composite
bodies and the same requests to the table with the same clients, without our code.

    python -m bench.crm [--quick]
"""

import gc
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from itertools import batched
from pathlib import Path
from statistics import median
from time import process_time

from bench.report import Count, Figure, show

LEADS, BATCH, ROUNDS = 1_000, 200, 7
MOST_CALLS, MOST_RATIO = 20, 1.5
"""Bars: calls for a thousand leads, and CPU time over that of the floor."""
NOTES = """{leads:,} changed leads in batches of {batch}: {calls:.0f} composite calls, a read and a write for each.
CPU per lead of score.sync, and of a floor that sends the same bodies through simple-salesforce and the same requests
through boto3; the time of the answers is left out of both. The ratio is the median of the batches' ratios."""


def main(*arguments: str) -> int:
    leads, rounds = (BATCH, 1) if "--quick" in arguments else (LEADS, ROUNDS)
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):  # the functions' logs
        calls, figure = measure(leads, rounds)
    notes = NOTES.format(leads=leads, batch=BATCH, calls=calls)
    counts = {"calls per 1,000 leads": Count(count=calls * LEADS / leads, bar=MOST_CALLS)}
    return show("crm", {"changed lead": figure}, notes, counts=counts)


def measure(leads: int, rounds: int) -> tuple[float, Figure]:
    """Return the composite calls of one round, and the CPU time of a lead: medians of the batches."""
    from bench.crm_cloud import CrmCloud  # makes AWS clients

    cloud = CrmCloud([f"lead{number:06}" for number in range(leads)])
    batches = list(batched(cloud.leads, BATCH, strict=False))
    cloud.change()
    cloud.sync(*batches)  # fills the caches
    ours, floor, calls = list[float](), list[float](), 0
    for _ in range(rounds):
        cloud.change()
        for batch in batches:
            ours.append(_seconds(partial(cloud.sync, batch), cloud.answering))
            calls += cloud.calls
            floor.append(_seconds(cloud.repeat, cloud.repeating))
    ratio = median(mine / least for mine, least in zip(ours, floor, strict=True))
    mine, least = (1000 * median(seconds) / min(leads, BATCH) for seconds in (ours, floor))
    return calls / rounds, Figure(ratio=ratio, bar=MOST_RATIO, cpu_ms=mine, floor_ms=least)


def _seconds(work: Callable[[], object], answering: Callable[[], float]) -> float:
    gc.collect()
    began, own = process_time(), answering()
    work()
    return process_time() - began - (answering() - own)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
