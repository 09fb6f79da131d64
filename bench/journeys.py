"""What a journey's step costs: 100,000 people walk through send, wait, branch, send.

Each is moved twice by nurture.advance, ten to an invocation as the queue brings them: into the wait, and from there to the
end. The floor makes the same calls to AWS through the same stub, by plain boto3 and without our code; both take turns.

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
    from bench.walk import Walk

PEOPLE = 100_000
BLOCK = 250
FEW = 10
"""In a block of the quick walk, which only shows that it walks."""
ROUNDS = 8
"""How many of the blocks have a floor beside them, evenly over the whole walk."""
BAR = 2.0
STEPS = 4
NOTES = """A step is one of send, wait, branch, send. CPU is the function's own process: without Lambda and what AWS's services
spend themselves. Per second: steps that one core does. The engine alone, without storage, does {engine:,.0f} a second.
Write units: base table and index entries, as DynamoDB charges them."""


@dataclass(frozen=True)
class Block:
    """What one enrollment's whole walk took; `floor_ms` where it was measured."""

    subject_ms: float
    units: float
    floor_ms: float | None


@dataclass(frozen=True)
class Half:
    """Of a walk of many: what it took and what it called."""

    ms: float
    units: int
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
    """All blocks of the walk, and the steps per second of the engine alone."""
    recorder = Recorder()
    from bench.walk import Walk, think  # the function in it makes its clients when it is imported

    walk, count = Walk(recorder), people // size
    _block(walk, recorder, outside, size, with_floor=True)  # only warms
    blocks = []
    for number in range(count):
        blocks.append(_block(walk, recorder, outside, size, with_floor=number % (count // ROUNDS) == 0))
        if number % (count // ROUNDS) == 0:
            print(f"{number * size:,} of {people:,}", file=sys.stderr)
    scenes = walk.scenes(people // 10)
    return blocks, len(scenes) * STEPS * 1000 / _cpu_ms(lambda: think(scenes))


def figure(blocks: list[Block]) -> Figure:
    """Of one step."""
    both = [(block.subject_ms, block.floor_ms) for block in blocks if block.floor_ms is not None]
    subject, floor = (median(times) for times in zip(*both, strict=True))
    cpu = sum(block.subject_ms for block in blocks) / len(blocks) / STEPS
    return Figure(
        ratio=subject / floor,
        bar=BAR,
        cpu_ms=cpu,
        floor_ms=floor / STEPS,
        write_units=median(block.units for block in blocks) / STEPS,
        per_second=1000 / cpu,
    )


def _block(walk: "Walk", recorder: Recorder, outside: Stub, size: int, *, with_floor: bool) -> Block:
    outside.forget()
    refs = walk.enter(size)
    there = _measured(lambda: walk.into_the_wait(refs), recorder, outside)
    walk.mailed(refs)
    on = _measured(lambda: walk.to_the_end(refs), recorder, outside)
    calls = there.calls + on.calls
    floor = _cpu_ms(lambda: recorder.replay(calls)) / size if with_floor else None
    return Block((there.ms + on.ms) / size, (there.units + on.units) / size, floor)


def _measured(move: Callable[[], None], recorder: Recorder, outside: Stub) -> Half:
    recorder.take()
    outside.units()
    ms = _cpu_ms(move)
    return Half(ms, outside.units(), recorder.take())


def _cpu_ms(act: Callable[[], None]) -> float:
    gc.collect()
    started = process_time_ns()
    act()
    return (process_time_ns() - started) / 1e6


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
