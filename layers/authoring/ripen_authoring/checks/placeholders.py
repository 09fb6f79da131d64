"""Warn of texts of `ripen new` that nobody has replaced. The starters mark these texts «like this»."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ripen.words import Words
from ripen_authoring.files.folder import Folder
from ripen_authoring.files.sources import read_sources
from ripen_authoring.problem import Problem

STARTERS = Path(__file__).parents[1] / "starters"
_MARKED = re.compile("«(.+?)»")
_BEFORE, _AFTER = r"(?<![^\s>\"'])", r"(?=\s*(?:$|[<\"',}]))"
"""A placeholder stands alone in its line, tag or quotes. So a sentence that contains its words is none."""


def check(folder: Folder) -> Iterator[Problem]:
    """Warn once for each file, at its first placeholder."""
    for file, text in read_sources(folder.path).items():
        found = list(_placeholders().finditer(text))
        if found:
            lines = [text.count("\n", 0, each.start()) + 1 for each in found]
            column = found[0].start() - text.rfind("\n", 0, found[0].start())
            yield Problem(file, lines[0], column, _message(lines[1:]), "warning")


def without_marks(text: str) -> str:
    """Return the text of a starter as it is written to a new file."""
    return _MARKED.sub(r"\1", text)


@cache
def _placeholders() -> re.Pattern[str]:
    texts = {found for path in STARTERS.rglob("*.*") for found in _MARKED.findall(path.read_text("utf-8"))}
    return re.compile(f"{_BEFORE}(?:{'|'.join(map(re.escape, sorted(texts)))}){_AFTER}", re.MULTILINE)


def _message(others: list[int]) -> Words:
    """Return the warning. `others` are the lines of further placeholders in the same file."""
    lines = ", ".join(map(str, others))
    return Words(
        "this is still the placeholder of `ripen new`"
        f"{f' (also on line {lines})' if others else ''}; replace it with your own words",
        f"`ripen new` が入れた仮の文のままです{f'（ほかに {lines} 行目）' if others else ''}。"
        "自分の言葉に書き換えてください",
    )
