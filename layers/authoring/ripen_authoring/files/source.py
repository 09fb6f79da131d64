"""Read the text of a file of the playbook."""

from pathlib import Path

from ripen_authoring.problem import InvalidPlaybook, Problem


def read_text(path: Path, file: str) -> str:
    """Return the text of the file, whose path in the playbook is `file`. Raise InvalidPlaybook."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        message = "this file is not UTF-8; save it as UTF-8"
    except FileNotFoundError:
        message = "this file is missing"
    except IsADirectoryError:
        message = "this is a folder; replace it with a file"
    except PermissionError:
        message = "this file cannot be read; change its permissions"
    raise InvalidPlaybook([Problem(file, 1, 1, message)])
