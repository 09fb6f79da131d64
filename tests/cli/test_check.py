"""ripen check: problems in the language of the command, and in English for scripts."""

import json
import shutil
from pathlib import Path

import pytest

from cli.commands.playbook import check
from ripen.failure import Failure

EXAMPLE = Path(__file__).resolve().parents[2] / "playbook"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A playbook with a wrong length of time, an unknown key and an unknown rank."""
    folder = tmp_path / "p"
    shutil.copytree(EXAMPLE, folder)
    steps = "steps:\n  - send: case-study\n    expires: soon\n    prority: high\n"
    (folder / "journeys/wrong.yaml").write_text(f"enrol: {{on: {{form: whitepaper}}}}\n{steps}", "utf-8")
    (folder / "segments/wrong.yaml").write_text("when: {rank: lukewarm}\n", "utf-8")
    return folder


def test_problems_are_japanese_in_japanese(japanese: None, broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Failure) as failed:
        check(broken)

    shown = capsys.readouterr().err
    assert "'soon' は時間の長さではありません" in shown
    assert "キー 'prority' はありません。もしかして 'priority' ですか？" in shown
    assert "ランク 'lukewarm' はありません" in shown
    assert failed.value.in_language("ja")[0].startswith("プレイブックに誤りが")


def test_scripts_get_the_problems_in_english(japanese: None, broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        check(broken, as_json=True)

    found = json.loads(capsys.readouterr().out)
    assert {"file", "line", "column", "message", "severity"} == set(found[0])
    assert "there is no rank 'lukewarm'; write cold, warm or hot" in [problem["message"] for problem in found]
