"""ripen crm plan: what the sync would write to Salesforce, in words and for scripts."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.commands import _crm_plan as command
from cli.doctor.salesforce_mapping import MAPPED
from ripen.adapters.table import Create, Table, keys
from ripen.crm.upsert import Record
from ripen.playbook.bundle import CrmField, SyncRule
from ripen.words import Words
from ripen_authoring import compile
from tests.support.builders import a_bundle, a_lead
from tests.support.crm_sync import FakeCrm, a_state
from tests.support.fakes import FakeClock
from tests.support.memory_stack import a_stack

WRONG = Words("Status has no value 'Opne'", "Status に値 'Opne' がありません")


@pytest.fixture(autouse=True)
def crm(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> FakeCrm:
    crm = FakeCrm(
        records={"00Q8": Record(object="Lead", id="00Q8", email="known@example.jp", fields={"Title": "課長"})}
    )
    stack = a_stack(table, clock, a_bundle())
    monkeypatch.setattr(command, "connect", lambda: stack)
    monkeypatch.setattr(command, "salesforce", lambda stack: crm)
    monkeypatch.setattr(command, "checked", lambda stack, bundle: iter([MAPPED.ok(WRONG)]))
    for name, more in {"known": {}, "new": {}, "unnamed": {"last_name": ""}}.items():
        lead = a_lead(id=name, email=f"{name}@example.jp", **more)
        table.write(Create(keys.profile(name), lead), Create(keys.state(name), a_state(name)))
    return crm


def planned(capsys: pytest.CaptureFixture[str], **given: Any) -> dict[str, Any]:
    command.plan(as_json=True, **given)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_scripts_get_creates_updates_conflicts_skipped_and_calls(capsys: pytest.CaptureFixture[str]) -> None:
    found = planned(capsys)

    assert found["creates"] == {"count": 1, "samples": ["new@example.jp"]}
    assert (found["updates"]["count"], found["updates"]["fields"]["Lead.Company"]) == (1, 1)
    assert found["conflicts"] == [
        {
            "field": "Lead.Title",
            "count": 1,
            "samples": [{"email": "known@example.jp", "ours": "部長", "theirs": "課長"}],
        }
    ]
    assert [(each["reason"], each["count"]) for each in found["skipped"]] == [("last_name", 1)]
    assert found["calls"] == {"reads": 1, "writes": 1, "sync": 2}


def test_people_read_the_numbers_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    command.plan()

    shown = capsys.readouterr().out
    for part in ("nothing was written", "new@example.jp", "Lead.Company", "部長", "課長", "API calls of the sync"):
        assert part in shown


def test_the_numbers_are_in_japanese(capsys: pytest.CaptureFixture[str], japanese: None) -> None:
    command.plan()

    shown = capsys.readouterr().out
    for part in ("何も書き込んでいません", "Salesforce に作るリード", "Salesforce に残る値", "姓", "API"):
        assert part in shown


def test_what_salesforce_would_refuse_of_the_rules_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert planned(capsys)["problems"] == []
    wrong = MAPPED.fail(WRONG, Words("Change sync.fields", "sync.fields を直してください"))
    monkeypatch.setattr(command, "checked", lambda stack, bundle: iter([wrong]))

    assert [each["found"] for each in planned(capsys)["problems"]] == [WRONG.en]
    command.plan()
    assert "Opne" in capsys.readouterr().out


def test_the_rules_of_a_folder_are_tried(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    rule = SyncRule(fields={"Industry": CrmField(value="IT")})
    monkeypatch.setattr(compile, "compile_or_fail", lambda folder: a_bundle(sync=rule))

    assert planned(capsys, folder=Path("playbook"))["updates"]["fields"]["Lead.Industry"] == 1
