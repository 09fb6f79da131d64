"""ripen backtest: figures of all leads, a picture, and not one write."""

import json
import re
from copy import replace
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from cli.commands import backtest as command
from cli.stack.stack import Stack
from ripen.adapters.table import Create, Replace, Table, keys
from ripen.failure import Failure
from ripen.lead.activity import Activity, Kind
from ripen.lead.history import HistoryPage, history_entry
from ripen.lead.state import State
from ripen_authoring.compile import compile_playbook
from tests.support.builders import a_lead, an_activity
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack
from tests.support.quick_dynamodb import QuickDynamoDB

PLAYBOOK = Path(__file__).parents[2] / "playbook"
LIVE = compile_playbook(PLAYBOOK)
DAY = timedelta(days=1)


class ReadOnly(QuickDynamoDB):
    """A table that refuses writes once it is sealed."""

    sealed = False

    def __getattribute__(self, name: str) -> Any:
        if name in ("put_item", "update_item", "delete_item", "transact_write_items") and self.sealed:
            raise AssertionError(f"a back-test wrote: {name}")
        return super().__getattribute__(name)


@pytest.fixture
def client() -> ReadOnly:
    return ReadOnly()


@pytest.fixture
def table(client: ReadOnly) -> Table:
    return Table("table", client)


