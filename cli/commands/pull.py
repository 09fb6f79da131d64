"""ripen pull: the files of the live playbook, into a folder."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from cli.stack.stack import connect
from ripen.failure import Failure
from ripen.words import Words

_screen = Console(highlight=False, soft_wrap=True)


@help_text(
    "Write the files of the live playbook into a new folder.",
    "公開中のプレイブックのファイルを、新しいフォルダーに書き出します。",
)
def pull(
    folder: Annotated[
        Path, typer.Argument(help=say("A folder that is empty or does not exist.", "空の、またはまだないフォルダー。"))
    ],
    as_json: AsJson = False,
) -> None:
    from ripen.operations.publication.pull import live_files

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Failure(
            Words(f"{folder} is not empty.", f"{folder} は空ではありません。"),
            Words("Name a new folder: ripen pull FOLDER", "新しいフォルダーを指定してください: ripen pull フォルダー"),
        )
    hash, files = live_files(connect().playbook)
    _write(files, folder)
    if as_json:
        print_json({"playbook": hash, "folder": str(folder), "files": sorted(files)})
        return
    place = escape(str(folder))
    _screen.print(
        say(
            f"Wrote the {len(files)} files of {hash} to {place}.",
            f"{hash} のファイル {len(files)} 件を {place} に書き出しました。",
        )
    )


def _write(files: dict[str, str], folder: Path) -> None:
    """Write the files. Raise Failure, with nothing written, if a path leads out of the folder."""
    root = folder.resolve()
    for name in files:
        if not (root / name).resolve().is_relative_to(root):
            raise Failure(
                Words(
                    f"A file of the playbook would lie outside: {name!r}.",
                    f"フォルダーの外を指すファイルがあります: {name!r}。",
                ),
                Words("Publish the playbook again: ripen publish", "公開し直してください: ripen publish"),
            )
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
