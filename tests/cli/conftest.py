"""A playbook that a test changes and checks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.output import language
from ripen_authoring.compile import check_playbook
from ripen_authoring.problem import Broken
from tests.support.smallest_playbook import FILES, TODAY, Plan


@pytest.fixture
def japanese() -> Iterator[None]:
    """The command line speaks Japanese."""
    language.use("ja")
    yield
    language.use(None)


@pytest.fixture
def smallest(tmp_path: Path) -> Plan:
    """Writes the smallest playbook with these files changed, and checks it: warnings begin with "(warning)"."""

    def checked(changes: dict[str, str] | None = None) -> list[str]:
        for file, text in (FILES | (changes or {})).items():
            path = tmp_path / "p" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        try:
            found = check_playbook(tmp_path / "p", TODAY).warnings
        except Broken as broken:
            found = broken.problems
        return [("(warning) " if problem.severity == "warning" else "") + str(problem) for problem in found]

    return checked
