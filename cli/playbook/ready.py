"""For commands that need a playbook in order before they can begin."""

from pathlib import Path

from cli.failure import Failure
from cli.playbook.compile import compile_playbook
from cli.playbook.problem import Broken
from ripen.bundle import Bundle


def ready(folder: Path) -> Bundle:
    """The bundle of the folder. Raises Failure, which lists every mistake."""
    try:
        return compile_playbook(folder)
    except Broken as broken:
        raise Failure(f"The playbook is not in order:\n{broken}", "Mend it first: ripen check") from None
