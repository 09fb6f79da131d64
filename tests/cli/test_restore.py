"""ripen restore: a table from a backup learns what was refused and sent since, before it is used."""

import json
from typing import Any

import pytest

from cli.commands import restore as restoring
from cli.stack.stack import Stack
from nurture.deliver import deliver
from nurture.preferences import unsubscribe
from ripen.adapters.table import Create, Table, keys
from ripen.failure import Failure
from ripen.lead.activity import Kind
from ripen.lead.contact import Suppression
from ripen.mail.ledger import SendState
from ripen.operations.sending.switches import resume_sending
from tests.conftest import create_table
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack
from tests.support.planned_mails import FakeSes, a_send, an_outside, known, planned, unsubscribing

SENT = a_send()
WAITING = a_send(email="case-study")


@pytest.fixture
def restored(dynamodb: Any, table: Table) -> Table:
    """A copy of the table from before anything was sent or refused. Two mails are planned."""
    create_table(dynamodb, "restored")
    copy = Table("restored", dynamodb)
    for each in (table, copy):
        known(each)
        for send in (SENT, WAITING):
            planned(each, send)
    return copy


@pytest.fixture
def stack(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Stack:
    stack = a_stack(table, clock, a_bundle())
    monkeypatch.setattr(restoring, "connect", lambda: stack)
    return stack


def value(table: Table, key: Any) -> Any:
    row = table.get(key)
    assert row is not None
    return row.value


def restore(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    restoring.restore("restored", as_json=True)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_what_was_sent_and_refused_since_is_neither_repeated_nor_forgotten(
    stack: Stack, restored: Table, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    # given a mail that went out after the restore point, an unsubscription and a bounce of another address
    used, ses = stack.table, FakeSes()
    deliver(keys.send("lead1", SENT.id), an_outside(used, clock, ses))
    clock.move(hours=1)
    unsubscribe(SENT, unsubscribing(used, clock))
    used.write(Create(keys.suppression("another"), Suppression(reason="bounce", at=NOON)))
    # when
    said = restore(capsys)
    # then sending is stopped, and all three are known
    assert said == {
        "table": "restored",
        "from": "table",
        "stopped": True,
        "suppressed_addresses": 1,
        "refusals": 1,
        "sent_mails": 1,
    }
    assert value(restored, keys.STOP).on
    assert value(restored, keys.suppression("another")).reason == "bounce"
    [activity] = restored.under("lead1", "activity#")
    assert (activity.value.kind, activity.value.folded, activity.due) == (Kind.UNSUBSCRIBED, None, clock.now())
    # and nothing goes out twice, or after the refusal
    resume_sending("admin", restored, clock.now())
    for send in (SENT, WAITING):
        deliver(keys.send("lead1", send.id), an_outside(restored, clock, ses))
    assert [mail.subject for mail in ses.taken] == ["山田様へ"]
    assert value(restored, keys.send("lead1", WAITING.id)).state is SendState.SKIPPED


def test_repetition_copies_only_what_came_since(
    stack: Stack, restored: Table, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    unsubscribe(SENT, unsubscribing(stack.table, clock))
    assert restore(capsys)["refusals"] == 1
    stack.table.write(Create(keys.suppression("another"), Suppression(reason="complaint", at=NOON)))
    said = restore(capsys)
    assert (said["refusals"], said["suppressed_addresses"]) == (0, 1)


def test_complaint_outweighs_a_bounce(stack: Stack, restored: Table, capsys: pytest.CaptureFixture[str]) -> None:
    key = keys.suppression("another")
    restored.write(Create(key, Suppression(reason="bounce", at=NOON)))
    stack.table.write(Create(key, Suppression(reason="complaint", at=NOON)))
    restore(capsys)
    assert value(restored, key).reason == "complaint"


def test_mail_to_a_lead_of_after_the_restore_point_is_left_out(
    stack: Stack, restored: Table, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    known(stack.table, a_lead(id="lead2", email="new@example.co.jp"))
    newer = a_send(lead="lead2")
    planned(stack.table, newer)
    deliver(keys.send("lead2", newer.id), an_outside(stack.table, clock, FakeSes()))
    assert restore(capsys)["sent_mails"] == 0
    assert restored.get(keys.send("lead2", newer.id)) is None


def test_table_in_use_is_refused_without_the_one_of_before(stack: Stack, restored: Table) -> None:
    with pytest.raises(Failure, match="uses table already") as failed:
        restoring.restore("table")
    assert "--from-table OLD" in failed.value.next_step
    assert restored.get(keys.STOP) is None
