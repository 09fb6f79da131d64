"""A consent wording that changes needs a new version."""

from copy import replace
from pathlib import Path

import pytest

from ripen.playbook.bundle import Bundle, Consent
from ripen_authoring.comparison.consent import check_consents
from ripen_authoring.problem import InvalidPlaybook
from tests.support.builders import a_bundle

FILE = """title: White paper
submit: Send
consent:
  version: 2026-11
  text:
    ja: 案内を受け取ります
    en: Send me news
fields: []
"""
WORDS = {"ja": "案内を受け取ります", "en": "Send me news"}


def a_playbook(version: str = "2026-11", **words: str) -> Bundle:
    form = replace(a_bundle().forms["whitepaper"], consent=Consent(version=version, text=WORDS | words))
    return a_bundle(forms={"whitepaper": form})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms/whitepaper.yaml").write_text(FILE, "utf-8")
    return tmp_path


@pytest.mark.parametrize(("locale", "line"), [("ja", 6), ("en", 7)])
def test_new_wording_with_the_same_version_is_an_error(folder: Path, locale: str, line: int) -> None:
    with pytest.raises(InvalidPlaybook) as invalid:
        check_consents(folder, a_playbook(**{locale: "メール"}), a_playbook())
    [problem] = invalid.value.problems
    assert (problem.file, problem.line, problem.severity) == ("forms/whitepaper.yaml", line, "error")
    assert "has the same version '2026-11'; write a new `version`" in problem.message.en
    assert "新しい `version`" in problem.message.ja


@pytest.mark.parametrize(
    "live",
    [
        None,
        a_playbook(),
        a_playbook("2026-10", ja="メール"),
        a_playbook("2026-10"),
        a_playbook(en="Send  me\nnews"),
        a_bundle(forms={}),
        a_bundle(forms={"whitepaper": replace(a_bundle().forms["whitepaper"], consent=None)}),
        a_bundle(
            forms={
                "whitepaper": replace(
                    a_bundle().forms["whitepaper"], consent=Consent(version="2026-11", text={"ja": WORDS["ja"]})
                )
            }
        ),
    ],
)
def test_everything_else_is_fine(folder: Path, live: Bundle | None) -> None:
    check_consents(folder, a_playbook(), live)
