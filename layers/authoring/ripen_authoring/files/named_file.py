"""Read a file that is named on the command line."""

from pathlib import Path

from ripen.failure import Failure


def read_named_file(path: Path) -> str:
    """Return the text of the file. Raise Failure where it is not UTF-8."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Failure(f"{path} is not UTF-8.", "Save it as UTF-8.") from None
