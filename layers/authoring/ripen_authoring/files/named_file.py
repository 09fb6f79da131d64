"""Read a file that is named on the command line."""

from pathlib import Path

from ripen.failure import Failure
from ripen.words import Words, escaped

_MAX_BYTES = 50_000_000
"""Most bytes of one file: a list of a million addresses has half of that."""


def read_named_file(path: Path) -> str:
    """Return the text of the file. Raise Failure where it is too large or not UTF-8."""
    try:
        return read_named_bytes(path).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise Failure(
            Words(f"{escaped(str(path))} is not UTF-8.", f"{escaped(str(path))} は UTF-8 ではありません。"),
            Words("Save it as UTF-8.", "UTF-8 で保存してください。"),
        ) from None


def read_named_bytes(path: Path) -> bytes:
    """Return the contents of the file. Raise Failure where it is too large."""
    with path.open("rb") as opened:
        raw = opened.read(_MAX_BYTES + 1)
    if len(raw) > _MAX_BYTES:
        raise Failure(
            Words(f"{escaped(str(path))} is larger than 50 MB.", f"{escaped(str(path))} は 50 MB を超えています。"),
            Words("Split it into several files.", "いくつかのファイルに分けてください。"),
        )
    return raw


def is_file(path: Path) -> bool:
    """Return whether there is a file of that name. A text that cannot be a name, as one too long, names no file."""
    try:
        return path.is_file()
    except OSError:
        return False
