"""The playbook's folder, as commands take it: an argument, or an option where the arguments are others.

If neither `--lang` nor the environment names a language, a command that takes the folder speaks the first language of
the brand in it.
"""

from pathlib import Path
from typing import Annotated

import typer

from cli.output.language import ask_brand, say

_HELP = say("The playbook's folder.", "プレイブックのフォルダー。")


def _ask_brand(folder: Path) -> Path:
    ask_brand(lambda: _first_locale(folder))
    return folder


def _first_locale(folder: Path) -> str:
    """Return the brand's first language, or "" if ripen.yaml does not name one."""
    from ripen_authoring.files.document import read_yaml
    from ripen_authoring.files.source import read_text
    from ripen_authoring.problem import InvalidPlaybook

    try:
        brand = read_yaml("ripen.yaml", read_text(folder, "ripen.yaml")).value
    except (OSError, InvalidPlaybook):
        return ""
    locales = brand.get("locales")
    return str(locales[0]) if isinstance(locales, list) and locales else ""


FolderArgument = Annotated[Path, typer.Argument(help=_HELP, callback=_ask_brand)]
FolderOption = Annotated[Path, typer.Option(help=_HELP, callback=_ask_brand)]
DEFAULT_FOLDER = Path("playbook")
