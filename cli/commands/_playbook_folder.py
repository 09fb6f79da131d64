"""The playbook's folder, as commands take it: an argument, or an option where the arguments are others."""

from pathlib import Path
from typing import Annotated

import typer

from cli.output.language import say
from ripen.failure import Failure
from ripen.words import Words

_HELP = say("The playbook's folder.", "プレイブックのフォルダー。")


def _that_exists(ctx: typer.Context, param: typer.CallbackParam, folder: Path) -> Path:
    """Raise Failure for a folder that a person named and that has no playbook. The default one may be absent."""
    source = ctx.get_parameter_source(param.name or "")
    if source is not None and source.name == "COMMANDLINE":
        require_playbook(folder)
    return folder


def require_playbook(folder: Path) -> None:
    """Raise Failure if the folder has no ripen.yaml."""
    if not (folder / "ripen.yaml").is_file():
        raise Failure(
            Words(f"There is no playbook in {folder}.", f"{folder} にプレイブックがありません。"),
            Words("Name the folder that has a ripen.yaml.", "ripen.yaml のあるフォルダーを指定してください。"),
        )


FolderArgument = Annotated[Path, typer.Argument(help=_HELP, callback=_that_exists)]
FolderOption = Annotated[Path, typer.Option(help=_HELP, callback=_that_exists)]
DEFAULT_FOLDER = Path("playbook")
