"""Read the addresses in a CSV file that a person uploads."""

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from io import StringIO
from unicodedata import normalize

from ripen.failure import Failure
from ripen.operations.spreadsheet import unescape_formula
from ripen.words import Words

_COLUMNS = ("email", "e-mail", "mail", "メール", "メールアドレス", "eメール", "email address", "メールアドレス(必須)")


def addresses(raw: bytes, file: str) -> list[str]:
    """Return the column of addresses, which is found by its name. Raise Failure without one.

    The text may be UTF-8, cp932 as Japanese Excel writes it, or Excel's "Unicode text": UTF-16 with tabs.
    """
    text = _decode(raw, file)
    first = text.partition("\n")[0]
    delimiter = "\t" if "\t" in first and "," not in first else ","
    rows = _rows(text, delimiter, file)
    heads = [normalize("NFKC", head).strip().casefold() for head in rows[0]] if rows else []
    column = next((heads.index(name) for name in _COLUMNS if name in heads), None)
    if column is None:
        found = ", ".join(rows[0]) if rows else ""
        raise Failure(
            Words(
                f"{file} has no column of addresses; its first line has: {found or 'nothing'}.",
                f"{file} にメールアドレスの列がありません。1行目: {found or '空'}",
            ),
            Words("Name one of them: email", "列の名前を email にしてください。"),
        )
    return [unescape_formula(row[column].strip()) for row in rows[1:] if len(row) > column and row[column].strip()]


def _rows(text: str, delimiter: str, file: str) -> list[list[str]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        return list(reader)
    except csv.Error:
        line = reader.line_num
        raise Failure(
            Words(f"Line {line} of {file} cannot be read as CSV.", f"{file} の {line} 行目を CSV として読めません。"),
            Words(
                "Check whether a quotation mark before this line is never closed.",
                "この行までに、閉じていない引用符がないか確かめてください。",
            ),
        ) from None


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
