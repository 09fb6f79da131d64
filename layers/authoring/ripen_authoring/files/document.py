"""Read a YAML file together with the position of everything in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import ConstructorError, RoundTripConstructor
from ruamel.yaml.error import YAMLError

from ripen.words import Words
from ripen_authoring.files.yaml_errors import HALF_CHARACTER, UNREADABLE_NUMBER, locate_error
from ripen_authoring.problem import InvalidPlaybook, Problem, Severity

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_MOST_VALUES = 20_000
"""Most values that a file with aliases may stand for."""


class _Strict(RoundTripConstructor):
    """Leaves a date such as 2026-12-01 as text, and raises an error with its position for an unreadable scalar."""

    def construct_scalar(self, node: Any) -> Any:
        if isinstance(node.value, str) and _HALF_CHARACTER.search(node.value):
            raise ConstructorError(None, None, HALF_CHARACTER, node.start_mark)
        return super().construct_scalar(node)

    def construct_yaml_int(self, node: Any) -> Any:
        try:
            return super().construct_yaml_int(node)
        except ValueError:
            raise ConstructorError(None, None, UNREADABLE_NUMBER, node.start_mark) from None

    def construct_yaml_float(self, node: Any) -> Any:
        try:
            return super().construct_yaml_float(node)
        except ValueError:
            raise ConstructorError(None, None, UNREADABLE_NUMBER, node.start_mark) from None


_Strict.add_constructor("tag:yaml.org,2002:timestamp", _Strict.construct_scalar)
_Strict.add_constructor("tag:yaml.org,2002:int", _Strict.construct_yaml_int)
_Strict.add_constructor("tag:yaml.org,2002:float", _Strict.construct_yaml_float)


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


def _is_bomb(value: Any) -> bool:
    """Return whether aliases multiply the values of a document to very many."""
    sizes: dict[int, int] = {}
    written = 0

    def size(part: Any) -> int:
        nonlocal written
        if not isinstance(part, CommentedMap | CommentedSeq):
            return 1
        if id(part) not in sizes:
            written += len(part)
            sizes[id(part)] = 0  # for a part that contains itself
            inside = part.values() if isinstance(part, CommentedMap) else part
            sizes[id(part)] = 1 + sum(size(each) for each in inside)
        return sizes[id(part)]

    return size(value) > max(_MOST_VALUES, 3 * written)


@lru_cache(maxsize=512)
def read_yaml(file: str, text: str, shift: int = 0) -> Document:
    """Return the document in the text. Raise InvalidPlaybook unless it is YAML with keys and values.

    Documents are cached, so that nobody may change one.
    """
    try:
        yaml = YAML()
        yaml.Constructor = _Strict
        value = yaml.load(text)
        is_too_large = _is_bomb(value)
    except YAMLError as error:
        line, column, message = locate_error(error, text)
        raise InvalidPlaybook([Problem(file, line + 1 + shift, column + 1, message)]) from None
    except RecursionError:
        message = Words("this file is nested too deeply", "このファイルは入れ子が深すぎます")
        raise InvalidPlaybook([Problem(file, 1 + shift, 1, message)]) from None
    if is_too_large:
        message = Words(
            "aliases (`*name`) make this file too large; use fewer",
            "エイリアス（`*名前`）でファイルが大きくなりすぎています。減らしてください",
        )
        raise InvalidPlaybook([Problem(file, 1 + shift, 1, message)])
    if not isinstance(value, CommentedMap):
        message = Words(
            "write keys and values here; docs/playbook.md shows which",
            "ここにはキーと値を書いてください。書き方は docs/playbook.md にあります",
        )
        raise InvalidPlaybook([Problem(file, 1 + shift, 1, message)])
    return Document(file, value, shift)
