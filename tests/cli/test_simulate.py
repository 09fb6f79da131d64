"""`ripen simulate`: one scenario, or all of them compared with their approved transcripts."""

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from cli.commands.simulate import simulate
from cli.output import language
from ripen.failure import Failure
from ripen.words import Lang

PLAYBOOK = Path(__file__).resolve().parents[2] / "playbook"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copytree(PLAYBOOK, tmp_path / "playbook")


Run = Callable[..., None]


@pytest.fixture
def run(folder: Path) -> Run:
    usual = {
        "journey": "",
        "lead": "",
        "events": "",
        "begins": "2026-11-24 10:00",
        "by_hand": False,
        "paths": False,
        "most": 100,
        "everything": False,
        "update": False,
        "lang": "en",
        "as_json": False,
        "folder": folder,
    }

    def called(**changes: object) -> None:
        begins = {"begins": ""} if changes.get("everything") else {}
        simulate(**(usual | begins | changes))  # type: ignore[arg-type]

    return called


def test_example_playbook_matches_its_transcripts(run: Run) -> None:
    run(everything=True, folder=PLAYBOOK)


def test_changed_journey_is_shown_as_a_difference_and_fails(
    run: Run, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # given a journey that waits a day longer than was approved
    journey = folder / "journeys" / "whitepaper.yaml"
    journey.write_text(journey.read_text("utf-8").replace("3 days", "4 days"), "utf-8")
    # when, then
    with pytest.raises(Failure, match="differ from their transcripts"):
        run(everything=True)
    out = capsys.readouterr().out
    assert "-2026-11-27 金 10:00" in out
    assert "+2026-11-28 土 10:00" in out
    # and when it is approved
    run(everything=True, update=True)
    run(everything=True)


def test_json_output_is_for_scripts(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run(journey="whitepaper", lead="ken", as_json=True)
    lines = json.loads(capsys.readouterr().out)
    assert lines[0] == {
        "at": "2026-11-24T15:00:00+00:00",
        "code": "form_submitted",
        "by_lead": True,
        "facts": {"subject": "whitepaper"},
    }


@pytest.fixture
def quiet(folder: Path) -> str:
    """A journey that an invented lead cannot come into by doing something."""
    (folder / "journeys" / "quiet.yaml").write_text(
        "enrol: {on: {segment: decision-makers}}\nsteps:\n  - wait: 2 days\n  - exit: over\n", "utf-8"
    )
    return "quiet"


def test_lead_that_no_trigger_lets_in_is_told_how_to_enter(
    run: Run, quiet: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(journey=quiet, lead="ken")
    out = capsys.readouterr().out
    assert "never entered “quiet”" in out
    assert "--by-hand" in out
    # and who is in it is told nothing of the kind
    run(journey=quiet, lead="ken", by_hand=True)
    assert "--by-hand" not in capsys.readouterr().out


def test_paths_are_simulated_also_where_no_trigger_lets_in(
    run: Run, quiet: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(journey=quiet, lead="ken", paths=True)
    out = capsys.readouterr().out
    assert "left “quiet”: over" in out
    assert "never reached" not in out


@pytest.mark.parametrize(
    ("lang", "told"),
    [("ja", "シナリオ「ガイド請求後のフォロー」を開始した"), ("en", "entered “Follow-up after the guide”")],
)
@pytest.mark.parametrize("lead", ["hanako", "ken"])
def test_transcript_on_screen_is_in_the_language_of_the_command(
    run: Run, lead: str, lang: Lang, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    language.use(lang)
    run(journey="whitepaper", lead=lead)
    assert told in capsys.readouterr().out


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"journey": "whitepapr", "lead": "ken"}, "did you mean 'whitepaper'"),
        ({"journey": "whitepaper", "lead": "nobody"}, "no persona 'nobody'"),
        ({"journey": "whitepaper"}, "Name a journey and a lead"),
        ({"journey": "whitepaper", "lead": "ken", "begins": "tomorrow"}, "is not a date and time"),
        ({"journey": "whitepaper", "lead": "ken", "begins": "0001-01-01"}, "not in the years 2000 to 2199"),
        ({"journey": "whitepaper", "lead": "ken", "begins": "9999-12-31 23:59"}, "not in the years 2000 to 2199"),
        ({"journey": "whitepaper", "lead": "k" * 300}, "no persona"),
        ({"journey": "whitepaper", "lead": "k" * 5000 + ".yaml"}, "no persona"),
        ({"journey": "whitepaper", "lead": "ken", "events": "x" * 5000}, "does not say when"),
        ({"journey": "whitepaper", "lead": "ken", "events": "/"}, "does not say when"),
    ],
)
def test_missing_option_is_a_failure(run: Run, said: dict[str, str], told: str) -> None:
    with pytest.raises(Failure, match=told):
        run(**said)


@pytest.mark.usefixtures("japanese")
def test_event_that_cannot_happen_is_explained_in_the_language_of_the_transcript(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run(journey="whitepaper", lead="hanako", events="+1h click case-study", by_hand=True)
    assert "起こらない: case-study はまだ送信されていません" in capsys.readouterr().out


@pytest.mark.parametrize("begins", ["2000-01-01 00:00", "2199-12-31 23:59"])
def test_journey_begins_in_the_first_and_the_last_year(
    run: Run, begins: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(journey="whitepaper", lead="ken", begins=begins)
    assert begins[:10] in capsys.readouterr().out


def test_events_longer_than_a_file_name_are_events(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run(journey="whitepaper", lead="ken", events="; ".join(["+1h view pricing"] * 30))
    assert "looked at the page “Plans and prices”" in capsys.readouterr().out


def test_transcript_in_a_folder_with_brackets_is_rewritten(
    run: Run, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bracketed = copytree(folder, tmp_path / "[" / "]x")
    golden = min((bracketed / "simulations").glob("*.txt"))
    golden.write_text("old", "utf-8")
    run(everything=True, update=True, folder=bracketed)
    assert f"Wrote {golden}" in capsys.readouterr().out


@pytest.mark.parametrize("asked", ["lead", "events"])
def test_file_that_is_not_utf8_is_a_failure(run: Run, tmp_path: Path, asked: str) -> None:
    file = tmp_path / "named.yaml"
    file.write_bytes("山田".encode("cp932"))
    with pytest.raises(Failure, match="is not UTF-8"):
        run(journey="whitepaper", **({"lead": "hanako"} | {asked: str(file)}))


@pytest.mark.usefixtures("japanese")
def test_paths_and_steps_are_said_in_words(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run(journey="whitepaper", lead="hanako", paths=True, most=2)
    shown = capsys.readouterr().out
    assert "1. 次のどれかを待つ: 4 営業日後の 10:00" in shown
    assert "まで待つ（3 日待つ）" in shown
    assert "シナリオ「ガイド請求後のフォロー」の「次のどれかを待つ」: 「" in shown
    assert "wait-" not in shown
