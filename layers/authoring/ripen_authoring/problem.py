"""A problem in a playbook's files: where it is, and what to write instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

type Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Problem:
    """`file` is relative to the playbook's folder; line and column count from 1. Warnings do not prevent publishing."""

    file: str
    line: int
    column: int
    message: str
    severity: Severity = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class InvalidPlaybook(Exception):
    """The playbook has errors. `problems` holds everything that one run found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))
