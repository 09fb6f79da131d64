"""Files that would publish, write or cost what they must not: links, pipes, devices, and files without an end."""

import os
from pathlib import Path

import pytest

from ripen.failure import Failure
from ripen_authoring.compile import check_playbook
from ripen_authoring.files.source import MAX_CHARACTERS
from ripen_authoring.problem import InvalidPlaybook
from ripen_authoring.simulation.persona import load_persona
from tests.support.smallest_playbook import KEN, TODAY, B, CheckPlaybook, H, P, scenario

SECRET = "AWS_SECRET_ACCESS_KEY=abc"
PAGE, PART, FRAME = "pages/p.liquid", "pages/_part.liquid", "emails/_frame.mjml"
FRONT = "---\ntitle: T\n---\n"
EVERY_KIND = [
    "ripen.yaml", "scoring.yaml", "forms/f.yaml", "journeys/j.yaml", "segments/s.yaml", "campaigns/c.yaml",
    "emails/m/email.yaml", B, "emails/k/en.md", "emails/t/en.txt", "emails/n/en.html", FRAME, PAGE, PART, P, H,
]  # fmt: skip
WITH_EVERY_KIND = {
    P: KEN, H: scenario(), PAGE: f"{FRONT}{{% include '_part.liquid' %}}", PART: "x", FRAME: "<mjml/>",
    "emails/k/email.yaml": "class: transactional\nsubject: Hi\n", "emails/k/en.md": "Hello\n",
    "emails/n/email.yaml": "class: transactional\nsubject: Hi\n", "emails/n/en.html": "<p>Hello</p>",
}  # fmt: skip


def the_problems(folder: Path) -> dict[str, str]:
    """Return the messages of the problems in the playbook, by file."""
    with pytest.raises(InvalidPlaybook) as caught:
        check_playbook(folder, TODAY)
    assert SECRET not in str(caught.value)
    return {problem.file: problem.message.en for problem in caught.value.problems}


@pytest.mark.parametrize("file", EVERY_KIND)
def test_link_out_of_the_playbook_is_not_read(smallest: CheckPlaybook, tmp_path: Path, file: str) -> None:
    # given a file of the publisher's machine that a file of the playbook is a link to
    smallest(WITH_EVERY_KIND)
    (tmp_path / "environ").write_text(SECRET)
    (tmp_path / "p" / file).unlink()
    (tmp_path / "p" / file).symlink_to("../" * file.count("/") + "../environ")

    # when it is checked, then the link is reported, and nothing of the file is shown
    assert the_problems(tmp_path / "p")[file].startswith("this link leads out of the playbook's folder")


def test_folder_that_is_a_link_out_of_the_playbook_is_not_read(smallest: CheckPlaybook, tmp_path: Path) -> None:
    smallest()
    (tmp_path / "p" / "segments").rename(tmp_path / "elsewhere")
    (tmp_path / "p" / "segments").symlink_to(tmp_path / "elsewhere")

    assert the_problems(tmp_path / "p")["segments/s.yaml"].startswith("this link leads out of the playbook's folder")


def test_link_inside_the_playbook_and_to_the_playbook_is_followed(smallest: CheckPlaybook, tmp_path: Path) -> None:
    smallest()
    (tmp_path / "p" / "segments" / "again.yaml").symlink_to("s.yaml")
    (tmp_path / "linked").symlink_to(tmp_path / "p")

    assert "again" in check_playbook(tmp_path / "linked", TODAY).bundle.segments


@pytest.mark.parametrize("lead", ["{tmp}/ken.yaml", "../ken.yaml"])
def test_scenario_takes_no_persona_from_outside_the_playbook(
    smallest: CheckPlaybook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lead: str
) -> None:
    (tmp_path / "ken.yaml").write_text(KEN)
    (tmp_path / "p").mkdir()
    monkeypatch.chdir(tmp_path / "p")

    problems = smallest({H: scenario(lead=lead.format(tmp=tmp_path))})

    assert [problem for problem in problems if "there is no file" in problem and "in the playbook" in problem]


def test_named_persona_that_is_a_link_is_not_read(smallest: CheckPlaybook, tmp_path: Path) -> None:
    smallest({P: KEN})
    (tmp_path / "environ").write_text(SECRET)
    (tmp_path / "p" / P).unlink()
    (tmp_path / "p" / P).symlink_to(tmp_path / "environ")

    with pytest.raises(Failure, match="leads out of the playbook") as caught:
        load_persona("ken", tmp_path / "p")
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("file", ["journeys/j.yaml", B, "pages/p.liquid"])
def test_file_without_an_end_is_refused(smallest: CheckPlaybook, tmp_path: Path, file: str) -> None:
    smallest()
    path = tmp_path / "p" / file
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as opened:
        opened.truncate(10_000_000)

    assert the_problems(tmp_path / "p")[file] == "this file has over 250,000 characters; make it shorter or split it"


def test_file_of_the_largest_size_is_read(smallest: CheckPlaybook) -> None:
    front = "---\ntitle: T\n---\n"
    assert smallest({PAGE: front + "x" * (MAX_CHARACTERS - len(front))}) == []


def test_pipe_among_the_files_does_not_stop_the_check(smallest: CheckPlaybook, tmp_path: Path) -> None:
    smallest()
    os.mkfifo(tmp_path / "p" / "segments" / "pipe.yaml")

    assert the_problems(tmp_path / "p")["segments/pipe.yaml"].startswith("this is not an ordinary file")


@pytest.mark.parametrize(
    ("part", "repeat", "message"),
    [
        ("{% include '_{next}.liquid' %}" * 10, 15, "over 10,000 lines long; include fewer"),
        ("{% include '_{next}.liquid' %}", 30, "more than 20 deep; include them directly"),
        ("y" * 30_000 + "{% include '_{next}.liquid' %}", 12, "over 250,000 characters; include fewer"),
    ],
)
def test_shared_parts_that_multiply_are_refused(smallest: CheckPlaybook, part: str, repeat: int, message: str) -> None:
    parts = {f"pages/_{n}.liquid": part.replace("{next}", str(n + 1)) for n in range(repeat)}

    problems = smallest({PAGE: FRONT + "{% include '_0.liquid' %}", f"pages/_{repeat}.liquid": "x"} | parts)

    assert [problem for problem in problems if message in problem], problems
