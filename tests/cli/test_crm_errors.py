"""ripen crm errors: leads that do not reach Salesforce are listed, retried or ignored."""

import json
from datetime import timedelta
from getpass import getuser
from typing import Any

import pytest
from rich.console import Console

from cli.commands import crm as command
from cli.doctor.finding import State
from cli.doctor.waiting import CRM, waiting
from cli.output.lead import lead_parts
from cli.output.status import show_status
from cli.stack.stack import Stack
from ripen.adapters.rows.decisions import read_decisions
from ripen.adapters.table import Create, Row, Table, keys
from ripen.crm.crm_errors import MERGED
from ripen.failure import Failure
from ripen.marks import CrmMark
from ripen.operations.leads.report import lead_report
from ripen.operations.phrases import say
from ripen.operations.status import status
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_known_lead, a_stack

STORAGE = "STORAGE_LIMIT_EXCEEDED: storage limit exceeded"
HOUR = timedelta(hours=1)


@pytest.fixture
def stack(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Stack:
    stack = a_stack(table, clock)
    monkeypatch.setattr(command, "connect", lambda: stack)
    return stack


def a_failing_lead(table: Table, lead: str, **changes: Any) -> None:
    table.write(Create(keys.profile(lead), a_lead(id=lead, email=f"{lead}@example.jp")))
    a_failing_mark(table, lead, **changes)


def a_failing_mark(table: Table, lead: str, **changes: Any) -> None:
    known: dict[str, Any] = {"error": STORAGE, "failing_since": NOON - timedelta(minutes=5), "refused": True}
    table.write(Create(keys.crm_mark(lead), CrmMark(lead=lead, **(known | changes)), due=NOON + HOUR))


def mark(table: Table, lead: str) -> Row[CrmMark]:
    row = table.get(keys.crm_mark(lead))
    assert row
    return row


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    command.errors(as_json=True)
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_only_leads_that_fail_are_listed_by_code(
    stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    a_failing_lead(table, "lead1")
    a_failing_lead(table, "lead2", error="DUPLICATES_DETECTED: Use one of these records?")
    table.write(Create(keys.crm_mark("lead3"), CrmMark(lead="lead3", urgent=True), due=NOON))

    found = listed(capsys)

    assert [each["id"] for each in found] == ["lead2", "lead1"]
    assert found[1] == {
        "id": "lead1",
        "email": "lead1@example.jp",
        "code": "STORAGE_LIMIT_EXCEEDED",
        "message": STORAGE,
        "merged_with": "",
        "meaning": "Salesforce's data storage is full (STORAGE_LIMIT_EXCEEDED)",
        "next_step": "Free storage or buy more: Setup → Storage Usage.",
        "since": "2026-11-21T02:55:00+00:00",
        "next_attempt": "2026-11-21T04:00:00+00:00",
        "ignored": False,
    }


def test_leads_whose_records_sales_merged_are_listed_together(
    stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    table.write(Create(keys.profile("old"), a_lead(id="old", email="old@example.jp")))
    a_failing_lead(table, "young", error=f"{MERGED}: old")
    a_failing_lead(table, "young2", error=f"{MERGED}: erased")

    found = listed(capsys)

    assert [(each["email"], each["code"], each["merged_with"]) for each in found] == [
        ("young2@example.jp", MERGED, ""),
        ("young@example.jp", MERGED, "old@example.jp"),
    ]
    command.errors()
    assert "old@example.jp" in capsys.readouterr().out


def test_the_list_says_in_words_what_to_do(
    stack: Stack, table: Table, capsys: pytest.CaptureFixture[str], japanese: None
) -> None:
    a_failing_lead(table, "lead1")

    command.errors()

    said = capsys.readouterr().out
    assert "Salesforce のデータストレージの空きがない" in said
    assert "設定 → ストレージの使用状況" in said
    assert "lead1@example.jp" in said


@pytest.mark.parametrize("which", ["STORAGE_LIMIT_EXCEEDED", "Lead1@example.jp", "all"])
def test_leads_are_retried_at_once(stack: Stack, table: Table, which: str, capsys: pytest.CaptureFixture[str]) -> None:
    a_failing_lead(table, "lead1")

    command.errors(retried=which, as_json=True)

    assert json.loads(capsys.readouterr().out) == {"retried": 1}
    assert mark(table, "lead1").due == NOON


def test_ignored_leads_are_counted_nowhere_and_can_be_retried(
    stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    a_failing_lead(table, "lead1")

    command.errors(ignored="all")
    capsys.readouterr()

    assert [each["ignored"] for each in listed(capsys)] == [True]
    assert status(table, NOON).waiting == ()
    command.errors(retried="lead1@example.jp")
    assert (mark(table, "lead1").due, mark(table, "lead1").value.ignored) == (NOON, "")


def test_a_lead_that_is_ignored_has_a_decision_that_says_by_whom(stack: Stack, table: Table) -> None:
    a_failing_lead(table, "lead1")
    command.errors(ignored="all")
    [decision] = read_decisions(table, "lead1")
    assert (decision.at, decision.reason, decision.facts) == (NOON, "STORAGE_LIMIT_EXCEEDED", {"by": getuser()})
    shown = say("crm.skipped", {"reason": decision.reason} | decision.facts, "en")
    assert shown.startswith(f"is not written to Salesforce until it changes, as {getuser()} decided: ")


def test_an_outage_cannot_be_ignored(stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    a_failing_lead(table, "lead1", error="HTTP 503", refused=False)

    command.errors(ignored="all", as_json=True)

    assert json.loads(capsys.readouterr().out) == {"ignored": 0}
    assert read_decisions(table, "lead1") == []
    assert mark(table, "lead1").due == NOON + HOUR


def test_a_code_that_no_lead_has_is_a_failure(stack: Stack, table: Table) -> None:
    with pytest.raises(Failure, match="INVALID_FIELD"):
        command.errors(retried="INVALID_FIELD")


def test_status_counts_the_leads_by_code(table: Table) -> None:
    for lead in ("lead1", "lead2"):
        a_failing_lead(table, lead)
    found = status(table, NOON)

    with (console := Console(width=300)).capture() as capture:
        show_status(found, "Asia/Tokyo", console)

    assert found.plain()["salesforce_errors"] == {
        "STORAGE_LIMIT_EXCEEDED": {"leads": 2, "since": "2026-11-21T02:55:00+00:00"}
    }
    assert "2 leads wait for Salesforce since 2026-11-21 11:55: Salesforce's data storage is full" in capture.get()


@pytest.mark.parametrize(("leads", "state"), [(0, State.OK), (2, State.WARN), (3, State.FAIL)])
def test_the_doctor_fails_when_a_person_is_needed(table: Table, leads: int, state: State) -> None:
    for number in range(leads):
        a_failing_lead(table, f"lead{number}")

    found = next(finding for finding in waiting(table, NOON, "Asia/Tokyo") if finding.check is CRM)

    assert found.state is state
    assert leads == 0 or f"{leads} leads wait for Salesforce" in found.found.en


def test_the_doctor_advises_nothing_but_patience_in_an_outage(table: Table) -> None:
    a_failing_lead(table, "lead1", error="HTTP 503", refused=False, failing_since=NOON - timedelta(days=1))

    found = next(finding for finding in waiting(table, NOON, "Asia/Tokyo") if finding.check is CRM)

    assert found.state is State.FAIL
    assert "1 lead waits for Salesforce since 2026-11-20 12:00 Asia/Tokyo: Salesforce does not answer" in found.found.en
    assert "Ripen tries again by itself" in found.next_step.en
    assert "status.salesforce.com" in found.next_step.en


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {},
            "not in Salesforce since 2026-11-21 02:55: Salesforce's data storage is full (STORAGE_LIMIT_EXCEEDED:"
            " storage limit exceeded). Next attempt: 2026-11-21 04:00",
        ),
        ({"ignored": "STORAGE_LIMIT_EXCEEDED"}, "since 2026-11-21 02:55, ignored until the lead changes: Salesforce's"),
        ({"error": "", "waits_for": "Salesforce is not connected"}, "02:55: Salesforce is not connected. Next attempt"),
    ],
)
def test_ripen_lead_says_why_a_lead_is_not_in_salesforce(
    stack: Stack, table: Table, changes: dict[str, str], words: str
) -> None:
    lead = a_known_lead(table)
    a_failing_mark(table, lead.id, **changes)
    found = lead_report(lead.email, table, stack.playbook, stack.secrets, NOON)

    with (console := Console(width=300)).capture() as capture:
        console.print(lead_parts(found, "UTC", a_bundle())[0])

    assert words in capture.get()
