"""Describe errors in YAML in plain words, with what to write instead."""

import re
from collections.abc import Iterator
from unicodedata import normalize

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from ripen_authoring.problem import Problem

_ENDS = "unexpected end of stream|got '<stream end>'"
_DESCRIPTIONS = (
    (r"found character '\\t'", "this is a tab; indent with spaces"),
    (r"found character '(.)' that cannot start", r"a value cannot begin with \1; put it in quotes"),
    (r"mapping values are not allowed", "this line has one `: ` too many; put a text that contains `: ` in quotes"),
    (r"found undefined alias '(.+)'", r"no &\1 is defined above"),
    (r'found duplicate key "(.+?)" with', r"'\1' is written twice; keep one"),
    (_ENDS, "this is never closed"),
    (r"expected ',' or '([]}])'", r"a comma is missing here, or a \1 is missing before it"),
    (r"found another document", "`---` begins a second document; write one document per file"),
    (r"could not find expected ':'", "write `: ` and a value after the key"),
    (r"expected <block end>, but found '([]}])'", r"there is one \1 too many"),
    (r"expected <block end>", "this line is indented differently from the lines it belongs to"),
    (r"found unknown escape character", r"inside \"…\", write \\\\ for a backslash"),
)
_FULL_WIDTH = re.compile(
    r"""^[ ]*(?:-[ ]+)?[{]?[ ]*["']?\w+["']?[ ]*(?P<colon>：)
    | ^[ ]*(?P<space>　)
    | ^[ ]*-(?P<after>　)
    | ^[ ]*(?P<dash>[－ー—–])[ 　]
    | :[ ]*(?P<bracket>[［｛])""",
    re.MULTILINE | re.VERBOSE,
)
_DASHES = "ー—–"


def locate_error(error: YAMLError, text: str) -> tuple[int, int, str]:
    """Return line and column of the error, counted from 0, and its description."""
    match error:
        case MarkedYAMLError():
            opening = error.context_mark if re.search(_ENDS, str(error.problem)) else None
            mark = opening or error.problem_mark or error.context_mark
            line, column = (mark.line, mark.column) if mark else (0, 0)
            return line, column, _description(str(error.problem))
        case ReaderError():
            before = text[: error.position]
            message = f"there is an invisible character here (U+{ord(text[error.position]):04X}); delete it"
            return before.count("\n"), error.position - before.rfind("\n") - 1, message
    return 0, 0, _description(str(error))


def full_width_signs(file: str, text: str) -> Iterator[Problem]:
    """Yield full-width characters where YAML needs a sign. Only for a file that is known to have errors."""
    for found in _FULL_WIDTH.finditer(text):
        sign = found[found.lastgroup or 0]
        at = found.start(found.lastgroup or 0)
        plain = "-" if sign in _DASHES else normalize("NFKC", sign)
        named = "a space" if plain == " " else repr(plain) + " and a space" * (plain == ":")
        message = f"'{sign}' is full-width; write {named}"
        yield Problem(file, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), message)


def _description(problem: str) -> str:
    for pattern, words in _DESCRIPTIONS:
        if found := re.search(pattern, problem):
            return found.expand(words)
    return f"this is not valid YAML: {problem}"
