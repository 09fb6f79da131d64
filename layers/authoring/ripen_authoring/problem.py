"""What is wrong with a playbook: where, and what to write instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, order=True)
class Problem:
    """`file` is relative to the playbook's folder; line and column count from 1. A warning keeps nothing from being
    published."""

    file: str
    line: int
    column: int
    message: str
    severity: Literal["mistake", "warning"] = "mistake"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class Broken(Exception):
    """The playbook cannot be used. Holds every problem found in one run."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))
