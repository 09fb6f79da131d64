"""For each mutant, run the tests that enter its function, in a fork of one process that has loaded everything.

A new pytest for each mutant would need seconds to import what the tests need. A fork takes milliseconds.
"""

import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from hypothesis import Phase, settings

from tests.support.live_code import put_in
from tests.support.mutants import Mutant

_TOOL = sys.monitoring.COVERAGE_ID  # a test uses the profiler
_NOT_TRIED = 99
_PATIENCE = 30.0
"""Seconds that tests may take longer than before: a mutant that hangs is noticed by its hanging."""
_AT_MOST = 60.0
"""Seconds of tests for one mutant, by what they took before. The quickest come first."""


@dataclass(eq=False)
class Watch:
    """A plugin of pytest: notes how long each test takes, and which functions of the files it enters."""

    files: frozenset[str]
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    entering: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    test: str = ""

    def pytest_sessionstart(self) -> None:
        settings.register_profile("mutants", deadline=None, database=None, phases=(Phase.explicit, Phase.generate))
        settings.load_profile("mutants")
        sys.monitoring.use_tool_id(_TOOL, "mutants")
        sys.monitoring.register_callback(_TOOL, sys.monitoring.events.PY_START, self._entered)
        sys.monitoring.set_events(_TOOL, sys.monitoring.events.PY_START)

    def pytest_sessionfinish(self) -> None:
        sys.monitoring.set_events(_TOOL, 0)
        sys.monitoring.free_tool_id(_TOOL)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.test = nodeid
        sys.monitoring.restart_events()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration

    def _entered(self, code: CodeType, offset: int) -> object:
        if code.co_filename in self.files:
            self.entering[code.co_filename, code.co_qualname.partition(".<locals>")[0]].add(self.test)
        return sys.monitoring.DISABLE

    def tests_for(self, mutant: Mutant) -> list[str]:
        """Return the tests that enter the mutant's function, the quickest first."""
        found = self.entering[str(mutant.path.resolve()), mutant.place]
        chosen, total = [], 0.0
        for test in sorted(found, key=lambda test: (self.seconds[test], test)):
            total += self.seconds[test]
            if total < _AT_MOST:
                chosen.append(test)
        return chosen


class _QuickestFirst:
    def __init__(self, order: Sequence[str]) -> None:
        self.order = {test: number for number, test in enumerate(order)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: self.order.get(item.nodeid, 0))


@dataclass
class Hunt:
    noticed: list[Mutant] = field(default_factory=list)
    survived: list[Mutant] = field(default_factory=list)
    not_reached: list[Mutant] = field(default_factory=list)
    untried: list[Mutant] = field(default_factory=list)
    """Whose tests could not be run at all: a mistake of the hunt."""


def watched(tests: Sequence[str], files: Iterable[Path]) -> Watch:
    """Run the tests once, unbroken. Raise AssertionError if they fail."""
    watch = Watch(frozenset(str(file.resolve()) for file in files))
    code = pytest.main(["-q", "-p", "no:cacheprovider", "--timeout=0", *tests], plugins=[watch])
    assert code == 0, f"the tests fail without any mutant: pytest ended with {code}"
    return watch


def hunt(mutants: Sequence[Mutant], watch: Watch, until: float, processes: int) -> Hunt:
    """Test the mutants side by side until the given moment of the monotonic clock."""
    outcome, waiting = Hunt(), list(mutants)
    running: dict[int, tuple[Mutant, float]] = {}
    while waiting or running:
        while waiting and len(running) < processes and time.monotonic() < until:
            mutant = waiting.pop(0)
            if tests := watch.tests_for(mutant):
                limit = time.monotonic() + _PATIENCE + 4 * sum(watch.seconds[test] for test in tests)
                running[_fork(mutant, tests)] = (mutant, limit)
            else:
                outcome.survived.append(mutant)
        if time.monotonic() >= until:
            outcome.not_reached, waiting = outcome.not_reached + waiting, []
        _collect(running, outcome)
    return outcome


def _collect(running: dict[int, tuple[Mutant, float]], outcome: Hunt) -> None:
    for process, (mutant, limit) in list(running.items()):
        ended, status = os.waitpid(process, os.WNOHANG)
        late = not ended and time.monotonic() > limit
        if late:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        if ended or late:
            del running[process]
            code = 1 if late or os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)
            {0: outcome.survived, 1: outcome.noticed}.get(code, outcome.untried).append(mutant)
            done = len(outcome.noticed) + len(outcome.survived)
            if done % 25 == 0:
                print(f"  {done} mutants, {len(outcome.survived)} survived", flush=True)
    time.sleep(0.02)


def _fork(mutant: Mutant, tests: Sequence[str]) -> int:
    if process := os.fork():
        return process
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    code: Any = 1
    try:
        put_in(mutant)
        code = pytest.main(
            ["-x", "-q", "-p", "no:cacheprovider", "--timeout=0", *tests], plugins=[_QuickestFirst(tests)]
        )
    finally:
        os._exit(int(code))
