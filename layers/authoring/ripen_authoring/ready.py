"""For commands that need a playbook in order before they can begin."""

from pathlib import Path

from ripen.failure import Failure
from ripen.playbook.bundle import Bundle
from ripen_authoring.compile import compile_playbook
from ripen_authoring.problem import InvalidPlaybook


def ready(folder: Path) -> Bundle:
    """The bundle of the folder. Raises Failure, which lists every mistake."""
    try:
        return compile_playbook(folder)
    except InvalidPlaybook as broken:
        raise Failure(f"The playbook is not in order:\n{broken}", "Mend it first: ripen check") from None
