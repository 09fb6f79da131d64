"""What no program can read, whatever it is about: YAML, signs, encodings, folders; with the line and what is said."""

import json
import re
from pathlib import Path

import pytest

from ripen_authoring.compile import check_playbook
from ripen_authoring.files.validation import FITTING
from ripen_authoring.problem import InvalidPlaybook
from ripen_authoring.schema import schemas
from tests.support.smallest_playbook import FILES, MARKDOWN, TODAY, B, J, Plan, R, mail, steps, told_at


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        (J, "enrol: {on: {form: f}}\nsteps:\n\t- send: m\n", "3:1: this is a tab; indent with spaces"),
        (J, steps("- wait: 1 day: or so"), "3:16: one `: ` too many on this line; put a text that has one into quotes"),
        (J, steps("- *first"), "3:5: nothing above is called &first"),
        (J, steps("- send: m", "  send: t"), "4:5: 'send' is there twice; keep one of them"),
        (J, steps("- {send: m"), "3:5: this is opened and never closed"),
        (J, steps("- {send: m，id: x}"), "3:16: a comma is missing here, or a } before"),
        (J, steps("- send: m") + "---\na: b\n", "4:1: `---` begins a second document; a file holds one"),
        (J, steps("- send: m\0"), "3:12: there is a character here that nobody sees (U+0000); delete it"),
        (J, steps("- notify: 'Hello"), "3:13: this is opened and never closed"),
        (J, steps("- notify: @sales"), "3:13: @ cannot begin a value; put the value into quotes"),
        (J, steps("- " + "[" * 3000), "1:1: too many things within one another"),
        (J, steps("- ｓｅｎｄ: m"), "3:5: unknown key 'ｓｅｎｄ'; did you mean 'send'?"),
        (J, steps("- send: m") + "1: x\n", "4:1: a key is a text; put it into quotes"),
        (R, FILES[R].replace("[en]", "[en]\ntime_zone："), "5:1: a key needs `: ` and a value behind it"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(smallest: Plan, file: str, text: str, told: str) -> None:
    told_at(smallest({file: text}), file, told)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("- send： m", "3:9: '：' is full-width; write ':' and a space"),
        ("-　send: m", "3:4: '　' is full-width; write a space"),
        ("　- send: m", "3:3: '　' is full-width; write a space"),
        ("－ send: m", "3:3: '－' is full-width; write '-'"),
        ("- split: ｛by: x}", "3:12: '｛' is full-width; write '{'"),
    ],
)
def test_signs_that_are_full_width_are_shown_beside_what_comes_of_them(smallest: Plan, line: str, told: str) -> None:
    problems = smallest({J: steps(line)})
    assert f"{J}:{told}" in problems
    assert len(problems) == 2, problems


def test_full_width_signs_within_a_text_are_a_text(smallest: Plan) -> None:
    assert smallest({J: steps("- notify: |", "    電話：03-1234-5678", "    －以上－")}) == []


def test_what_the_system_and_editors_leave_in_folders_is_no_part_of_it(smallest: Plan) -> None:
    assert (
        smallest({"journeys/.DS_Store": "x", "journeys/j.yaml~": "x", "emails/.DS_Store": "x", "pages/.x.swp": "x"})
        == []
    )


def test_what_follows_from_a_broken_file_is_not_said_too(smallest: Plan, tmp_path: Path) -> None:
    # given a mail's body and a form's journey that no program can read
    smallest({"forms/f.yaml": FILES["forms/f.yaml"] + "lead_magnet: t\n", J: "- no keys\n"})
    (tmp_path / "p" / B).write_bytes("こんにちは".encode("cp932"))

    # when it is checked
    with pytest.raises(InvalidPlaybook) as caught:
        check_playbook(tmp_path / "p", TODAY)

    # then it is these files that are to be mended, and no other
    assert sorted(problem.file for problem in caught.value.problems) == [B, J]


@pytest.mark.parametrize("part", ["_frame.mjml", "_head.mjml"])
def test_a_shared_part_that_is_not_utf8_is_named_once(smallest: Plan, tmp_path: Path, part: str) -> None:
    includes = {B: mail("<mj-include path='_head.mjml' />").replace("'", '"'), "emails/_head.mjml": "<!-- -->"}
    smallest(MARKDOWN | includes | {"emails/k/en.md": "Hello\n"})
    (tmp_path / "p" / "emails" / part).write_bytes("こんにちは".encode("cp932"))
    with pytest.raises(InvalidPlaybook, match=f"emails/{part}:1:1: this file is not UTF-8; save it as UTF-8") as caught:
        check_playbook(tmp_path / "p", TODAY)
    assert len(caught.value.problems) == 1


def test_a_folder_where_a_file_belongs_is_told(smallest: Plan, tmp_path: Path) -> None:
    (tmp_path / "p" / "journeys" / "k.yaml").mkdir(parents=True)
    assert smallest() == ["journeys/k.yaml:1:1: this is a folder; a file belongs here"]


def test_every_pattern_of_the_models_has_words() -> None:
    asked = set(re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', "".join(schemas().values())))
    assert {json.loads(f'"{pattern}"') for pattern in asked} == FITTING.keys()


def test_the_smallest_playbook_is_in_order(smallest: Plan) -> None:
    assert smallest() == []
