"""ripen schema: JSON Schemas for editors."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from cli.commands._playbook_folder import DEFAULT_FOLDER, FolderArgument, require_playbook
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from ripen_authoring.files.named_file import read_named_file

_screen = Console(highlight=False, soft_wrap=True)


@help_text(
    "Write the JSON Schema of each kind of file, so that an editor completes and checks while you type.",
    "ファイルの種類ごとに JSON Schema を書き出します。エディターで補完と確認が使えるようになります。",
)
def schema(
    folder: FolderArgument = DEFAULT_FOLDER,
    as_json: AsJson = False,
) -> None:
    require_playbook(folder)
    from ripen_authoring.schema import FOLDER, KINDS, modeline, schemas

    (folder / FOLDER).mkdir(exist_ok=True)
    for name, kind in schemas().items():
        (folder / FOLDER / name).write_text(kind, "utf-8")
    lines = {file: modeline(file, folder) for file in sorted(folder.rglob("*.yaml")) if file.is_file()}
    lacking = {str(file): line for file, line in lines.items() if line and not _begins(file, line)}
    if as_json:
        print_json({"written": [str(folder / FOLDER / name) for name in schemas()], "missing_first_lines": lacking})
        return
    place = escape(str(folder / FOLDER))
    _screen.print(
        say(f"Wrote {len(KINDS)} schemas to {place}.", f"{len(KINDS)} 件のスキーマを {place} に書き出しました。")
    )
    for name, line in lacking.items():
        begin = say("add this first line", "1 行目に追加してください")
        _screen.print(f"{escape(name)}: {begin}: [cyan]{escape(line)}[/]")


def _begins(file: Path, line: str) -> bool:
    return read_named_file(file).startswith(line)
