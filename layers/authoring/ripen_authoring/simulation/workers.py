"""The workers of the functions, imported without AWS.

The function files read names from the environment at import and connect to nothing. Each name gets a value that leads
nowhere.
"""

import os
import re
from importlib.util import find_spec
from pathlib import Path

_AREAS = ("capture", "nurture", "score")
_VARIABLE = re.compile(r'os\.environ\["(\w+)"\]')
_NOWHERE = "https://nowhere.invalid/"


def _variables() -> set[str]:
    """Return the names of all environment variables that the function files read."""
    specs = [spec for area in _AREAS if (spec := find_spec(area))]
    folders = [Path(place) for spec in specs for place in spec.submodule_search_locations or ()]
    return {name for folder in folders for file in folder.glob("*.py") for name in _VARIABLE.findall(file.read_text())}


for _name in _variables():
    os.environ.setdefault(_name, _NOWHERE)
os.environ.setdefault("AWS_DEFAULT_REGION", "ap-northeast-1")
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "ripen")
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Ripen")

from capture import form, link  # noqa: E402
from nurture import advance, deliver, feedback, preferences, reply, webhook  # noqa: E402
from score import react  # noqa: E402

__all__ = ["advance", "deliver", "feedback", "form", "link", "preferences", "react", "reply", "webhook"]
