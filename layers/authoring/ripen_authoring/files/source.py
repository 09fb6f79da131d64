"""Read the text of a file of the playbook."""

import os
import stat
from pathlib import Path

from ripen.words import Words
from ripen_authoring.problem import InvalidPlaybook, Problem

MAX_CHARACTERS = 250_000
"""Most characters of one file. The largest that people write, a page with its styles, has a tenth of that."""

_NO_FILE = Words(
    "this is not an ordinary file; replace it with one", "通常のファイルではありません。置き換えてください"
)
_OUTSIDE = Words(
    "this link leads out of the playbook's folder; replace it with a copy of the file",
    "このリンクはプレイブックのフォルダーの外を指しています。ファイルのコピーに置き換えてください",
)
_NOT_UTF8 = Words(
    "this file is not UTF-8; save it as UTF-8", "このファイルは UTF-8 ではありません。UTF-8 で保存してください"
)
_ISO_2022_JP = ("\x1b$", "\x1b(")
"""The sequences that begin and end Japanese text in ISO-2022-JP (JIS), whose bytes are all ASCII."""
TOO_LARGE = Words(
    f"this file has over {MAX_CHARACTERS:,} characters; make it shorter or split it",
    f"このファイルは {MAX_CHARACTERS:,} 文字を超えています。短くするか、分けてください",
)


def read_text(folder: Path, file: str) -> str:
    """Return the text of the file, whose path in the playbook's folder is `file`. Raise InvalidPlaybook.

    Only an ordinary file inside the folder is read. A link to another place could publish any file of the publisher's
    machine, such as the environment of a process.
    """
    try:
        return _read_inside(folder.resolve(), (folder / file).resolve(strict=True))
    except _Unreadable as error:
        message = error.message
    except UnicodeDecodeError:
        message = _NOT_UTF8
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


class _Unreadable(Exception):
    """The file is refused for the reason in `message`."""

    def __init__(self, message: Words) -> None:
        super().__init__(message.en)
        self.message = message


def _read_inside(folder: Path, path: Path) -> str:
    """Return the text of the file. Both paths are free of links."""
    if not path.is_relative_to(folder):
        raise _Unreadable(_OUTSIDE)
    # Without O_NONBLOCK, opening a named pipe would wait for its other end.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), encoding="utf-8-sig") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise _Unreadable(_NO_FILE)
        text = opened.read(MAX_CHARACTERS + 1)
    if len(text) > MAX_CHARACTERS:
        raise _Unreadable(TOO_LARGE)
    if any(escape in text for escape in _ISO_2022_JP):
        raise _Unreadable(_NOT_UTF8)
    return text
