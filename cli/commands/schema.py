"""ripen schema: JSON Schemas for editors."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.output.json_output import AsJson, print_json
from ripen.failure import Failure
from ripen_authoring.files.named_file import read_named_file

_screen = Console(highlight=False, soft_wrap=True)


def schema(
    folder: Annotated[Path, typer.Argument(help="The playbook's folder.", show_default=True)] = Path("playbook"),
    as_json: AsJson = False,
) -> None:
    """Write the JSON Schema of each kind of file, so that an editor completes and checks while you type."""
    if not (folder / "ripen.yaml").is_file():
        raise Failure(f"There is no playbook in {folder}.", "Say where it is: ripen schema FOLDER")
    from ripen_authoring.schema import FOLDER, KINDS, modeline, schemas

    (folder / FOLDER).mkdir(exist_ok=True)
    for name, kind in schemas().items():
        (folder / FOLDER / name).write_text(kind, "utf-8")
    lines = {file: modeline(file, folder) for file in sorted(folder.rglob("*.yaml"))}
    lacking = {str(file): line for file, line in lines.items() if line and not _begins(file, line)}
    if as_json:
        print_json({"written": [str(folder / FOLDER / name) for name in schemas()], "begin_with": lacking})
        return
    _screen.print(f"Written: {len(KINDS)} schemas to {folder / FOLDER}.")
    for name, line in lacking.items():
        _screen.print(f"{name}: begin it with [cyan]{line}[/]")


def _begins(file: Path, line: str) -> bool:
    return read_named_file(file).startswith(line)
