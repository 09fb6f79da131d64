"""Files that cannot be read: invalid YAML, full-width signs, other encodings, folders in place of files."""

import json
import os
import re
from pathlib import Path

import pytest

from ripen_authoring.compile import check_playbook
from ripen_authoring.files.validation_words import PATTERNS
from ripen_authoring.problem import InvalidPlaybook
from ripen_authoring.schema import schemas
from tests.support.smallest_playbook import (
    FILES,
    MARKDOWN,
    TODAY,
    B,
    CheckPlaybook,
    J,
    R,
    S,
    assert_reported,
    mail,
    steps,
)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (J, "enrol: {on: {form: f}}\nsteps:\n\t- send: m\n", "3:1: this is a tab; indent with spaces"),
        (J, steps("- wait: 1 day: or so"),
         "3:16: this line has one `: ` too many; put a text that contains `: ` in quotes"),
        (J, steps("- *first"), "3:5: no &first is defined above"),
        (J, steps("- <<: 5"), "3:9: write `<<: *name`, with a name that &name defines"),
        (J, steps("- send: m", "  send: t"), "4:5: 'send' is written twice; keep one"),
        (J, steps("- {send: m"), "3:5: this is never closed"),
        (J, steps("- {send: m，id: x}"), "3:16: a comma is missing here, or a } is missing before it"),
        (J, steps("- send: m") + "---\na: b\n", "4:1: `---` begins a second document; write one document per file"),
        (J, steps("- send: m\0"), "3:12: there is an invisible character here (U+0000); delete it"),
        (J, steps("- notify: 'Hello"), "3:13: this is never closed"),
        (J, steps("- notify: @sales"), "3:13: a value cannot begin with @; put it in quotes"),
        (J, steps("- " + "[" * 3000), "3:55: this file is nested too deeply"),
        (J, steps("- " * 3000), "1:1: this file is nested too deeply"),
        (J, steps("- &a [*a, *a]"), "3:5: this contains itself by an alias (`*name`); remove the alias"),
        (J, steps("- &a {<<: *a}"), "3:5: this contains itself by an alias (`*name`); remove the alias"),
        (J, steps("- ? [[a]]"), "3:7: write a text as key"),
        (J, steps("- wait: " + "9" * 5000), "3:11: this number cannot be read; put it in quotes"),
        (J, steps("- wait: !!int soon"), "3:11: this number cannot be read; put it in quotes"),
        (J, steps("- wait: !!float soon"), "3:11: this number cannot be read; put it in quotes"),
        (J, steps(r'- notify: "\ud800"'), r"3:13: a \u escape here is half a character; write the character itself"),
        (J, steps(r'- "\ud800": x'), r"3:5: a \u escape here is half a character"),
        (S, "when:\n  all:\n    - &a0 {tag: x}\n"
         + "".join(f"    - &a{n} {{all: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 17)),
         "1:1: aliases (`*name`) make this file too large; use fewer"),
        (J, "- &a " + "x" * 50_000 + "\n- *a" * 9, "1:1: aliases (`*name`) make this file too large; use fewer"),
        (J, steps("- ｓｅｎｄ: m"), "3:5: unknown key 'ｓｅｎｄ'; did you mean 'send'?"),
        (J, steps("- send: m") + "1: x\n", "4:1: put this key in quotes"),
        (R, FILES[R].replace("[en]", "[en]\ntime_zone："), "5:1: write `: ` and a value after the key"),
    ],
)  # fmt: skip
def test_error_is_reported_at_its_position(smallest: CheckPlaybook, file: str, text: str, message: str) -> None:
    assert_reported(smallest({file: text}), file, message)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("- send： m", "3:9: '：' is full-width; write ':' and a space"),
        ("-　send: m", "3:4: '　' is full-width; write a space"),
        ("　- send: m", "3:3: '　' is full-width; write a space"),
        ("－ send: m", "3:3: '－' is full-width; write '-'"),
        ("- split: ｛by: x}", "3:12: '｛' is full-width; write '{'"),
    ],
)
def test_full_width_sign_is_reported_beside_its_consequence(smallest: CheckPlaybook, line: str, message: str) -> None:
    problems = smallest({J: steps(line)})
    assert f"{J}:{message}" in problems
    assert len(problems) == 2, problems


def test_full_width_signs_are_allowed_in_a_text(smallest: CheckPlaybook) -> None:
    assert smallest({J: steps("- notify: |", "    電話：03-1234-5678", "    －以上－")}) == []


def test_files_of_editors_and_of_the_system_are_ignored(smallest: CheckPlaybook) -> None:
    assert (
        smallest({"journeys/.DS_Store": "x", "journeys/j.yaml~": "x", "emails/.DS_Store": "x", "pages/.x.swp": "x"})
        == []
    )


