"""Read the addresses in a CSV file that a person uploads."""

import csv
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Sequence
from io import StringIO
from unicodedata import normalize

from ripen.failure import Failure
from ripen.operations.spreadsheet import unescape_formula
from ripen.words import Words

_NAMES = ("email", "mail", "メール", "メアド", "emailaddress", "mailaddress", "メールアドレス", "eメールアドレス")
_PARTS = ("email", "mailaddress", "eメール", "電子メール", "メールアドレス")
_NOT_IN_A_NAME = re.compile(r"\(.*?\)|[\s_*:.※・-]")
_DELIMITERS = (",", ";", "\t")
_SEPARATOR = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
"""The first line by which Excel is told the delimiter."""


def addresses(raw: bytes, file: str) -> list[str]:
    """Return the column of addresses, which is found by its name. Raise Failure without one, or for a broken row.

    The text may be UTF-8, cp932 as Japanese Excel writes it, or Excel's "Unicode text": UTF-16 with tabs. Cells are
    separated by commas, semicolons or tabs, or as a first line `sep=` says.
    """
    text = _decode(raw, file)
    (_, heads), *rows = _rows(text, file) or [(1, [])]
    column = _column(heads, file)
    found = []
    for line, row in rows:
        if any(row[len(heads) :]):
            raise _broken(
                file,
                line,
                Words("It has more cells than the first line.", "1行目より列が多くなっています。"),
                Words("Put quotation marks around a cell with a comma.", "カンマを含むセルを引用符で囲んでください。"),
            )
        address = row[column].strip() if len(row) > column else ""
        if "\n" in address or "\r" in address:
            raise _open_quote(file, line)
        if address:
            found.append(unescape_formula(address))
    return found


def _column(heads: Sequence[str], file: str) -> int:
    """Return the number of the only column whose name is a word for an address, or contains one."""
    names = [_squeezed(head) for head in heads]
    named = [number for number, name in enumerate(names) if name in _NAMES]
    like = [number for number, name in enumerate(names) if any(part in name for part in _PARTS)]
    found = named[:1] or like
    if len(found) == 1:
        return found[0]
    listed = ", ".join(heads[number] for number in found) or ", ".join(heads)
    raise Failure(
        Words(
            f"{file} has no column of addresses; its first line has: {listed or 'nothing'}.",
            f"{file} にメールアドレスの列がありません。1行目: {listed or '空'}",
        )
        if not found
        else Words(
            f"{file} has several columns of addresses: {listed}.",
            f"{file} にメールアドレスの列が複数あります: {listed}",
        ),
        Words("Name one of them: email", "列の名前を email にしてください。"),
    )


def _squeezed(head: str) -> str:
    """Return the name of a column without spaces, marks and what stands in brackets: "E-mail (required)" is email."""
    return _NOT_IN_A_NAME.sub("", normalize("NFKC", head).casefold())


def _rows(text: str, file: str) -> list[tuple[int, list[str]]]:
    """Return the rows that are not blank, each with the line in which it begins."""
    told = _SEPARATOR.match(text)
    first = text.partition("\n")[0]
    delimiter = told[1] if told else max(_DELIMITERS, key=lambda each: (_is_named(first, each), first.count(each)))
    reader = csv.reader(StringIO(text[told.end() :] if told else text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    while True:
        line = reader.line_num + (2 if told else 1)
        try:
            row = next(reader)
        except StopIteration:
            return rows
        except csv.Error:
            raise _open_quote(file, line) from None
        if any(cell.strip() for cell in row):
            rows.append((line, row))


def _is_named(first: str, delimiter: str) -> bool:
    """Return whether a column has a name of addresses if the first line is cut there."""
    return any(_squeezed(head.strip('"')) in _NAMES for head in first.split(delimiter))


def _open_quote(file: str, line: int) -> Failure:
    return _broken(
        file,
        line,
        Words("A quotation mark is open.", "引用符が閉じていません。"),
        Words("Close the quotation mark in this line, or remove it.", "この行の引用符を閉じるか、取り除いてください。"),
    )


def _broken(file: str, line: int, why: Words, advice: Words) -> Failure:
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
