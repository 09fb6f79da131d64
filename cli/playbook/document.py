"""A YAML file with the place of everything in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from cli.playbook.problem import Broken, Problem


@dataclass(frozen=True)
class Document:
    """`value` is what the YAML says; `shift` how many lines of the file come before it (front matter)."""

    file: str
    value: Any
    shift: int = 0

    def problem(
        self, where: Sequence[int | str], message: str, severity: Literal["mistake", "warning"] = "mistake"
    ) -> Problem:
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
def read(file: str, text: str, shift: int = 0) -> Document:
    """The document in that text, kept: nobody changes it. Raises Broken where it is no YAML, or no mapping of keys."""
    try:
        value = YAML().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        raise Broken([Problem(file, line + 1 + shift, column + 1, f"this is no YAML: {error.problem}")]) from None
    except YAMLError as error:
        raise Broken([Problem(file, 1 + shift, 1, f"this is no YAML: {error}")]) from None
    if not isinstance(value, CommentedMap):
        raise Broken([Problem(file, 1 + shift, 1, "write keys and values here, such as `title: …`")])
    return Document(file, value, shift)
