"""Deliveries of campaigns' mails: one batch of events is one transaction with one count."""

import json
from typing import Any

import pytest

from nurture import feedback
from nurture.feedback import handler
from ripen.adapters.rows.campaign_counts import campaign_totals
from ripen.adapters.table import Add, Change, Conflict, Table, keys
from ripen.mail.ledger import Send, SendState
from tests.support.fakes import NOON, FakeClock
from tests.support.planned_mails import a_context, a_send, planned
from tests.support.slack_workspace import KnownSecrets


class Watched(Table):
    """A table that notes each write, and refuses the first ones if a test asks for that."""

    refusals = 0

    def __init__(self, client: Any) -> None:
        super().__init__("table", client)
        self.writes: list[tuple[Change, ...]] = []

    def write(self, *changes: Change) -> None:
        if self.refusals:
            self.refusals -= 1
            raise Conflict((0,))
        super().write(*changes)
        self.writes.append(changes)


@pytest.fixture
def watched(dynamodb: Any, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Watched:
    table = Watched(dynamodb)
    monkeypatch.setattr(feedback, "table", table)
    monkeypatch.setattr(feedback, "clock", clock)
    monkeypatch.setattr(feedback, "secrets", KnownSecrets())
    return table


def ten_mails(table: Watched) -> list[Send]:
    known: dict[str, Any] = {"state": SendState.ACCEPTED, "message_id": "m1", "accepted": NOON, "attempt": 1}
    mails = [a_send(lead=f"lead{n}", campaign=True, origin="autumn", **known) for n in range(10)]
    for mail in mails:
        planned(table, mail)
    table.writes.clear()
    return mails


def record(send: Send, kind: str) -> dict[str, Any]:
    at = "2026-11-21T03:00:00.000Z"
    tags = {"send_id": [send.id], "lead": [send.lead]}
    mail = {"timestamp": at, "messageId": "m1", "destination": ["a@example.com"], "tags": tags}
    blocks = {"delivery": {"timestamp": at}} if kind == "Delivery" else {}
    message = json.dumps({"eventType": kind, "mail": mail} | blocks)
    return {"messageId": f"{kind} {send.lead}", "body": json.dumps({"Message": message}), "eventSource": "aws:sqs"}


def test_deliveries_of_one_batch_are_one_transaction_with_one_count(watched: Watched) -> None:
    mails = ten_mails(watched)
    handler({"Records": [record(mail, "Delivery") for mail in mails]}, a_context())
    assert campaign_totals(watched, "autumn") == {"delivered": 10}
    [transaction] = watched.writes
    assert (len(transaction), sum(isinstance(change, Add) for change in transaction)) == (11, 1)


def test_a_repeated_batch_writes_nothing(watched: Watched) -> None:
    mails = ten_mails(watched)
    for _ in range(2):
        handler({"Records": [record(mail, kind) for mail in mails for kind in ("Send", "Delivery")]}, a_context())
    assert campaign_totals(watched, "autumn") == {"delivered": 10}
    assert len(watched.writes) == 1


def test_each_delivery_is_recorded_alone_if_another_worker_changes_one_of_the_mails(watched: Watched) -> None:
    mails = ten_mails(watched)
    watched.refusals = 1
    handler({"Records": [record(mail, "Delivery") for mail in mails]}, a_context())
    assert campaign_totals(watched, "autumn") == {"delivered": 10}
    assert len(watched.writes) == 10


def test_a_row_that_cannot_be_read_fails_its_own_event_only(watched: Watched, dynamodb: Any) -> None:
    mails = ten_mails(watched)
    key = keys.send(mails[1].lead, mails[1].id)
    broken = {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "version": {"N": "1"}, "body": {"S": "{}"}}
    dynamodb.put_item(TableName="table", Item=broken)
    failed = handler({"Records": [record(mail, "Delivery") for mail in mails]}, a_context())["batchItemFailures"]
    assert [each["itemIdentifier"] for each in failed] == ["Delivery lead1"]
    assert campaign_totals(watched, "autumn") == {"delivered": 9}
