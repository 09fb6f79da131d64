"""JavaScript libraries of others, as small programs: JSON in, JSON out."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

PEERS = Path(__file__).parents[1] / "peers"
LONG = Path(__file__).parents[1] / "long"


def run(program: str, given: object, folder: Path = PEERS, **environment: str) -> Any:
    """Return the answer of <folder>/<program>.mjs.

    If it fails, fail the test with its output; if the libraries are missing, with how to install them.
    """
    assert (folder / "node_modules").is_dir(), f"npm ci --prefix {folder} --ignore-scripts (make test does it)"
    done = subprocess.run(
        ["node", str(folder / f"{program}.mjs")],
        input=json.dumps(given),
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
