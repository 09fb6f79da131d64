"""Replace the includes of a template by the shared parts, and remember where each line came from.

Shared parts are files beside the template whose names begin with "_". `{% include '_top.liquid' %}` in a page and
`<mj-include path="_top.mjml" />` in a mail stand for their text. They are replaced at publish, so that the functions
read no files.
"""

import re
from collections.abc import Iterator
from copy import replace
from dataclasses import dataclass
from pathlib import Path

from ripen.nearest import nearest
from ripen.words import Words
from ripen_authoring.files.source import read_text
from ripen_authoring.problem import InvalidPlaybook, Problem

_INCLUDE = re.compile(r"""\{%-?\s*include\s+['"]([^'"]+)['"]\s*-?%\}|<mj-include\s+path="([^"]+)"\s*/>""")
_MOST_LINES = 10_000
"""Most lines of a template with its shared parts. Each shared part counts as one line at least."""
_TOO_LONG = Words(
    "with its shared parts this template is over 10,000 lines long; include fewer",
    "共通部分を合わせると 10,000 行を超えます。読み込む数を減らしてください",
)


@dataclass(frozen=True)
class ExpandedTemplate:
    """A template without includes. `origin` has the file and line of each line of `text`."""

    text: str
    origin: tuple[tuple[str, int], ...]
    problems: tuple[Problem, ...] = ()

    def problem(self, line: int, column: int, message: Words) -> Problem:
        """Return a problem at a position in `text`, located in the file where that line was written."""
        file, written = self.origin[min(max(line, 1), len(self.origin)) - 1]
        return Problem(file, written, max(column, 1), message)

    def warning(self, line: int, column: int, message: Words) -> Problem:
        """Return a warning at a position in `text`."""
        return replace(self.problem(line, column, message), severity="warning")

    def at(self, index: int) -> tuple[int, int]:
        """Return line and column of a character in `text`."""
        before = self.text[:index]
        return before.count("\n") + 1, index - before.rfind("\n")


def expand_includes(
    template: str, file: str, parts: Path, shift: int = 0, within: tuple[str, ...] = ()
) -> ExpandedTemplate:
    """Return the text with each include replaced by the shared part of that name in the folder `parts`.

    `within` has the names of the shared parts around this one.
    """
    pieces: list[ExpandedTemplate] = []
    lines = 0
    for number, line in enumerate(template.split("\n"), start=1 + shift):
        for piece in _split(line, file, number, parts, within):
            pieces.append(piece)
            lines += len(piece.origin)
            if lines > _MOST_LINES:
                return ExpandedTemplate("", ((file, number),), (Problem(file, number, 1, _TOO_LONG),))
    return ExpandedTemplate(
        "\n".join(piece.text for piece in pieces),
        tuple(place for piece in pieces for place in piece.origin),
        tuple(problem for piece in pieces for problem in piece.problems),
    )


def _split(line: str, file: str, number: int, parts: Path, within: tuple[str, ...]) -> Iterator[ExpandedTemplate]:
    """Split one line at its includes. The text of an include gets lines of its own."""
    here = ((file, number),)
    done = 0
    for found in _INCLUDE.finditer(line):
        if line[done : found.start()].strip():
            yield ExpandedTemplate(line[done : found.start()], here)
        yield _shared_part(found[1] or found[2], Problem(file, number, found.start() + 1, Words("", "")), parts, within)
        done = found.end()
    if not done or line[done:].strip():
        yield ExpandedTemplate(line[done:], here)


def _shared_part(name: str, where: Problem, parts: Path, within: tuple[str, ...]) -> ExpandedTemplate:
    known = {path.name for path in parts.glob("_*")}
    if name not in known or name in within:
        hint = nearest(name, known)
        missing = Words(f"there is no shared part {name!r}{hint.en}", f"共通部分 {name!r} はありません{hint.ja}")
        itself = Words(f"{name!r} includes itself", f"{name!r} が自分自身を読み込んでいます")
        message = itself if name in known else missing
        return ExpandedTemplate("", ((where.file, where.line),), (replace(where, message=message),))
    file = f"{parts.name}/{name}"
    try:
        return expand_includes(read_text(parts / name, file).rstrip("\n"), file, parts, within=(*within, name))
    except InvalidPlaybook as invalid:
        return ExpandedTemplate("", ((where.file, where.line),), invalid.problems)
