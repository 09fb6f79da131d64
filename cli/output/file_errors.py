"""Say why the operating system refused a file or a folder, and what to do."""

import errno

from ripen.failure import Failure
from ripen.words import Words, escaped

_REASONS: dict[int | None, tuple[Words, Words]] = {
    errno.ENOENT: (
        Words("does not exist", "がありません"),
        Words("Check its name.", "名前を確かめてください。"),
    ),
    errno.EISDIR: (
        Words("is a folder", "はフォルダーです"),
        Words("Name a file instead.", "ファイルを指定してください。"),
    ),
    errno.ENOTDIR: (
        Words("is not a folder", "はフォルダーではありません"),
        Words("Name a folder instead.", "フォルダーを指定してください。"),
    ),
    errno.EEXIST: (
        Words("exists and is not a folder", "はすでにあり、フォルダーではありません"),
        Words("Name another folder.", "別のフォルダーを指定してください。"),
    ),
    errno.EACCES: (
        Words("cannot be opened: permission denied", "を開けません: 権限がありません"),
        Words("Check its permissions.", "アクセス権を確かめてください。"),
    ),
    errno.ENAMETOOLONG: (
        Words("is too long as a name", "は名前として長すぎます"),
        Words("Check the name of the file or folder.", "ファイルまたはフォルダーの名前を確かめてください。"),
    ),
    errno.ELOOP: (
        Words("is a symbolic link that leads back to itself", "は自分自身に戻るシンボリックリンクです"),
        Words("Replace the link with the file.", "リンクをファイルに置き換えてください。"),
    ),
    errno.ENOSPC: (
        Words("cannot be written: the disk is full", "に書き込めません: ディスクに空きがありません"),
        Words("Free some space, or write to another disk.", "空きを増やすか、別のディスクに書き出してください。"),
    ),
    errno.EROFS: (
        Words("cannot be written: the disk is read-only", "に書き込めません: ディスクが読み取り専用です"),
        Words("Write to another disk.", "別のディスクに書き出してください。"),
    ),
}
_REASONS[errno.EPERM] = _REASONS[errno.EACCES]
_FILE = Words("A file", "ファイル")


def file_failure(error: OSError) -> Failure:
    """Return the failure for an error of the operating system. Its file is not known if a write failed."""
    name = escaped(str(error.filename))
    file = Words(name, f"{name} ") if error.filename is not None else _FILE
    other = (
        Words(f"cannot be used ({error.strerror})", f"を使えません（{error.strerror}）"),
        Words("Check the file or folder.", "ファイルまたはフォルダーを確かめてください。"),
    )
    what, next_step = _REASONS.get(error.errno, other)
    return Failure(Words(f"{file.en} {what.en}.", f"{file.ja}{what.ja}。"), next_step)
