"""A playbook that a test changes and checks."""

import re
from pathlib import Path

import pytest

from ripen_authoring.compile import check_playbook
from ripen_authoring.problem import InvalidPlaybook
from tests.support.smallest_playbook import FILES, TODAY, CheckPlaybook

JAPANESE = re.compile(r"[ぁ-ヿ]")


@pytest.fixture
def smallest(tmp_path: Path) -> CheckPlaybook:
    """Write the smallest playbook with these files changed, and check it.

    Warnings begin with "(warning)", notes with "(note)".
    Each problem must be in both languages.
    """

    def checked(changes: dict[str, str] | None = None) -> list[str]:
        for file, text in (FILES | (changes or {})).items():
            path = tmp_path / "p" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        try:
            found = check_playbook(tmp_path / "p", TODAY).warnings
        except InvalidPlaybook as broken:
            found = broken.problems
        assert [problem for problem in found if not JAPANESE.search(problem.message.ja)] == []
        assert [problem for problem in found if JAPANESE.search(problem.message.en)] == []
        return [f"({problem.severity}) {problem}".removeprefix("(error) ") for problem in found]

    return checked
