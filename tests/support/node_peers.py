"""JavaScript libraries that check our output, as small programs: JSON in, JSON out."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parents[1] / "peers"


def run(program: str, given: object, **environment: str) -> Any:
    """Return the answer of tests/peers/<program>.mjs.

    If it fails, fail the test with its output; if the libraries are missing, with how to install them.
    """
    assert (_HERE / "node_modules").is_dir(), "npm install --prefix tests/peers --no-package-lock (make test does it)"
    done = subprocess.run(
        ["node", str(_HERE / f"{program}.mjs")],
        input=json.dumps(given),
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
