"""What came of a part, read from the JUnit file that pytest wrote, and the table of all parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from xml.etree import ElementTree


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "FAILED"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Result:
    part: str
    outcome: Outcome
    seconds: float
    said: str
    """One line: what was counted, why it was skipped, or which tests failed."""


def result(part: str, junit: Path, exit_code: int | None, seconds: float) -> Result:
    """Return what came of a part. Without an exit code, it was stopped because it took too long."""
    if exit_code is None:
        return Result(part, Outcome.FAILED, seconds, "took too long and was stopped")
    if not junit.exists():
        return Result(part, Outcome.FAILED, seconds, f"pytest ended with {exit_code} and wrote no results")
    written = ElementTree.parse(junit)  # noqa: S314 (our own pytest wrote it)
    cases = list(written.iter("testcase"))
    failed = [
        str(case.get("name")) for case in cases if case.find("failure") is not None or case.find("error") is not None
    ]
    skipped = [mark.get("message", "") for mark in written.iter("skipped")]
    counted = [kept.get("value", "") for kept in written.iter("property") if kept.get("name") == "counted"]
    if failed or exit_code:
        return Result(part, Outcome.FAILED, seconds, "; ".join([*failed, *counted]) or f"exit code {exit_code}")
    if len(skipped) == len(cases):
        return Result(part, Outcome.SKIPPED, seconds, "; ".join(dict.fromkeys(skipped)))
    tests = f"{len(cases) - len(skipped)} tests" + (f", {len(skipped)} skipped" if skipped else "")
    return Result(part, Outcome.PASSED, seconds, "; ".join(counted) or tests)


def table(results: Sequence[Result]) -> str:
    """Return the results as a table, with a last line that counts them."""
    width = max(len(line.part) for line in results)
    lines = [f"{'part':<{width}}  result   minutes  what came of it"]
    lines += [f"{one.part:<{width}}  {one.outcome:<7}  {_minutes(one.seconds):>7}  {one.said}" for one in results]
    counts = {outcome: sum(one.outcome is outcome for one in results) for outcome in Outcome}
    total = ", ".join(f"{count} {outcome.lower()}" for outcome, count in counts.items())
    return "\n".join([*lines, "", total])


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
