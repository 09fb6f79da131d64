"""The benches that take a minute, in their quick form."""

import json
import os
import subprocess
import sys

import pytest

from bench.outside import PROJECT


@pytest.mark.parametrize(("bench", "figure"), [("journeys", "step"), ("refold", "leads recalculated")])
def test_a_quick_run_ends(bench: str, figure: str) -> None:
    command = [sys.executable, "-m", f"bench.{bench}", "--quick"]
    paths = os.pathsep.join(str(PROJECT / part) for part in (".", "layers/core", "functions"))

    done = subprocess.run(
        command, cwd=PROJECT, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=False
    )

    assert done.stdout, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["figures"][figure]["per_second"] > 0
