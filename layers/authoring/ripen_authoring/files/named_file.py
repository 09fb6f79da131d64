"""A file that somebody names on the command line."""

from pathlib import Path

from ripen.failure import Failure


def read_named_file(path: Path) -> str:
    """What is written in it. Raises Failure where it is not UTF-8."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Failure(f"{path} is not UTF-8.", "Save it as UTF-8.") from None
