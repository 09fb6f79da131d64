"""Read the text of a file of the playbook."""

from pathlib import Path

from ripen.words import Words
from ripen_authoring.problem import InvalidPlaybook, Problem


def read_text(path: Path, file: str) -> str:
    """Return the text of the file, whose path in the playbook is `file`. Raise InvalidPlaybook."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        message = Words(
            "this file is not UTF-8; save it as UTF-8",
            "このファイルは UTF-8 ではありません。UTF-8 で保存してください",
        )
    except FileNotFoundError:
        message = Words("this file is missing", "このファイルがありません")
    except IsADirectoryError:
        message = Words(
            "this is a folder; replace it with a file", "フォルダーになっています。ファイルに置き換えてください"
        )
    except PermissionError:
        message = Words(
            "this file cannot be read; change its permissions",
            "このファイルを読めません。アクセス権を変更してください",
        )
    raise InvalidPlaybook([Problem(file, 1, 1, message)])