@pytest.fixture
def stack(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Stack:
    stack = a_stack(table, clock, LIVE)
    clock.at = NOON + 10 * DAY
    monkeypatch.setattr(command, "connect", lambda: stack)
    monkeypatch.setenv("COLUMNS", "100")
    return stack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A playbook in which a form alone makes a lead hot."""
    folder = copytree(PLAYBOOK, tmp_path / "playbook")
    file = folder / "scoring.yaml"
    text = file.read_text().replace("{enter: 70, leave: 60, needs: proof}", "{enter: 19, leave: 15, needs: nothing}")
    file.write_text(text.replace("{enter: 35, leave: 25}", "{enter: 10, leave: 5}"))
    return folder


def known(table: Table, lead: str, *activities: Activity, **profile: Any) -> None:
    """Store a lead with these activities."""
    rows = [replace(each, lead=lead, id=f"{lead}.{n}") for n, each in enumerate(activities)]
    table.write(
        Create(keys.profile(lead), a_lead(id=lead, email=f"{lead}@example.co.jp", **profile)),
        Create(keys.state(lead), State(lead=lead, activity_count=len(rows))),
        *(Create(keys.activity(lead, each.at, each.id), each) for each in rows),
    )


def did(days: float = 0, **more: Any) -> Activity:
    at = NOON + days * DAY
    return an_activity(**({"at": at, "received": at, "folded": at} | more))


def four_leads(table: Table) -> None:
    converted = did(5, kind=Kind.CONVERTED, subject="")
    known(table, "won", did(values={"job_title": "部長"}), converted)
    known(table, "none", did(1))
    known(table, "cold", did(2, kind=Kind.PAGE_VIEWED, subject="about"))
    known(table, "late", did(6), replace(converted, at=NOON, received=NOON, folded=NOON))


def run(client: ReadOnly, capsys: pytest.CaptureFixture[str], *, folder: Path, **options: Any) -> str:
    """Run the command on a table that refuses writes, and return what it printed."""
    client.sealed = True
    command.backtest(folder=folder, **options)
    return capsys.readouterr().out


def figures(client: ReadOnly, capsys: pytest.CaptureFixture[str], **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(client, capsys, as_json=True, **options))
    return found


def test_the_file_is_compared_with_the_live_rules_and_nothing_is_written(
    stack: Stack, client: ReadOnly, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    four_leads(stack.table)
    found = figures(client, capsys, folder=folder)
    assert (found["leads"], found["good"], found["outcomes"]) == (3, 1, {"converted": 1, "none": 2})
    assert (found["outcomes_before_activity"], found["given_outcomes"]) == (1, None)
    hot = [found[rules]["ranks"][0] for rules in ("before", "after")]
    assert [(each["rank"], each["leads"], each["good"], each["lift"]) for each in hot] == [
        ("hot", 0, 0, None),
        ("hot", 2, 1, 1.5),
    ]
    assert found["moves"][0] | {"low": 0, "high": 0} == {
        "from": "warm",
        "to": "hot",
        "leads": 1,
        "good": 1,
        "precision": 1.0,
        "low": 0,
        "high": 0,
    }
    assert [(each["week"], each["hot"]) for each in found["after"]["weeks"]] == [
        ("2026-11-16", 2),
        ("2026-11-23", 0),
        ("2026-11-30", 0),
    ]
    assert found["hot_difference"]["reliable"] is False


def test_fields_that_no_activity_carries_are_counted(
    stack: Stack, client: ReadOnly, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    four_leads(stack.table)
    unknown = {each["field"]: each for each in figures(client, capsys, folder=folder)["unknown_fields"]}
    assert unknown["job_title"] == {"field": "job_title", "leads": 2, "with_a_value_today": 2}
    assert unknown["department"] == {"field": "department", "leads": 3, "with_a_value_today": 0}


def test_outcomes_come_from_a_file(
    stack: Stack, client: ReadOnly, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    four_leads(stack.table)
    file = tmp_path / "outcomes.csv"
    file.write_text("email,outcome,date\nnone@example.co.jp,受注,2026-11-25\nnobody@example.com,lost,2026-11-25\n")
    found = figures(client, capsys, folder=folder, against=str(file))
    assert (found["leads"], found["good"], found["outcomes"]) == (4, 1, {"none": 3, "won": 1})
    assert (found["given_outcomes"], found["outcomes_without_lead"]) == (2, 1)


def test_only_leads_that_did_something_since_that_day_are_looked_at(
    stack: Stack, client: ReadOnly, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    four_leads(stack.table)
    assert figures(client, capsys, folder=folder, since="2026-11-22")["leads"] == 2


def test_an_expired_activity_counts_by_its_history(
    stack: Stack, client: ReadOnly, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known(stack.table, "old")
    page = HistoryPage(entries=(history_entry(did()),))
    stack.table.write(Create(keys.history_page("old", 1), page))
    [row] = stack.table.get_many([keys.state("old")])
    stack.table.write(Replace(row.key, replace(row.value, activity_count=1), row.version))
    found = figures(client, capsys, folder=folder)
    assert (found["after"]["ranks"][0]["leads"], found["expired_activities"]) == (1, 1)


def test_the_report_says_the_answer_first_and_what_is_not_known(
    stack: Stack, client: ReadOnly, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    four_leads(stack.table)
    out = run(client, capsys, folder=folder)
    assert out.splitlines()[:3] == [
        "3 leads, 1 of them with a good outcome (33%): converted 1, no outcome 2.",
        "Hot leads per week: 0.0 → 0.7.",
        "Precision of hot: – → 50%. A difference is not reliable: there are too few leads or outcomes.",
    ]
    assert re.search("2026-11-16 . 0 → 2", out)
    assert "job_title: unknown of 2 of 3 leads" in out
    assert out.endswith("sales may still win it. No lead was changed.\n")


@pytest.mark.usefixtures("japanese")
def test_the_report_is_in_japanese(
    stack: Stack, client: ReadOnly, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    four_leads(stack.table)
    out = run(client, capsys, folder=folder)
    assert "見込み客 3 人、うち成果あり 1 人（33%）: 変換 1、結果なし 2。" in out
    assert "人数または成果が少なく、差は信頼できません。" in out


def test_the_same_rules_are_shown_once(stack: Stack, client: ReadOnly, capsys: pytest.CaptureFixture[str]) -> None:
    four_leads(stack.table)
    out = run(client, capsys, folder=PLAYBOOK)
    assert "The file has the same rules as the live playbook." in out
    assert "→" not in out


def test_no_lead_is_no_error(
    stack: Stack, client: ReadOnly, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "out.svg"
    assert "No lead has an activity in this period." in run(client, capsys, folder=PLAYBOOK, picture=picture)
    assert "No lead has an activity" in picture.read_text()
    assert figures(client, capsys, folder=PLAYBOOK)["before"]["hot_per_week"] is None


def test_the_picture_has_a_title_and_a_description_with_the_counts(
    stack: Stack, client: ReadOnly, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    four_leads(stack.table)
    picture = tmp_path / "out.svg"
    out = run(client, capsys, folder=folder, picture=picture)
    root = ET.parse(picture).getroot()  # noqa: S314 (our own file)
    name = "{http://www.w3.org/2000/svg}"
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title desc")
    assert root.findtext(f"{name}title") == "Back-test of the scoring rules"
    described = root.findtext(f"{name}desc") or ""
    assert "2026-11-16: 0 → 2. 2026-11-23: 0 → 0." in described
    assert "hot: 0/0 → 1/2." in described
    assert str(picture) in out.replace("\n", "")


def test_a_picture_that_cannot_be_written_is_named_before_any_lead_is_read(stack: Stack, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        command.backtest(folder=PLAYBOOK, picture=tmp_path / "nowhere" / "out.svg")


def test_a_rule_that_knows_the_answer_is_refused(stack: Stack, folder: Path) -> None:
    file = folder / "scoring.yaml"
    file.write_text(file.read_text().replace("when: {phone: present}", "when: {stage: customer}"))
    with pytest.raises(Failure, match=rf"{file}:\d+:\d+: the rule 'phone' asks for the stage"):
        command.backtest(folder=folder)


def test_a_field_that_salesforce_wrote_is_refused(stack: Stack, folder: Path) -> None:
    known(stack.table, "won", did(), did(2, kind=Kind.CONVERTED, subject="", values={"phone": "03"}))
    with pytest.raises(Failure, match=rf"{folder / 'scoring.yaml'}:\d+:\d+: the rule 'phone' asks for 'phone', which"):
        command.backtest(folder=folder)


@pytest.mark.parametrize(("since", "why"), [("yesterday", "'yesterday' is no day"), ("2030-01-01", "in the future")])
def test_a_day_that_cannot_be_is_refused(stack: Stack, since: str, why: str) -> None:
    with pytest.raises(Failure, match=why):
        command.backtest(folder=PLAYBOOK, since=since)
