"""Measure the cost of a journey's step: 100,000 leads go through send, wait, branch, send.

nurture.advance moves each lead twice, ten leads per invocation: into the wait, and from there to the end. The floor
repeats the same calls to AWS through the same stub with plain boto3, without our code. Both alternate.

    python -m bench.journeys [--quick]
"""

import gc
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time_ns
from typing import TYPE_CHECKING

from bench.outside import SECRET, Stub, stub
from bench.recorder import Call, Recorder
from bench.report import Figure, show

if TYPE_CHECKING:
    from bench.leads import Leads

PEOPLE = 100_000
BLOCK = 250
FEW = 10
"""Leads in a block of the quick run, which only shows that the bench works."""
ROUNDS = 8
"""Blocks with a floor beside them, spread evenly over the whole run."""
BAR = 2.0
STEPS = 4
NOTES = """A step is one of send, wait, branch, send. CPU is the function's own process, without Lambda and the AWS
services' own time. Per second: steps on one core. The engine alone, without storage, does {engine:,.0f} per second."""


@dataclass(frozen=True)
class Block:
    """CPU time of one enrollment from start to end; `floor_ms` where the floor was measured."""

    subject_ms: float
    floor_ms: float | None


@dataclass(frozen=True)
class Half:
    """One of the two moves of a block: its CPU time and its calls."""

    ms: float
    calls: list[Call]


def main(*arguments: str) -> int:
    quick = "--quick" in arguments
    with stub() as outside:
        os.environ |= outside.environment()
        outside.secret(dict(SECRET))
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):  # the function's logs
            blocks, engine = measure(outside, *((ROUNDS * FEW, FEW) if quick else (PEOPLE, BLOCK)))
    return show("journeys", {"step": figure(blocks)}, NOTES.format(engine=engine))


def measure(outside: Stub, people: int, size: int) -> tuple[list[Block], float]:
    """Return all blocks, and how many steps per second the engine alone takes."""
    recorder = Recorder()
    from bench.leads import Leads, decide  # the function in it creates its clients at import

    leads, count = Leads(), people // size
    _block(leads, recorder, outside, size, with_floor=True)  # a warm-up
    blocks = []
    for number in range(count):
        blocks.append(_block(leads, recorder, outside, size, with_floor=number % (count // ROUNDS) == 0))
        if number % (count // ROUNDS) == 0:
            print(f"{number * size:,} of {people:,}", file=sys.stderr)
    contexts = leads.contexts(people // 10)
    return blocks, len(contexts) * STEPS * 1000 / _cpu_ms(lambda: decide(contexts))


def figure(blocks: list[Block]) -> Figure:
    """Return the figure of one step."""
    both = [(block.subject_ms, block.floor_ms) for block in blocks if block.floor_ms is not None]
    subject, floor = (median(times) for times in zip(*both, strict=True))
    cpu = sum(block.subject_ms for block in blocks) / len(blocks) / STEPS
    return Figure(
        ratio=subject / floor,
        bar=BAR,
        cpu_ms=cpu,
        floor_ms=floor / STEPS,
        per_second=1000 / cpu,
    )


def _block(leads: "Leads", recorder: Recorder, outside: Stub, size: int, *, with_floor: bool) -> Block:
    outside.forget()
    refs = leads.enter(size)
    there = _measured(lambda: leads.into_the_wait(refs), recorder)
    leads.mailed(refs)
    on = _measured(lambda: leads.to_the_end(refs), recorder)
    calls = there.calls + on.calls
    floor = _cpu_ms(lambda: recorder.replay(calls)) / size if with_floor else None
    return Block((there.ms + on.ms) / size, floor)


def _measured(move: Callable[[], None], recorder: Recorder) -> Half:
    recorder.take()
    ms = _cpu_ms(move)
    return Half(ms, recorder.take())


def _cpu_ms(act: Callable[[], None]) -> float:
    gc.collect()
    started = process_time_ns()
    act()
    return (process_time_ns() - started) / 1e6


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
