"""Read a CSV file that a person uploads, as spreadsheets write it."""

import csv
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Collection
from io import StringIO
from unicodedata import normalize

from ripen.failure import Failure
from ripen.words import Words

_MAIL = ("mail", "email", "メール", "eメール", "電子メール", "メアド")
ADDRESS_NAMES = frozenset([*_MAIL, "mailaddress", "emailaddress", "メールアドレス", "eメールアドレス"])
"""What the column of addresses may be called (squeezed)."""
_NOT_IN_A_NAME = re.compile(r"\(.*?\)|[\s_*:.※・-]")
_DELIMITERS = (",", ";", "\t")
_SEPARATOR = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
"""The first line by which Excel is told the delimiter."""


def read_rows(raw: bytes, file: str, names: Collection[str]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the first line, and the others that are not blank, each with its line number. Raise Failure.

    The text may be UTF-8, cp932 as Japanese Excel writes it, or Excel's "Unicode text": UTF-16 with tabs. Cells are
    separated by commas, semicolons or tabs, or as a first line `sep=` says; `names` are those of columns that decide.
    """
    (_, heads), *rows = _rows(_decode(raw, file), file, names) or [(1, [])]
    for line, row in rows:
        if any(row[len(heads) :]):
            raise broken_row(
                file,
                line,
                Words("It has more cells than the first line.", "1行目より列が多くなっています。"),
                Words("Put quotation marks around a cell with a comma.", "カンマを含むセルを引用符で囲んでください。"),
            )
    return heads, rows


def squeezed(head: str) -> str:
    """Return the name of a column without spaces, marks and what stands in brackets: "E-mail (required)" is email."""
    return _NOT_IN_A_NAME.sub("", normalize("NFKC", head).casefold())


def _rows(text: str, file: str, names: Collection[str]) -> list[tuple[int, list[str]]]:
    """Return the rows that are not blank, each with the line in which it begins."""
    told = _SEPARATOR.match(text)
    first = text.partition("\n")[0]
    delimiter = (
        told[1] if told else max(_DELIMITERS, key=lambda each: (_is_named(first, each, names), first.count(each)))
    )
    reader = csv.reader(StringIO(text[told.end() :] if told else text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    while True:
        line = reader.line_num + (2 if told else 1)
        try:
            row = next(reader)
        except StopIteration:
            return rows
        except csv.Error:
            raise open_quote(file, line) from None
        if any(cell.strip() for cell in row):
            rows.append((line, row))


def _is_named(first: str, delimiter: str, names: Collection[str]) -> bool:
    """Return whether a column has one of the names if the first line is cut there."""
    return any(squeezed(head.strip('"')) in names for head in first.split(delimiter))


def open_quote(file: str, line: int) -> Failure:
    """Return the failure for a cell that goes on in the next line."""
    return broken_row(
        file,
        line,
        Words("A quotation mark is open.", "引用符が閉じていません。"),
        Words("Close the quotation mark in this line, or remove it.", "この行の引用符を閉じるか、取り除いてください。"),
    )


def broken_row(file: str, line: int, why: Words, advice: Words) -> Failure:
    """Return the failure for one line."""
    return Failure(
        Words(
            f"Line {line} of {file} cannot be read as CSV. {why.en}",
            f"{file} の {line} 行目を CSV として読めません。{why.ja}",
        ),
        advice,
    )


def _decode(raw: bytes, file: str) -> str:
    for encoding in ("utf-16",) if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else ("utf-8-sig", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Failure(
        Words(f"{file} is neither UTF-8 nor cp932.", f"{file} の文字コードは UTF-8 でも cp932 でもありません。"),
        Words("Save it as CSV UTF-8 in Excel.", "Excel で「CSV UTF-8」として保存してください。"),
    )
