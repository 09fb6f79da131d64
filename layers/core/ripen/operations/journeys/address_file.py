"""Read the addresses in a CSV file that a person uploads."""

from collections.abc import Sequence

from ripen.failure import Failure
from ripen.operations.csv_file import ADDRESS_NAMES, open_quote, read_rows, squeezed
from ripen.operations.spreadsheet import unescape_formula
from ripen.words import Words

_PARTS = ("email", "mailaddress", "eメール", "電子メール", "メールアドレス")


def addresses(raw: bytes, file: str) -> list[str]:
    """Return the column of addresses, which is found by its name. Raise Failure without one, or for a broken row."""
    heads, rows = read_rows(raw, file, ADDRESS_NAMES)
    column = _column(heads, file)
    found = []
    for line, row in rows:
        address = row[column].strip() if len(row) > column else ""
        if "\n" in address or "\r" in address:
            raise open_quote(file, line)
        if address:
            found.append(unescape_formula(address))
    return found


def _column(heads: Sequence[str], file: str) -> int:
    """Return the number of the only column whose name is a word for an address, or contains one."""
    names = [squeezed(head) for head in heads]
    named = [number for number, name in enumerate(names) if name in ADDRESS_NAMES]
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
