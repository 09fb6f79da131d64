"""`ripen schema`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.failure import Failure
from cli.playbook.schema import FOLDER, KINDS, modeline, schemas

_screen = Console(highlight=False, soft_wrap=True)


def schema(
    folder: Annotated[Path, typer.Argument(help="The playbook's folder.", show_default=True)] = Path("playbook"),
) -> None:
    """Write the JSON Schema of each kind of file, so that an editor completes and checks while you type."""
    if not (folder / "ripen.yaml").is_file():
        raise Failure(f"There is no playbook in {folder}.", "Say where it is: ripen schema FOLDER")
    (folder / FOLDER).mkdir(exist_ok=True)
    for name, text in schemas().items():
        (folder / FOLDER / name).write_text(text, "utf-8")
    _screen.print(f"Written: {len(KINDS)} schemas to {folder / FOLDER}.")
    for file in sorted(folder.rglob("*.yaml")):
        line = modeline(file, folder)
        if line and not file.read_text("utf-8").startswith(line):
            _screen.print(f"{file}: begin it with [cyan]{line}[/]")
