"""The playbook's folder, as commands take it: an argument, or an option where the arguments are others."""

from pathlib import Path
from typing import Annotated

import typer

from cli.output.language import say

_HELP = say("The playbook's folder.", "プレイブックのフォルダー。")

FolderArgument = Annotated[Path, typer.Argument(help=_HELP)]
FolderOption = Annotated[Path, typer.Option(help=_HELP)]
DEFAULT_FOLDER = Path("playbook")
