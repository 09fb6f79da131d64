"""Read a YAML file together with the position of everything in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import YAMLError

from ripen.words import Words
from ripen_authoring.files.yaml_errors import locate_error
from ripen_authoring.problem import InvalidPlaybook, Problem, Severity


class _DatesAsText(RoundTripConstructor):
    """Leaves a date such as 2026-12-01 as text."""


_DatesAsText.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_scalar)


@dataclass(frozen=True)
class Document:
    """The value of a YAML file. `shift` is the number of lines above it (for front matter)."""

    file: str
    value: Any
    shift: int = 0

    def problem(self, where: Sequence[int | str], message: Words, severity: Severity = "error") -> Problem:
        """Return a problem at that path into the document.

        Parts of the path that the file does not have are skipped: a short form leaves out keys of the long form.
        A key that `<<` merges in has no position of its own.
        """
        line, column = 0, 0
        here = self.value
        for part in where:
            is_index = isinstance(here, CommentedSeq) and isinstance(part, int) and part < len(here)
            if is_index or (isinstance(here, CommentedMap) and part in here):
                line, column, *_ = (here.lc.data or {}).get(part, (line, column))
                here = here[part]
        return Problem(self.file, line + 1 + self.shift, column + 1, message, severity)

    def warning(self, where: Sequence[int | str], message: Words) -> Problem:
        """Return a warning at that path into the document."""
        return self.problem(where, message, "warning")


@lru_cache(maxsize=512)
def read_yaml(file: str, text: str, shift: int = 0) -> Document:
    """Return the document in the text. Raise InvalidPlaybook unless it is YAML with keys and values.

    Documents are cached, so that nobody may change one.
    """
    try:
        yaml = YAML()
        yaml.Constructor = _DatesAsText
        value = yaml.load(text)
    except YAMLError as error:
        line, column, message = locate_error(error, text)
        raise InvalidPlaybook([Problem(file, line + 1 + shift, column + 1, message)]) from None
    except RecursionError:
        message = Words("this file is nested too deeply", "このファイルは入れ子が深すぎます")
        raise InvalidPlaybook([Problem(file, 1 + shift, 1, message)]) from None
    if not isinstance(value, CommentedMap):
        message = Words(
            "write keys and values here; docs/playbook.md shows which",
            "ここにはキーと値を書いてください。書き方は docs/playbook.md にあります",
        )
        raise InvalidPlaybook([Problem(file, 1 + shift, 1, message)])
    return Document(file, value, shift)
