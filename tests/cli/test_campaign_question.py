"""ripen campaign schedule asks before it schedules."""

import re
import sys
from io import StringIO
from typing import Any

import pytest

from cli.commands import campaign as command
from ripen.adapters.table import Create, Table, keys
from ripen.campaign.campaign_run import RunState
from ripen.failure import Failure
from ripen.settings import LivePlaybook
from tests.support.campaign_machinery import KEY, Machinery, a_playbook, with_rates
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack
from tests.support.quick_dynamodb import QuickDynamoDB


@pytest.fixture
def machinery(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Machinery:
    client: Any = QuickDynamoDB()
    machinery = Machinery(Table("table", client), clock, a_playbook(with_rates(at="2026-11-22T12:00")))
    machinery.table.write(Create(keys.LIVE, LivePlaybook(bundle="bundle1", site="", at=NOON)))
    stack = a_stack(machinery.table, clock, machinery.bundle)
    monkeypatch.setattr(command, "connect", lambda: stack)
    return machinery


def answer(text: str, monkeypatch: pytest.MonkeyPatch, *, now: bool = False) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO(text))
    command.schedule("autumn", now=now)


@pytest.mark.parametrize("text", ["n\n", "\n", "maybe\n"])
def test_any_answer_but_yes_schedules_nothing(
    text: str, machinery: Machinery, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(text, monkeypatch)
    assert machinery.table.get(KEY) is None
    assert "Nothing was scheduled. To do it later: ripen campaign schedule" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["y\n", "YES\n", " y \n"])
def test_answer_yes_schedules_the_campaign(
    text: str, machinery: Machinery, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(text, monkeypatch)
    assert machinery.run().state is RunState.PLANNED


def test_question_without_an_answer_schedules_nothing_and_names_the_option(
    machinery: Machinery, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Failure, match="Nothing was done") as failed:
        answer("", monkeypatch)
    assert "--yes" in failed.value.next_step
    what, next_step = failed.value.in_language("ja")
    assert "何もしませんでした" in what
    assert "--yes" in next_step
    assert machinery.table.get(KEY) is None


def test_sending_at_once_is_asked_and_said_as_such(
    machinery: Machinery, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer("y\n", monkeypatch, now=True)
    out, err = capsys.readouterr()
    assert re.search(r"Send it to \d+ leads now\?", out + err)
    assert "Sending begins." in out
    assert "Schedule" not in out + err


def test_recipients_are_a_table_on_a_terminal_and_csv_elsewhere(
    machinery: Machinery, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer("y\n", monkeypatch, now=True)
    capsys.readouterr()
    command.recipients("autumn")
    assert capsys.readouterr().out == "email,lead,at\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    command.recipients("autumn", as_csv=True)
    assert capsys.readouterr().out == "email,lead,at\n"
    command.recipients("autumn")
    table = capsys.readouterr().out
    assert "Recipients" in table
    assert "email,lead,at" not in table
