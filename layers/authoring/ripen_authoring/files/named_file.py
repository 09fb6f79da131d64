"""Read a file that is named on the command line."""

from pathlib import Path

from ripen.failure import Failure
from ripen.words import Words


def read_named_file(path: Path) -> str:
    """Return the text of the file. Raise Failure where it is not UTF-8."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Failure(
            Words(f"{path} is not UTF-8.", f"{path} は UTF-8 ではありません。"),
            Words("Save it as UTF-8.", "UTF-8 で保存してください。"),
        ) from None


def is_file(path: Path) -> bool:
    """Return whether there is a file of that name. A text that cannot be a name, as one too long, names no file."""
    try:
        return path.is_file()
    except OSError:
        return False
