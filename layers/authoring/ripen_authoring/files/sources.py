"""All files of a playbook's folder, as `ripen publish` keeps them beside the bundle and `ripen pull` restores them."""

from collections.abc import Iterator
from pathlib import Path

from ripen.words import Words
from ripen_authoring.problem import Problem

_MOST_FILES = 2000
_MOST_BYTES = 5_000_000
_TOO_MUCH = Words(
    f"the folder holds over {_MOST_FILES:,} files or {_MOST_BYTES // 1_000_000} MB; move what is no part of the"
    " playbook",
    f"フォルダーのファイルが {_MOST_FILES:,} 件または {_MOST_BYTES // 1_000_000} MB を超えています。"
    "プレイブック以外のファイルを移してください",
)


def read_sources(folder: Path) -> dict[str, str]:
    """Return the text of each file by its path in the folder, byte for byte. Leave out files that are not UTF-8."""
    texts = {}
    for path in _files(folder):
        try:
            texts[path.relative_to(folder).as_posix()] = path.read_bytes().decode()
        except UnicodeDecodeError:
            continue
    return texts


def check_size(folder: Path) -> Iterator[Problem]:
    """Yield a problem if the folder holds too much to be kept."""
    size = 0
    for count, path in enumerate(_files(folder), start=1):
        size += path.stat().st_size
        if count > _MOST_FILES or size > _MOST_BYTES:
            yield Problem("ripen.yaml", 1, 1, _TOO_MUCH)
            return


def _files(folder: Path) -> Iterator[Path]:
    """Yield the regular files, without links and without those of editors, of git and of the operating system."""
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and not path.name.endswith("~") and not path.is_symlink() and path.is_file():
            yield path
