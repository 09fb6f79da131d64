"""The tutorial of docs/playbook.md works as it is written, in English and Japanese."""

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from cli.main import app
from ripen_authoring import scaffold
from ripen_authoring.compile import check_playbook

PROJECT = Path(__file__).parents[2]
ENGLISH, JAPANESE = PROJECT / "docs/playbook.md", PROJECT / "docs/playbook.ja.md"
WRITTEN = datetime(2026, 11, 29, tzinfo=UTC)
_TUTORIAL = re.compile(r"^## .+?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^`playbook/([^`\n]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINES = re.compile(
    r"^`playbook/([^`\n]+)`\W[^`\n]*`([^`\n]+)`[^`\n]+`([^`\n]+)`[^\n]*\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
_DELETED = re.compile(r"^rm -r playbook/(\S+)$", re.MULTILINE)
_SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(ripen [^`\n]+)`")

every_page = pytest.mark.parametrize("page", [ENGLISH, JAPANESE], ids=lambda page: page.name)


def tutorial(page: Path) -> str:
    """Return the first section of the page."""
    found = _TUTORIAL.search(page.read_text())
    assert found
    return found[0]


def files(page: Path) -> dict[str, str]:
    """Return the files of the tutorial, by their path in the playbook."""
    return dict(_FILE.findall(tutorial(page)))


def lines_of_pages(page: Path) -> list[tuple[str, str, str, str]]:
    """Return the lines that the tutorial replaces: the file, the first and the last of them, and the new ones."""
    return _LINES.findall(tutorial(page))


def edit(page: Path, playbook: Path) -> None:
    """Change the files as the tutorial says."""
    for path, text in files(page).items():
        assert (playbook / path).exists(), path
        (playbook / path).write_text(text, "utf-8")
    for path, first, last, text in lines_of_pages(page):
        before, _, rest = (playbook / path).read_text().partition(first)
        (playbook / path).write_text(before + text.rstrip("\n") + rest.partition(last)[2], "utf-8")
    for folder in _DELETED.findall(tutorial(page)):
        rmtree(playbook / folder)


def commands(page: Path) -> list[str]:
    """Return the lines that the tutorial has the reader type."""
    return [line for block in _SHELL.findall(tutorial(page)) for line in block.splitlines()]


def parse(words: list[str]) -> None:
    """Parse a command as the command line does, without running it. Raise UsageError for a word or option it lacks."""
    command: Any = get_command(app)
    name, context = "ripen", None
    while True:
        context = command.make_context(name, words, parent=context)
        command = context.command
        if not hasattr(command, "resolve_command"):
            return
        name, command, words = command.resolve_command(context, [*context._protected_args, *context.args])


@every_page
def test_the_files_of_the_tutorial_pass_the_check(page: Path, tmp_path: Path) -> None:
    # given the example
    playbook = tmp_path / "playbook"
    copytree(PROJECT / "playbook", playbook)

    # when the files of the tutorial are made, and get the words of the tutorial
    for line in [line for line in commands(page) if line.startswith("ripen new ")]:
        made = CliRunner().invoke(app, [*shlex.split(line)[1:], "--folder", str(playbook)])
        assert made.exit_code == 0, made.output
    edit(page, playbook)
    checked = check_playbook(playbook, WRITTEN)

    # then nothing is wrong with them, and each part is there
    assert checked.warnings == ()
    assert "checklist" in checked.bundle.forms
    assert "checklist" in checked.bundle.pages
    assert "checklist-delivery" in checked.bundle.emails
    assert "checklist" in checked.bundle.journeys
    assert "checklist-webinar" in checked.bundle.campaigns


@every_page
def test_every_file_that_the_tutorial_names_is_made(page: Path, tmp_path: Path) -> None:
    named = set(re.findall(r"`playbook/([\w.-]+/[\w./-]+)`", tutorial(page)))
    made = scaffold.new_form(scaffold.open_folder(PROJECT / "playbook", "checklist"), "checklist", WRITTEN.date())
    folders = {str(Path(path).parent) for path in made}
    assert {"forms/checklist.yaml", "pages/checklist.ja.liquid"} <= named
    assert named - {*made, *folders, *files(page)} == set()


@every_page
def test_every_command_of_the_tutorial_exists_with_its_options(page: Path) -> None:
    lines = [line for line in (*commands(page), *_INLINE.findall(tutorial(page))) if line.startswith("ripen ")]
    assert lines
    for line in lines:
        parse(shlex.split(line)[1:])


def test_an_option_that_a_command_lacks_is_found() -> None:
    with pytest.raises(Exception, match="No such option"):
        parse(["campaign", "schedule", "checklist-webinar", "--soon"])


def test_both_tutorials_have_the_same_files_and_commands() -> None:
    assert files(JAPANESE) == files(ENGLISH)
    assert lines_of_pages(JAPANESE) == lines_of_pages(ENGLISH)
    assert [line.replace("--lang ja", "--lang en") for line in commands(JAPANESE)] == commands(ENGLISH)


def test_both_tutorials_have_the_same_steps() -> None:
    steps = [re.findall(r"^### (\d+)\.", tutorial(page), re.MULTILINE) for page in (ENGLISH, JAPANESE)]
    assert steps[0]
    assert steps[1] == steps[0]
