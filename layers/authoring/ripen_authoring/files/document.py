"""Read a YAML file together with the position of everything in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import ConstructorError, RoundTripConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode
from ruamel.yaml.scanner import RoundTripScanner, ScannerError

from ripen.words import Words
from ripen_authoring.files.yaml_errors import (
    ALIASES_TOO_LARGE,
    CONTAINS_ITSELF,
    HALF_CHARACTER,
    TOO_DEEP,
    UNREADABLE_KEY,
    UNREADABLE_NUMBER,
    locate_error,
)
from ripen_authoring.problem import InvalidPlaybook, Problem, Severity

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_MAX_SIZE = 250_000
"""How much a file may stand for with its aliases written out: characters, and one for each value."""
_MAX_DEPTH = 50
"""How deep brackets may stand in one another. ruamel.yaml's time grows with the square of the depth."""


class _ShallowScanner(RoundTripScanner):
    """Refuses brackets in brackets that no person writes."""

    def fetch_flow_collection_start(self, token_class: Any, to_push: str) -> None:
        if self.flow_level >= _MAX_DEPTH:
            raise ScannerError(None, None, TOO_DEEP, self.reader.get_mark())
        super().fetch_flow_collection_start(token_class, to_push)


class _Strict(RoundTripConstructor):
    """Leaves a date such as 2026-12-01 as text, and raises an error with its position for what cannot be read.

    Aliases are measured before anything is built of them.
    """

    def construct_document(self, node: Any) -> Any:
        if _size(node, {}) > _MAX_SIZE:
            raise ConstructorError(None, None, ALIASES_TOO_LARGE, node.start_mark)
        return super().construct_document(node)

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


def _size(node: Any, known: dict[int, int | None]) -> int:
    """Return how much the node stands for, each alias written out. Raise ConstructorError where it contains itself.

    `known` has the sizes of the nodes so far, None for those around this one.
    """
    if id(node) in known:
        size = known[id(node)]
        if size is None:
            raise ConstructorError(None, None, CONTAINS_ITSELF, node.start_mark)
        return size
    if isinstance(node, ScalarNode):
        return 1 + len(node.value)
    known[id(node)] = None
    if isinstance(node, MappingNode):
        for key, _ in node.value:
            if not isinstance(key, ScalarNode) and not all(isinstance(part, ScalarNode) for part in _parts(key)):
                raise ConstructorError(None, None, UNREADABLE_KEY, key.start_mark)
    size = known[id(node)] = 1 + sum(_size(each, known) for each in _parts(node))
    return size


def _parts(node: Any) -> list[Any]:
    """Return the nodes in a list, or the keys and values of a mapping."""
    return list(chain.from_iterable(node.value)) if isinstance(node, MappingNode) else list(node.value)


@lru_cache(maxsize=512)
def read_yaml(file: str, text: str, shift: int = 0) -> Document:
    """Return the document in the text. Raise InvalidPlaybook unless it is YAML with keys and values.

    Documents are cached, so that nobody may change one.
    """
    try:
        yaml = YAML()
        yaml.Constructor = _Strict
        yaml.Scanner = _ShallowScanner
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
