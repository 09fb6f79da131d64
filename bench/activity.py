"""Measure the cost of one activity, from its request through capture and react: CPU time, and the cost on AWS.

The floor repeats the same calls to AWS through the same stub with plain boto3, without our code. Both alternate.
"""

import gc
import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import process_time_ns
from typing import TYPE_CHECKING

from bench import costs
from bench.outside import SECRET, stub
from bench.plan import example, with_rules
from bench.recorder import Recorder
from bench.report import Figure, show

if TYPE_CHECKING:
    from bench.story import Act, Story

ROUNDS = 7
EACH = 10
BAR = 2.5
OWN_BAR_MS = {"form": 1.5}
"""The most CPU time of our own code, above the floor, on a quiet machine."""
SAME = 1.1
FEW, MANY = 10, 1000
PEERS = """Peers, CPU per event on a machine like this, databases included: Parcelvoy 1.99 ms (3.26 with one event
rule), Plunk 2.23 ms. Ours is the functions' own process, without Lambda, API Gateway and the AWS services' own time.
The floor makes the same calls by boto3 alone. Units: as DynamoDB charges them, for base table and index entries; a read
unit costs a fifth of a write unit. Requests: to DynamoDB, SQS and SES. The tick's leases count, its queries do not."""


@dataclass(frozen=True)
class Round:
    """CPU time of one activity, and of the same calls without our code."""

    subject_ms: float
    floor_ms: float


def main() -> int:
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:  # a process imports the functions for one cloud only
        found = apart.submit(costs.measure).result()
    with stub() as outside:
        os.environ |= outside.environment()
        outside.secret(dict(SECRET))
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):  # the functions' logs
            figures = measure()
    return show("activity", figures, PEERS, found)


def measure() -> dict[str, Figure]:
    recorder = Recorder()
    from bench.story import Story  # the functions in it make their clients when they are imported

    story = Story(recorder)
    story.live(example())
    kinds = {"form": story.form, "click": story.click, "beacon": story.beacon}
    found = {name: _figure(_rounds(make, recorder), OWN_BAR_MS.get(name)) for name, make in kinds.items()}
    return found | {f"{MANY} rules": _rules(story, recorder)}


def _rounds(make: "Callable[[], Act]", recorder: Recorder) -> list[Round]:
    """Measure each round after a warm-up."""
    return [_round(make, recorder) for _ in range(ROUNDS + 1)][1:]


def _round(make: "Callable[[], Act]", recorder: Recorder) -> Round:
    acts = [make() for _ in range(EACH)]
    recorder.take()
    subject = _cpu_ms(acts)
    calls = recorder.take()
    return Round(subject / EACH, _cpu_ms([lambda: recorder.replay(calls)]) / EACH)


def _cpu_ms(acts: "list[Act]") -> float:
    gc.collect()
    started = process_time_ns()
    for act in acts:
        act()
    return (process_time_ns() - started) / 1e6


def _figure(rounds: list[Round], own_bar_ms: float | None) -> Figure:
    subject, floor = median(each.subject_ms for each in rounds), median(each.floor_ms for each in rounds)
    return Figure(ratio=subject / floor, bar=BAR, cpu_ms=subject, floor_ms=floor, own_bar_ms=own_bar_ms)


def _rules(story: "Story", recorder: Recorder) -> Figure:
    """Measure a form under 1,000 rules and segments; its floor is the same form under few."""
    rounds = []
    for _ in range(ROUNDS + 1):
        story.live(with_rules(FEW))
        story.form()()  # the first form builds the index of the rules
        few = _round(story.form, recorder)
        story.live(with_rules(MANY))
        story.form()()
        many = _round(story.form, recorder)
        rounds.append(Round(many.subject_ms, few.subject_ms))
    subject, floor = (median(times) for times in zip(*[(r.subject_ms, r.floor_ms) for r in rounds[1:]], strict=True))
    return Figure(ratio=subject / floor, bar=SAME, cpu_ms=subject, floor_ms=floor)


if __name__ == "__main__":
    sys.exit(main())
