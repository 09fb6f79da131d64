"""A YAML file with the place of everything in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import YAMLError

from ripen_authoring.files.yaml_errors import told
from ripen_authoring.problem import InvalidPlaybook, Problem, Severity


class _Words(RoundTripConstructor):
    """Leaves 2026-12-01 the text that it is."""


_Words.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_scalar)


@dataclass(frozen=True)
class Document:
    """`value` is what the YAML says; `shift` how many lines of the file come before it (front matter)."""

    file: str
    value: Any
    shift: int = 0

    def problem(self, where: Sequence[int | str], message: str, severity: Severity = "error") -> Problem:
        """A problem at that path into the document, or at its deepest part that is there: a short form leaves out what
        the long one has."""
        line, column = 0, 0
        here = self.value
        for part in where:
            if isinstance(here, CommentedMap) and part in here:
                line, column = here.lc.key(part)
            elif isinstance(here, CommentedSeq) and isinstance(part, int) and part < len(here):
                line, column = here.lc.item(part)
            else:
                continue
            here = here[part]
        return Problem(self.file, line + 1 + self.shift, column + 1, message, severity)

    def warning(self, where: Sequence[int | str], message: str) -> Problem:
        return self.problem(where, message, "warning")


@lru_cache(maxsize=512)
def read_yaml(file: str, text: str, shift: int = 0) -> Document:
    """The document in that text, kept: nobody changes it. Raises Broken where it is no YAML, or no mapping of keys."""
    try:
        yaml = YAML()
        yaml.Constructor = _Words
        value = yaml.load(text)
    except YAMLError as error:
        line, column, message = told(error, text)
        raise InvalidPlaybook([Problem(file, line + 1 + shift, column + 1, message)]) from None
    except RecursionError:
        raise InvalidPlaybook([Problem(file, 1 + shift, 1, "too many things within one another")]) from None
    if not isinstance(value, CommentedMap):
        raise InvalidPlaybook([Problem(file, 1 + shift, 1, "write keys and values here; docs/playbook.md shows which")])
    return Document(file, value, shift)
