"""The first call of each function, which somebody waits for: as a ratio to a floor (floor.py) under the same runtime.

Measured is the CPU of the function's process, since a cold start is almost all import; waiting for the network is not in it.
"""

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import boto3

from bench.firsts import MAIL, REPLY, First, firsts, rows
from bench.lambdas import Built, first_call
from bench.outside import SECRET, Stub, stub
from bench.plan import example
from bench.report import Figure, show
from bench.requests import SITE
from sandbox.build import build

ROUNDS = 7
BAR = 1.5
NOTES = """CPU of the function's process from its birth to its first answer, under the Runtime Interface Emulator, with the layers
and the code that `sam build` made. The floor: a bare handler, boto3, the same clients and first fetches (floor.py); with
simple-salesforce for sync, crm, poll and act (a claim, which goes on to Salesforce) and slack-bolt for notify.slack. All else is ours."""


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
    """Subject and floor in turn, each time from the same rows."""
    beside = outside.environment() | {
        "FLOOR_CLIENTS": ",".join(first.clients),
        "FLOOR_KEYS": ",".join(first.reads),
        "FLOOR_QUERIES": str(first.queries),
        "FLOOR_LIBRARY": first.library,
    }
    ours, floors = [], []
    for _ in range(ROUNDS):
        first = firsts()[name]  # signed now: a signature is good for five minutes, and all of it takes longer
        _seed()
        floors.append(first_call(floor, "floor.handler", first.event, beside))
        ours.append(first_call(built, f"{name}.handler", first.event, outside.environment()))
    print(f"{name}: {median(ours):.0f} ms, floor {median(floors):.0f} ms", file=sys.stderr, flush=True)
    return Figure(ratio=median(ours) / median(floors), bar=BAR, cpu_ms=median(ours), floor_ms=median(floors))


def _seed() -> None:
    from ripen.adapters.playbook import Playbook
    from ripen.adapters.table import Table
    from ripen.operations.publish import publish

    table = Table("table")
    publish(example(), table, Playbook(table, "bucket"), SITE, datetime.now(UTC))
    table.write(*rows(example()))
    boto3.client("s3").put_object(Bucket="bucket", Key=REPLY, Body=MAIL)


def _places(build: Path, folder: Path) -> tuple[dict[str, Built], Built]:
    """Where each function's code is, and the floor's; the layers as /opt holds them."""
    layers = tuple(build / "opt" / name / "python" for name in ("CoreLayer", "DependenciesLayer"))
    shutil.copy(Path(__file__).parent / "floor.py", folder)
    return {name: Built(build / logical(name), layers) for name in firsts()}, Built(folder, layers)


def logical(module: str) -> str:
    """capture.form → CaptureForm, as in the template."""
    return "".join(part.title() for part in module.split("."))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
