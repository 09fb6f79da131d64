"""Measure the first call (cold start) of each function against a floor (floor.py) under the same runtime.

The figure is the CPU time of the function's process. A cold start is almost all import; waiting for the network is left
out.
"""

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import boto3

from bench.first_rows import rows
from bench.firsts import MAIL, REPLY, First, firsts
from bench.lambdas import Built, first_call
from bench.outside import SECRET, Stub, stub
from bench.plan import example
from bench.report import Figure, show
from bench.requests import SITE
from sandbox.build import build

ROUNDS = 7
BAR = 1.5
NOTES = """CPU time of the function's process from its start to its first answer, under the Runtime Interface Emulator,
with the layers and the code that `sam build` made. The floor: a bare handler, boto3, the same clients and first reads
(floor.py); with simple-salesforce for sync, crm, poll and act, and slack-bolt for notify.slack. The rest is ours."""


def main(wanted: list[str]) -> int:
    template, _ = build()
    with stub() as outside, TemporaryDirectory(prefix="ripen-bench-") as folder:
        os.environ |= outside.environment()
        outside.secret(dict(SECRET))
        built, floor = _places(template.parent, Path(folder))
        figures = {
            name: measure(name, first, built[name], floor, outside)
            for name, first in firsts().items()
            if not wanted or name in wanted
        }
    return show("cold", figures, NOTES)


def measure(name: str, first: First, built: Built, floor: Built, outside: Stub) -> Figure:
    """Run subject and floor alternately, each time from the same rows."""
    beside = outside.environment() | {
        "FLOOR_CLIENTS": ",".join(first.clients),
        "FLOOR_KEYS": ",".join(first.reads),
        "FLOOR_QUERIES": str(first.queries),
        "FLOOR_LIBRARY": first.library,
    }
    ours, floors = [], []
    for _ in range(ROUNDS):
        first = firsts()[name]  # signed now: a signature is valid for five minutes, and the whole bench takes longer
        _seed()
        floors.append(first_call(floor, "floor.handler", first.event, beside))
        ours.append(first_call(built, f"{name}.handler", first.event, outside.environment()))
    print(f"{name}: {median(ours):.0f} ms, floor {median(floors):.0f} ms", file=sys.stderr, flush=True)
    return Figure(ratio=median(ours) / median(floors), bar=BAR, cpu_ms=median(ours), floor_ms=median(floors))


def _seed() -> None:
    from ripen.adapters.playbook import Playbook
    from ripen.adapters.table import Table
    from ripen.operations.publication.publish import publish

    table = Table("table")
    publish(example(), table, Playbook(table, "bucket"), SITE, datetime.now(UTC))
    table.write(*rows(example()))
    boto3.client("s3").put_object(Bucket="bucket", Key=REPLY, Body=MAIL)


def _places(build: Path, folder: Path) -> tuple[dict[str, Built], Built]:
    """Return the built code of each function and of the floor, with layers laid out as in /opt."""
    layers = tuple(build / "opt" / name / "python" for name in ("CoreLayer", "DependenciesLayer"))
    shutil.copy(Path(__file__).parent / "floor.py", folder)
    return {name: Built(build / logical(name), layers) for name in firsts()}, Built(folder, layers)


def logical(module: str) -> str:
    """Return the template's logical id of a module: capture.form → CaptureForm."""
    return "".join(part.title() for part in module.split("."))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
