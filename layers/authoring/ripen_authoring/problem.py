"""What is wrong with a playbook: where, and what to write instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal
from unicodedata import normalize


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


def nearest(word: str, known: Iterable[str]) -> str:
    """What to write instead: "did you mean …?", else the whole choice if it is short, else ""."""
    choice = sorted(known)
    close = get_close_matches(normalize("NFKC", word), choice, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; write one of: {', '.join(choice)}" if 0 < len(choice) <= 12 else ""
