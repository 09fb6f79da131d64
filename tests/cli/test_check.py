"""ripen check: problems in the language of the command, and in English for scripts."""

import json
import shutil
from pathlib import Path

import pytest

from cli.commands.playbook import check
from cli.main import app
from cli.output.language import language, use
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


@pytest.mark.parametrize(
    ("locales", "said"), [("[ja, en]", "プレイブックに誤りはありません"), ("[en, ja]", "no errors")]
)
def test_check_speaks_the_first_language_of_the_folder_if_nothing_else_names_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], locales: str, said: str
) -> None:
    folder = tmp_path / "p"
    shutil.copytree(EXAMPLE, folder)
    settings = folder / "ripen.yaml"
    settings.write_text(settings.read_text("utf-8").replace("locales: [ja, en]", f"locales: {locales}"), "utf-8")

    use(None)
    app(["check", str(folder)], standalone_mode=False)

    assert said in capsys.readouterr().out


def test_folder_without_a_playbook_is_reported_in_english(tmp_path: Path) -> None:
    with pytest.raises(Failure):
        app(["check", str(tmp_path)], standalone_mode=False)

    assert language() == "en"
