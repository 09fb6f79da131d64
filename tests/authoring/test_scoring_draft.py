"""A scoring file for a back-test: checked alone, and refused where it asks for what sales did."""

from pathlib import Path
from shutil import copytree

import pytest

from ripen.backtest.leakage import Leak, Why
from ripen_authoring.compile import compile_playbook
from ripen_authoring.problem import InvalidPlaybook
from ripen_authoring.scoring_draft import leak_problems, read_scoring

PLAYBOOK = Path(__file__).parents[2] / "playbook"


def a_draft(folder: Path, old: str = "", new: str = "") -> Path:
    """Return a copy of the example's scoring file, changed in one place, outside of the playbook."""
    text = (PLAYBOOK / "scoring.yaml").read_text()
    assert old in text
    file = folder / "draft.yaml"
    file.write_text(text.replace(old, new, 1) if old else text)
    return file


def problems(file: Path, folder: Path = PLAYBOOK) -> list[str]:
    with pytest.raises(InvalidPlaybook) as invalid:
        read_scoring(folder, file)
    return [str(problem) for problem in invalid.value.problems]


def line_of(file: Path, text: str) -> int:
    return next(number for number, line in enumerate(file.read_text().splitlines(), 1) if text in line)


def test_the_example_is_read_as_it_is_published(tmp_path: Path) -> None:
    assert read_scoring(PLAYBOOK, a_draft(tmp_path)).scoring == compile_playbook(PLAYBOOK).scoring


def test_a_rule_with_the_stage_is_refused_with_its_line(tmp_path: Path) -> None:
    file = a_draft(tmp_path, "when: {company: present}", "when: {company: present, stage: customer}")
    [found] = problems(file)
    assert found.startswith(f"{file}:{line_of(file, 'stage: customer')}:")
    assert "the rule 'company' asks for the stage" in found


def test_a_field_that_salesforce_wrote_is_named_with_its_rule_and_line(tmp_path: Path) -> None:
    draft = read_scoring(PLAYBOOK, file := a_draft(tmp_path))
    [found] = leak_problems(draft, [Leak("phone", "phone", Why.WRITTEN)])
    assert (found.file, found.line) == (str(file), line_of(file, "when: {phone: present}"))
    assert "'phone', which Salesforce wrote after the hand-off" in found.message.en


def test_an_activity_of_sales_is_named_with_its_rule(tmp_path: Path) -> None:
    draft = read_scoring(PLAYBOOK, file := a_draft(tmp_path))
    [found] = leak_problems(draft, [Leak("pricing", "converted", Why.ACTIVITY)])
    assert found.line == line_of(file, "code: pricing")


def test_mistakes_in_the_file_are_named_and_those_in_others_are_not(tmp_path: Path) -> None:
    folder = copytree(PLAYBOOK, tmp_path / "playbook")
    (folder / "forms" / "whitepaper.yaml").write_text("fields: 3\n")
    file = a_draft(tmp_path, "{page: pricing}", "{page: prices}")
    [found] = problems(file, folder)
    assert f"{file}:{line_of(file, 'page: prices')}" in found


def test_a_file_that_is_no_yaml_or_missing_is_named(tmp_path: Path) -> None:
    file = tmp_path / "draft.yaml"
    assert problems(file) == [f"{file}:1:1: this file is missing"]
    file.write_text("warm: [1\n")
    assert problems(file)[0].startswith(f"{file}:")


def test_a_folder_without_a_playbook_is_named(tmp_path: Path) -> None:
    assert "there is no ripen.yaml" in problems(a_draft(tmp_path), tmp_path)[0]
