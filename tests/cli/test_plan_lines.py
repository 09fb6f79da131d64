"""ripen plan shows each changed line in the words of the playbook's files."""

import json
from pathlib import Path
from shutil import copytree

import pytest

from cli.commands import plan as command
from cli.local.home import PROJECT
from ripen.adapters.table import Table
from ripen_authoring.compile import compile_or_fail
from ripen_authoring.files.sources import read_sources
from tests.support.fakes import FakeClock
from tests.support.memory_stack import a_stack

CHANGES = (
    ("journeys/whitepaper.yaml", "wait: 3 days", "wait: 4 days"),
    ("scoring.yaml", ", needs: proof", ""),
    ("scoring.yaml", "half_life: 14 days", "half_life: 15 days"),
    ("scoring.yaml", "points: 15\n    cap: 45", "points: 30\n    cap: 45"),
    ("ripen.yaml", "team:", "keep: {visits: 400 days}\nteam:"),
    ("pages/_top.liquid", "<header", "<header lang='x'"),
)
SHOWN = (
    "steps[2].wait: 3 days → 4 days",
    "~ journeys/whitepaper.yaml  Follow-up after the guide",
    "~ scoring.yaml",
    "hot  needs: proof → –",
    "half-life: 14 days → 15 days",
    "“Viewed the pricing page” (pricing)  points: 15 → 30",
    "keep: – → {visits: 400 days}",
    "~ pages/_top.liquid",
    "What changes: scoring. So the server recalculates all leads.",
    "Of all 0 leads: none changes rank.",
    "No card is posted",
    "No lead enters a journey",
)


def test_a_plan_says_each_changed_line_in_the_words_of_the_files(
    table: Table, clock: FakeClock, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given files of which a wait, the rank hot, a period and a mail's text differ from those that are live
    folder = copytree(PROJECT / "playbook", tmp_path / "p")
    live = compile_or_fail(folder)
    stack = a_stack(table, clock, live)
    stack.playbook.put_files(live.hash, read_sources(folder))
    for file, old, new in CHANGES:
        text = (folder / file).read_text("utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    monkeypatch.setattr(command, "connect", lambda: stack)
    # when
    command.plan(folder)
    shown = capsys.readouterr().out
    # then
    for line in SHOWN:
        assert line in shown
    assert "~ pages/whitepaper" not in shown
    assert "Leads are sorted into the segments again" not in shown
    command.plan(folder, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["recalculates"], found["new_periods"], found["still_needed"]) == (True, True, [])
    assert found["journeys"][0]["lines"] == ["steps[2].wait: 3 days → 4 days"]
    assert {
        "name": "scoring.yaml",
        "how": "changed",
        "lines": ["hot.needs: proof → –", "half_life: 14 days → 15 days", "engagement[pricing].points: 15 → 30"],
    } in found["other_changes"]
