"""A problem in a playbook's files: where it is, and what to write instead."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ripen.words import Words, escaped

type Severity = Literal["error", "warning", "note"]
_LONGEST_QUOTE = 80


@dataclass(frozen=True, order=True)
class Problem:
    """`file` is relative to the playbook's folder; line and column count from 1. Only errors prevent publishing."""

    file: str
    line: int
    column: int
    message: Words
    severity: Severity = "error"

    def __str__(self) -> str:
        return self.in_language("en")

    def in_language(self, lang: str) -> str:
        """Return the problem with its position, in that language."""
        return escaped(f"{self.file}:{self.line}:{self.column}: {self.message.in_language(lang)}")


def quoted(written: object) -> str:
    """Return a value of a file as it is written in YAML, shortened, for a message."""
    match written:
        case None:
            return "null"
        case bool():
            return str(written).lower()
        case str():
            return repr(_short(str(written)))
        case int() | float():
            return _short(str(written))
        case dict():
            return "{…}"
        case list() | tuple():
            return "[…]"
    return "…"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


class InvalidPlaybook(Exception):
    """The playbook has errors. `problems` holds everything that one run found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__(self.listing(Path()).en)

    def listing(self, folder: Path) -> Words:
        """Return all problems, one a line, each with the path of its file in the playbook's folder."""
        found = [replace(problem, file=str(folder / problem.file)) for problem in self.problems]
        en, ja = ("\n".join(problem.in_language(lang) for problem in found) for lang in ("en", "ja"))
        return Words(en, ja)


class InvalidValue(ValueError):
    """A value in a file is not allowed. `message` says in both languages what to write instead."""

    def __init__(self, en: str, ja: str) -> None:
        self.message = Words(en, ja)
        super().__init__(en)
