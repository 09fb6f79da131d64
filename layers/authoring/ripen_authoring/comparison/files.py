"""Compare the files of two playbooks: each changed file, with its changes one a line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from ripen_authoring.comparison.values import changed_values, line_of
from ripen_authoring.files.document import read_yaml
from ripen_authoring.problem import InvalidPlaybook

_ALONE = ("ripen.yaml", "scoring.yaml", "routing.yaml")
_FOLDERS = ("campaigns", "emails", "forms", "journeys", "pages", "segments")
"""Files in other folders, such as personas, are not part of what is published."""


@dataclass(frozen=True)
class FileChange:
    """One changed file. `lines` are its changes: "hot.needs: proof → –"."""

    file: str
    how: Literal["added", "changed", "removed"]
    lines: tuple[str, ...] = ()


def changed_files(was: Mapping[str, str], now: Mapping[str, str]) -> tuple[FileChange, ...]:
    """Return the published files that differ in more than comments and blanks, in order of their paths."""
    return tuple(_changes(was, now))


def _changes(was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[FileChange]:
    for file in filter(_is_published, sorted(was.keys() | now.keys())):
        if file not in was:
            yield FileChange(file, "added")
        elif file not in now:
            yield FileChange(file, "removed")
        elif was[file] != now[file] and (lines := tuple(_lines(file, was[file], now[file]))):
            yield FileChange(file, "changed", lines)


def _is_published(file: str) -> bool:
    return file in _ALONE or file.partition("/")[0] in _FOLDERS


def _lines(file: str, was: str, now: str) -> Iterator[str]:
    if file.endswith((".yaml", ".yml")):
        try:
            return changed_values(read_yaml(file, was).value, read_yaml(file, now).value)
        except InvalidPlaybook:  # an older Ripen read it, and this one does not
            pass
    return _changed_text(was, now)


def _changed_text(was: str, now: str) -> Iterator[str]:
    """Yield each line of text that differs. A line that took the place of another comes with it."""
    old, new = _words(was), _words(now)
    for tag, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            pairs = max(i_end - i, j_end - j)
            before = [*old[i:i_end], *[None] * pairs][:pairs]
            after = [*new[j:j_end], *[None] * pairs][:pairs]
            yield from (line_of("", one, other) for one, other in zip(before, after, strict=True))


def _words(text: str) -> list[str | None]:
    """Return the lines that are not blank, without their margins."""
    return [line for each in text.splitlines() if (line := " ".join(each.split()))]
