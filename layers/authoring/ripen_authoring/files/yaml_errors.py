"""Describe errors in YAML in plain words, with what to write instead."""

import re
from collections.abc import Iterator
from unicodedata import normalize

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from ripen.words import Words
from ripen_authoring.problem import Problem

_ENDS = "unexpected end of stream|got '<stream end>'"
UNREADABLE_NUMBER, HALF_CHARACTER = "number cannot be read", "half a character"
ALIASES_TOO_LARGE, CONTAINS_ITSELF, TOO_DEEP = "aliases too large", "alias within its own anchor", "nested too deeply"
UNREADABLE_KEY = "key cannot be read"
"""Errors of our own, beside those of ruamel.yaml."""
_DESCRIPTIONS = (
    (
        UNREADABLE_NUMBER,
        Words("this number cannot be read; put it in quotes", "この数値は読めません。引用符で囲んでください"),
    ),
    (
        HALF_CHARACTER,
        Words(
            r"a \\u escape here is half a character; write the character itself",
            r"\\u で始まる文字が半分だけです。文字そのものを書いてください",
        ),
    ),
    (
        ALIASES_TOO_LARGE,
        Words(
            "aliases (`*name`) make this file too large; use fewer",
            "エイリアス（`*名前`）でファイルが大きくなりすぎています。減らしてください",
        ),
    ),
    (
        CONTAINS_ITSELF,
        Words(
            "this contains itself by an alias (`*name`); remove the alias",
            "エイリアス（`*名前`）で自分自身を含んでいます。エイリアスを消してください",
        ),
    ),
    (
        UNREADABLE_KEY,
        Words("write a text as key", "キーには文字を書いてください"),
    ),
    (
        TOO_DEEP,
        Words("this file is nested too deeply", "このファイルは入れ子が深すぎます"),
    ),
    (
        r"found character '\\t'",
        Words("this is a tab; indent with spaces", "タブがあります。字下げには空白を使ってください"),
    ),
    (
        r"found character '(.)' that cannot start",
        Words(
            r"a value cannot begin with \1; put it in quotes",
            r"値を \1 で始めることはできません。引用符で囲んでください",
        ),
    ),
    (
        r"mapping values are not allowed",
        Words(
            "this line has one `: ` too many; put a text that contains `: ` in quotes",
            "この行には `: ` が多すぎます。`: ` を含む文は引用符で囲んでください",
        ),
    ),
    (
        r"found undefined alias '(.+)'",
        Words(r"no &\1 is defined above", r"これより上に &\1 の定義がありません"),
    ),
    (
        r'found duplicate key "(.+?)" with',
        Words(r"'\1' is written twice; keep one", r"'\1' が 2 回書かれています。1 つだけにしてください"),
    ),
    (
        r"for merging",
        Words("write `<<: *name`, with a name that &name defines", "`<<: *名前` と書き、&名前 で定義してください"),
    ),
    (_ENDS, Words("this is never closed", "ここで始まる括弧や引用符が閉じていません")),
    (
        r"expected ',' or '([]}])'",
        Words(
            r"a comma is missing here, or a \1 is missing before it",
            r"ここにコンマがないか、この前に \1 がありません",
        ),
    ),
    (
        r"found another document",
        Words(
            "`---` begins a second document; write one document per file",
            "`---` から 2 つ目の文書が始まっています。1 ファイルに 1 つだけ書いてください",
        ),
    ),
    (
        r"could not find expected ':'",
        Words("write `: ` and a value after the key", "キーのあとに `: ` と値を書いてください"),
    ),
    (
        r"expected <block end>, but found '([]}])'",
        Words(r"there is one \1 too many", r"\1 が 1 つ多すぎます"),
    ),
    (
        r"expected <block end>",
        Words(
            "this line is indented differently from the lines it belongs to",
            "この行の字下げが、同じまとまりのほかの行と違います",
        ),
    ),
    (
        r"found unknown escape character",
        Words(
            r"inside \"…\", write \\\\ for a backslash",
            r"\"…\" の中では、バックスラッシュを \\\\ と書いてください",
        ),
    ),
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


def locate_error(error: YAMLError, text: str) -> tuple[int, int, Words]:
    """Return line and column of the error, counted from 0, and its description."""
    match error:
        case MarkedYAMLError():
            opening = error.context_mark if re.search(_ENDS, str(error.problem)) else None
            mark = opening or error.problem_mark or error.context_mark
            line, column = (mark.line, mark.column) if mark else (0, 0)
            return line, column, _description(str(error.problem))
        case ReaderError():
            before = text[: error.position]
            character = f"U+{ord(text[error.position]):04X}"
            message = Words(
                f"there is an invisible character here ({character}); delete it",
                f"ここに見えない文字（{character}）があります。削除してください",
            )
            return before.count("\n"), error.position - before.rfind("\n") - 1, message
    return 0, 0, _description(str(error))


def full_width_signs(file: str, text: str) -> Iterator[Problem]:
    """Yield full-width characters where YAML needs a sign. Only for a file that is known to have errors."""
    for found in _FULL_WIDTH.finditer(text):
        sign = found[found.lastgroup or 0]
        at = found.start(found.lastgroup or 0)
        plain = "-" if sign in _DASHES else normalize("NFKC", sign)
        yield Problem(file, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), _full_width(sign, plain))


def _full_width(sign: str, plain: str) -> Words:
    match plain:
        case " ":
            instead = Words("a space", "半角の空白")
        case ":":
            instead = Words(f"{plain!r} and a space", f"半角の {plain!r} と空白")
        case _:
            instead = Words(repr(plain), f"半角の {plain!r}")
    return Words(f"'{sign}' is full-width; write {instead.en}", f"'{sign}' は全角です。{instead.ja} を書いてください")


def _description(problem: str) -> Words:
    for pattern, words in _DESCRIPTIONS:
        if found := re.search(pattern, problem):
            return Words(found.expand(words.en), found.expand(words.ja))
    return Words(f"this is not valid YAML: {problem}", f"YAML として読めません: {problem}")
