"""A command does not ignore what a person names: a folder without a playbook, or options that exclude each other."""

from pathlib import Path

import pytest

from cli.main import app
from ripen.failure import Failure

WITH_FOLDER = (
    ("check",),
    ("publish",),
    ("plan",),
    ("doctor",),
    ("schema",),
    ("retention", "--folder"),
    ("simulate", "--all", "--folder"),
    ("preview", "case-study", "--lead", "manager", "--folder"),
)


@pytest.mark.parametrize("command", WITH_FOLDER)
def test_named_folder_without_a_playbook_is_an_error(command: tuple[str, ...], tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(Failure, match=f"There is no playbook in {folder}"):
            app([*command, str(folder)], standalone_mode=False)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("rollback --list --to 5b2c", "--to and --list cannot be used together"),
        ("simulate whitepaper --all", "--all runs every file"),
        ("simulate --all --paths", "--all runs every file"),
        ("simulate whitepaper --lead manager --update", "--update rewrites the transcripts"),
        ("preview case-study --lead manager --out x --send-to a@b.example", "--out and --send-to cannot be used"),
        ("preview case-study --lead manager --out x --json", "--out and --json cannot be used together"),
        ("held --release a --drop b", "--release and --drop cannot be used together"),
    ],
)
def test_option_that_would_be_ignored_is_an_error(command: str, said: str) -> None:
    with pytest.raises(Failure, match=said):
        app(command.split(), standalone_mode=False)


def test_problem_of_a_file_is_named_with_the_folder(tmp_path: Path) -> None:
    (tmp_path / "ripen.yaml").write_text("brand: 5\n")
    with pytest.raises(Failure) as failed:
        app(["plan", str(tmp_path)], standalone_mode=False)
    assert f"{tmp_path}/ripen.yaml:1:" in failed.value.what
    assert failed.value.next_step.endswith(f"ripen check {tmp_path}")
