"""What keeps a file from being YAML, in words that say what to write instead."""

import re
from collections.abc import Iterator
from unicodedata import normalize

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from ripen_authoring.problem import Problem

_ENDS = "unexpected end of stream|got '<stream end>'"
_WORDS = (
    (r"found character '\\t'", "this is a tab; indent with spaces"),
    (r"found character '(.)' that cannot start", r"\1 cannot begin a value; put the value into quotes"),
    (r"mapping values are not allowed", "one `: ` too many on this line; put a text that has one into quotes"),
    (r"found undefined alias '(.+)'", r"nothing above is called &\1"),
    (r'found duplicate key "(.+?)" with', r"'\1' is there twice; keep one of them"),
    (_ENDS, "this is opened and never closed"),
    (r"expected ',' or '([]}])'", r"a comma is missing here, or a \1 before"),
    (r"found another document", "`---` begins a second document; a file holds one"),
    (r"could not find expected ':'", "a key needs `: ` and a value behind it"),
    (r"expected <block end>, but found '([]}])'", r"one \1 too many"),
    (r"expected <block end>", "this is indented otherwise than what it belongs to"),
    (r"found unknown escape character", r"inside \"…\" write \\\\ for a backslash"),
)
_WIDE = re.compile(
    r"""^[ ]*(?:-[ ]+)?[{]?[ ]*["']?\w+["']?[ ]*(?P<colon>：)
    | ^[ ]*(?P<space>　)
    | ^[ ]*-(?P<after>　)
    | ^[ ]*(?P<dash>[－ー—–])[ 　]
    | :[ ]*(?P<bracket>[［｛])""",
    re.MULTILINE | re.VERBOSE,
)
_DASHES = "ー—–"


def told(error: YAMLError, text: str) -> tuple[int, int, str]:
    """Line and column, from 0, and what is wrong there."""
    match error:
        case MarkedYAMLError():
            begun = error.context_mark if re.search(_ENDS, str(error.problem)) else None
            mark = begun or error.problem_mark or error.context_mark
            line, column = (mark.line, mark.column) if mark else (0, 0)
            return line, column, _said(str(error.problem))
        case ReaderError():
            before = text[: error.position]
            message = f"there is a character here that nobody sees (U+{ord(text[error.position]):04X}); delete it"
            return before.count("\n"), error.position - before.rfind("\n") - 1, message
    return 0, 0, _said(str(error))


def wide(file: str, text: str) -> Iterator[Problem]:
    """Of a file with mistakes: signs of YAML that are written full-width, and so are none."""
    for found in _WIDE.finditer(text):
        sign = found[found.lastgroup or 0]
        at = found.start(found.lastgroup or 0)
        plain = "-" if sign in _DASHES else normalize("NFKC", sign)
        named = "a space" if plain == " " else repr(plain) + " and a space" * (plain == ":")
        message = f"'{sign}' is full-width; write {named}"
        yield Problem(file, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), message)


def _said(problem: str) -> str:
    for pattern, words in _WORDS:
        if found := re.search(pattern, problem):
            return found.expand(words)
    return f"this is no YAML: {problem}"
