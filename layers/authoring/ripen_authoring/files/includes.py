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
from ripen_authoring.files.source import MAX_CHARACTERS, read_text
from ripen_authoring.problem import InvalidPlaybook, Problem

_INCLUDE = re.compile(r"""\{%-?\s*include\s+['"]([^'"]+)['"]\s*-?%\}|<mj-include\s+path="([^"]+)"\s*/>""")
_MAX_LINES = 10_000
"""Most lines of a template with its shared parts. Each shared part counts as one line at least."""
_MAX_DEPTH = 20
"""How deep shared parts may stand in one another."""
_TOO_MANY_LINES = Words(
    "with its shared parts this template is over 10,000 lines long; include fewer",
    "共通部分を合わせると 10,000 行を超えます。読み込む数を減らしてください",
)
_TOO_LONG = Words(
    f"with its shared parts this template has over {MAX_CHARACTERS:,} characters; include fewer",
    f"共通部分を合わせると {MAX_CHARACTERS:,} 文字を超えます。読み込む数を減らしてください",
)
_TOO_DEEP = Words(
    "shared parts stand in one another more than 20 deep; include them directly",
    "共通部分の入れ子が 20 段を超えています。直接読み込んでください",
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


_NOTHING = ExpandedTemplate("", ())


def expand_includes(template: str, file: str, parts: Path, shift: int = 0) -> ExpandedTemplate:
    """Return the text with each include replaced by the shared part of that name in the folder `parts`."""
    return _Expansion(parts).expand(template, file, shift)


class _TooLarge(Exception):
    """The template is too large with its shared parts. `message` says what to do."""

    def __init__(self, message: Words) -> None:
        super().__init__(message.en)
        self.message = message


class _Expansion:
    """Expands one template, and counts what its shared parts add up to."""

    def __init__(self, parts: Path) -> None:
        self._parts = parts
        self._lines = 0
        self._characters = 0

    def expand(self, template: str, file: str, shift: int = 0, within: tuple[str, ...] = ()) -> ExpandedTemplate:
        """Expand the text of a file. `within` has the names of the shared parts around it."""
        pieces: list[ExpandedTemplate] = []
        for number, line in enumerate(template.split("\n"), start=1 + shift):
            try:
                pieces += self._split(line, file, number, within)
            except _TooLarge as error:
                if within:
                    raise
                return ExpandedTemplate("", ((file, number),), (Problem(file, number, 1, error.message),))
        return ExpandedTemplate(
            "\n".join(piece.text for piece in pieces),
            tuple(place for piece in pieces for place in piece.origin),
            tuple(problem for piece in pieces for problem in piece.problems),
        )

    def _split(self, line: str, file: str, number: int, within: tuple[str, ...]) -> Iterator[ExpandedTemplate]:
        """Split one line at its includes. The text of an include gets lines of its own."""
        here = ((file, number),)
        done = 0
        for found in _INCLUDE.finditer(line):
            if line[done : found.start()].strip():
                yield self._counted(ExpandedTemplate(line[done : found.start()], here))
            where = Problem(file, number, found.start() + 1, Words("", ""))
            yield self._shared_part(found[1] or found[2], where, within)
            done = found.end()
        if not done or line[done:].strip():
            yield self._counted(ExpandedTemplate(line[done:], here))

    def _counted(self, piece: ExpandedTemplate) -> ExpandedTemplate:
        self._lines += 1
        self._characters += len(piece.text) + 1
        if self._lines > _MAX_LINES:
            raise _TooLarge(_TOO_MANY_LINES)
        if self._characters > MAX_CHARACTERS:
            raise _TooLarge(_TOO_LONG)
        return piece

    def _shared_part(self, name: str, where: Problem, within: tuple[str, ...]) -> ExpandedTemplate:
        self._counted(_NOTHING)
        if len(within) >= _MAX_DEPTH:
            raise _TooLarge(_TOO_DEEP)
        known = {path.name for path in self._parts.glob("_*")}
        if name not in known or name in within:
            hint = nearest(name, known)
            missing = Words(f"there is no shared part {name!r}{hint.en}", f"共通部分 {name!r} はありません{hint.ja}")
            itself = Words(f"{name!r} includes itself", f"{name!r} が自分自身を読み込んでいます")
            message = itself if name in known else missing
            return ExpandedTemplate("", ((where.file, where.line),), (replace(where, message=message),))
        file = f"{self._parts.name}/{name}"
        try:
            return self.expand(read_text(self._parts.parent, file).rstrip("\n"), file, within=(*within, name))
        except InvalidPlaybook as invalid:
            return ExpandedTemplate("", ((where.file, where.line),), invalid.problems)
