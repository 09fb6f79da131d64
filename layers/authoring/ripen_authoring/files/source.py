"""Read the text of a file of the playbook."""

import stat
from pathlib import Path

from ripen.words import Words
from ripen_authoring.problem import InvalidPlaybook, Problem

_NO_FILE = Words(
    "this is not an ordinary file; replace it with one", "通常のファイルではありません。置き換えてください"
)


def read_text(path: Path, file: str) -> str:
    """Return the text of the file, whose path in the playbook is `file`. Raise InvalidPlaybook."""
    try:
        if not (stat.S_ISREG(mode := path.stat().st_mode) or stat.S_ISDIR(mode)):
            raise InvalidPlaybook([Problem(file, 1, 1, _NO_FILE)])
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
    except OSError:  # such as a link that leads to itself
        message = _NO_FILE
    raise InvalidPlaybook([Problem(file, 1, 1, message)])
