"""Run the long parts one after the other, each in a process of its own, and print one table at the end.

`make test-long` runs all, `make test-long ONLY=soak` one, `QUICK=1` a short run of each. What a part writes for people
to read later (survivors, reports) is in the folder .long.
"""

import os
import signal
import sys
import time
from pathlib import Path
from subprocess import Popen, TimeoutExpired

from tests.support.long_parts import Part, chosen
from tests.support.long_results import Outcome, Result, result, table

REPORTS = Path(".long")
_TO_TIDY_UP = 120
"""Seconds for fixtures to stop what they started after a part was interrupted."""


def main(only: str) -> int:
    """Run the parts and return the exit code."""
    try:
        parts = chosen(only)
    except LookupError as error:
        print(error)
        return 2
    REPORTS.mkdir(exist_ok=True)
    results = []
    for number, part in enumerate(parts, start=1):
        print(f"\n· {number}/{len(parts)} {part.name}: {part.shows} (up to {part.minutes} minutes)", flush=True)
        results.append(_run(part))
    print("\n" + table(results))
    return int(any(one.outcome is Outcome.FAILED for one in results))


def _run(part: Part) -> Result:
    if reason := part.missing():
        return Result(part.name, Outcome.SKIPPED, 0, reason)
    junit = REPORTS / f"{part.name}.xml"
    junit.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-v", "-s", "--timeout=0", f"--junitxml={junit}", *part.tests]
    began = time.monotonic()
    process = Popen(command, env=os.environ | part.environment)
    return result(part.name, junit, _exit_code(process, part.minutes * 60), time.monotonic() - began)


def _exit_code(process: "Popen[bytes]", seconds: float) -> int | None:
    """Return the exit code, or None if the process had to be stopped."""
    try:
        return process.wait(seconds)
    except TimeoutExpired:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(_TO_TIDY_UP)
    except TimeoutExpired:
        process.kill()
        process.wait()
    return None


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