def test_consequences_of_an_invalid_file_are_not_reported(smallest: CheckPlaybook, tmp_path: Path) -> None:
    # given a mail's body and a form's journey that no program can read
    smallest({"forms/f.yaml": FILES["forms/f.yaml"] + "lead_magnet: t\n", J: "- no keys\n"})
    (tmp_path / "p" / B).write_bytes("こんにちは".encode("cp932"))

    # when it is checked
    with pytest.raises(InvalidPlaybook) as caught:
        check_playbook(tmp_path / "p", TODAY)

    # then it is these files that are to be mended, and no other
    assert sorted(problem.file for problem in caught.value.problems) == [B, J]


@pytest.mark.parametrize(
    ("part", "encoding"), [("_frame.mjml", "cp932"), ("_head.mjml", "cp932"), ("_head.mjml", "iso-2022-jp")]
)
def test_shared_part_that_is_not_utf8_is_reported_once(
    smallest: CheckPlaybook, tmp_path: Path, part: str, encoding: str
) -> None:
    includes = {B: mail("<mj-include path='_head.mjml' />").replace("'", '"'), "emails/_head.mjml": "<!-- -->"}
    smallest(MARKDOWN | includes | {"emails/k/en.md": "Hello\n"})
    (tmp_path / "p" / "emails" / part).write_bytes("こんにちは".encode(encoding))
    with pytest.raises(InvalidPlaybook, match=f"emails/{part}:1:1: this file is not UTF-8; save it as UTF-8") as caught:
        check_playbook(tmp_path / "p", TODAY)
    assert len(caught.value.problems) == 1


def test_folder_in_place_of_a_file_is_reported(smallest: CheckPlaybook, tmp_path: Path) -> None:
    (tmp_path / "p" / "journeys" / "k.yaml").mkdir(parents=True)
    assert smallest() == ["journeys/k.yaml:1:1: this is a folder; replace it with a file"]


def test_empty_folder_of_a_deleted_mail_is_ignored(smallest: CheckPlaybook, tmp_path: Path) -> None:
    folder = tmp_path / "p" / "emails" / "deleted"
    folder.mkdir(parents=True)
    (folder / ".DS_Store").write_bytes(b"")
    assert smallest() == []


def test_mail_without_email_yaml_is_reported(smallest: CheckPlaybook) -> None:
    expected = ["emails/lost:1:1: there is no email.yaml in this folder; every mail has one"]
    assert smallest({"emails/lost/en.md": "Hello\n"}) == expected


def test_file_in_place_of_the_folder_of_a_mail_is_reported(smallest: CheckPlaybook) -> None:
    expected = ["emails/k.md:1:1: this name is not allowed; write a folder in small letters and digits"]
    assert smallest({"emails/k.md": "Hello\n"}) == expected


@pytest.mark.parametrize("kind", ["personas", "simulations"])
def test_file_in_place_of_a_folder_is_reported(smallest: CheckPlaybook, kind: str) -> None:
    assert smallest({kind: "x: y\n"}) == [f"{kind}:1:1: this is a file; replace it with a folder"]


def test_problem_is_on_one_line_whatever_a_file_is_called(smallest: CheckPlaybook) -> None:
    [problem] = smallest({"journeys/x\n.yaml": ""})

    assert problem.startswith(r"journeys/x\n.yaml:1:1: this name is not allowed")


@pytest.mark.parametrize("file", ["journeys/k.yaml", "ripen.yaml", "emails/m/en.mjml"])
def test_link_to_itself_is_reported(smallest: CheckPlaybook, tmp_path: Path, file: str) -> None:
    smallest()
    (tmp_path / "p" / file).unlink(missing_ok=True)
    (tmp_path / "p" / file).symlink_to(Path(file).name)

    with pytest.raises(InvalidPlaybook) as caught:
        check_playbook(tmp_path / "p", TODAY)

    assert {problem.file for problem in caught.value.problems} == {file}


@pytest.mark.parametrize("file", ["journeys/k.yaml", "emails/m/en.mjml"])
def test_named_pipe_in_place_of_a_file_is_reported(smallest: CheckPlaybook, tmp_path: Path, file: str) -> None:
    smallest()
    (tmp_path / "p" / file).unlink(missing_ok=True)
    os.mkfifo(tmp_path / "p" / file)

    with pytest.raises(InvalidPlaybook, match=f"{file}:1:1: this is not an ordinary file; replace it with one"):
        check_playbook(tmp_path / "p", TODAY)


def test_every_pattern_of_the_models_is_described() -> None:
    quoted = r'"((?:[^"\\]|\\.)*)"'
    asked = set(re.findall(rf'"pattern": {quoted}|"patternProperties": {{\s*{quoted}', "".join(schemas().values())))
    assert {json.loads(f'"{value or key}"') for value, key in asked} == PATTERNS.keys()


def test_smallest_playbook_has_no_problems(smallest: CheckPlaybook) -> None:
    assert smallest() == []
