"""The text of one file of the playbook."""

from pathlib import Path

from ripen_authoring.problem import InvalidPlaybook, Problem


def read_text(path: Path, file: str) -> str:
    """What is written in it; `file` is what it is called in the playbook. Raises Broken."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        said = "this file is not UTF-8; save it as UTF-8"
    except FileNotFoundError:
        said = "this file is missing"
    except IsADirectoryError:
        said = "this is a folder; a file belongs here"
    except PermissionError:
        said = "this file may not be read; give yourself the right to"
    raise InvalidPlaybook([Problem(file, 1, 1, said)])
