"""One request to the API and its answer, independent of HTTP, so that parts of a composite get the same answers."""

import re
from copy import replace
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from sandbox.salesforce.refused import Refused, not_found

_DATA = re.compile(r"/services/data/v(\d+)\.0(/.*)?")


@dataclass(frozen=True)
class Call:
    method: str
    steps: tuple[str, ...]
    """The parts of the path after the version."""
    version: int
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    """Names are in lower case."""
    body: Any = None
    user: str = ""
    """Id of the user whose session makes the call."""

    @property
    def base(self) -> str:
        return f"/services/data/v{self.version}.0"

    def by(self, user: str) -> "Call":
        """Return the call as this user makes it."""
        return replace(self, user=user)

    def record(self) -> dict[str, Any]:
        """Return the body as a record. Raises Refused."""
        if not isinstance(self.body, dict):
            raise Refused("JSON_PARSER_ERROR", "Unexpected content: an object with the record's fields was expected")
        return self.body


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def call(method: str, path: str, query: str, headers: dict[str, str], body: Any) -> Call:
    """Return the call of a percent-encoded path; a key in it may hold a slash. Raises Refused."""
    found = _DATA.fullmatch(path)
    if found is None or not 50 <= int(found[1]) <= 68:
        raise not_found()
    steps = tuple(unquote(step) for step in (found[2] or "").split("/") if step)
    asked = dict(parse_qsl(query, keep_blank_values=True))
    return Call(method, steps, int(found[1]), asked, headers, body)
