"""ripen held: mails about which a person decides are listed, released or dropped."""

import json
from datetime import timedelta
from typing import Any

import pytest

from cli.commands import held as command
from cli.stack.stack import Stack
from ripen.adapters.rows.decisions import read_decisions
from ripen.adapters.table import Create, Table, keys
from ripen.failure import Failure
from ripen.ids import digest
from ripen.lead.state import State
from ripen.mail.ledger import MailClass, Send, SendState
from ripen.operations.sending.held_mails import held_mails
from tests.support.builders import a_lead
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack


@pytest.fixture
def stack(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Stack:
    stack = a_stack(table, clock)
    monkeypatch.setattr(command, "connect", lambda: stack)
    return stack


def a_held_send(table: Table, lead: str, **changes: Any) -> Send:
    known: dict[str, Any] = {
        "id": digest(lead),
        "lead": lead,
        "email": "case-study",
        "mail_class": MailClass.MARKETING,
        "origin": "whitepaper",
        "step": "s",
        "planned": NOON,
        "attempt": 1,
        "state": SendState.HELD,
        "reason": "no answer from SES",
        "unknown": NOON,
    }
    send = Send(**(known | changes))
    table.write(
        Create(keys.profile(lead), a_lead(id=lead, email=f"{lead}@example.jp")),
        Create(keys.state(lead), State(lead=lead)),
        Create(keys.send(lead, send.id), send),
    )
    return send


def state_of(table: Table, send: Send) -> tuple[SendState, bool]:
    row = table.get(keys.send(send.lead, send.id))
    assert row is not None
    return row.value.state, row.due is not None


def test_only_what_is_held_is_listed_the_oldest_first(stack: Stack, table: Table) -> None:
    a_held_send(table, "lead1")
    a_held_send(table, "lead2", unknown=NOON - timedelta(hours=1))
    a_held_send(table, "lead3", state=SendState.ACCEPTED)
    assert [(each.email, each.row.value.email) for each in held_mails(table)] == [
        ("lead2@example.jp", "case-study"),
        ("lead1@example.jp", "case-study"),
    ]


def test_one_is_released_by_the_beginning_of_its_id_and_is_due_now(stack: Stack, table: Table) -> None:
    one, other = a_held_send(table, "lead1"), a_held_send(table, "lead2")
    command.held(released=one.id[:6])
    assert state_of(table, one) == (SendState.PLANNED, True)
    assert state_of(table, other) == (SendState.HELD, False)


def test_all_are_dropped_with_the_decision_that_says_by_whom(stack: Stack, table: Table) -> None:
    sends = [a_held_send(table, f"lead{n}") for n in range(3)]
    command.held(dropped="all")
    assert [state_of(table, send) for send in sends] == [(SendState.SKIPPED, False)] * 3
    [decision] = read_decisions(table, "lead0")
    assert (decision.outcome, decision.reason.split()[0]) == ("skipped", "dropped")


def test_an_id_that_is_not_there_or_not_enough_is_said(stack: Stack, table: Table) -> None:
    a_held_send(table, "lead1")
    with pytest.raises(Failure, match="No held mail"):
        command.held(released="zzz")
    with pytest.raises(Failure, match="cannot be used together"):
        command.held(released="a", dropped="b")


def test_mail_that_we_could_not_send_says_why_and_is_released(
    stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    # given a mail that is gone from the playbook, and one that an older Ripen failed
    gone = a_held_send(table, "lead1", unknown=None, attempt=0, reason="no such mail")
    old = a_held_send(table, "lead2", unknown=None, attempt=0, state=SendState.FAILED, reason="cannot be written")
    a_held_send(table, "lead3", unknown=None, state=SendState.FAILED, reason="rejected by SES")
    # when they are listed
    command.held()
    # then
    shown = capsys.readouterr().out
    assert "2 held" in shown
    assert "longer" in shown  # the playbook no longer has this mail
    assert "filled" in shown  # the text cannot be filled in for this person
    assert "Correct the cause first" in shown
    assert "may have arrived" not in shown
    # and released
    command.held(released="all")
    assert [state_of(table, send) for send in (gone, old)] == [(SendState.PLANNED, True)] * 2


def test_scripts_get_the_list(stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    send = a_held_send(table, "lead1")
    command.held(as_json=True)
    [told] = json.loads(capsys.readouterr().out)
    assert (told["id"], told["mail"], told["reason"]) == (send.id, "case-study", "no answer from SES")
    assert told["may_have_arrived"] is True


@pytest.mark.usefixtures("japanese")
def test_held_speaks_japanese(stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    send = a_held_send(table, "lead1")
    command.held()
    shown = capsys.readouterr().out
    assert "保留中 1 通" in shown
    assert "すでに届いている可能性があります" in shown
    command.held(released=send.id)
    assert "1 通の保留を解きました" in capsys.readouterr().out
