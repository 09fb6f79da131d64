"""Feedback from SES, through SNS and SQS, into the ledger, the contact and the suppressions."""

import json
from copy import replace
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from nurture.feedback import Dependencies, handler, watch_bounces
from ripen.adapters.table import Create, Row, Table, keys
from ripen.lead.address import address_hash
from ripen.lead.contact import Contact, Suppression
from ripen.lead.state import State
from ripen.mail.incoming.feedback import Event
from ripen.mail.ledger import MailClass, Send, SendState
from ripen.mail.limits.bounce_rate import BounceRate
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.planned_mails import (
    ADDRESS_KEY,
    a_context,
    a_send,
    an_event,
    decisions,
    known,
    planned,
    record_events,
)

SEND = a_send(state=SendState.ACCEPTED, message_id="m1", accepted=NOON, attempt=1)
REFUSAL = keys.suppression(address_hash(ADDRESS_KEY, "hanako@example.co.jp"))


def send(table: Table) -> Send:
    row = table.get(keys.send("lead1", SEND.id))
    assert row is not None
    return row.value


def contact(table: Table) -> Contact:
    row = table.get(keys.contact("lead1"))
    assert row is not None
    return row.value


def outside(table: Table, clock: FakeClock) -> Dependencies:
    return Dependencies(table=table, clock=clock, react=FakeQueue(), walk=FakeQueue(), address_key=ADDRESS_KEY)


def under(table: Table, prefix: str) -> list[Row[Any]]:
    return list(table.under("lead1", prefix))


def test_an_event_settles_a_send_whose_answer_was_lost(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    known(table)
    planned(table, a_send(state=SendState.UNKNOWN, unknown=NOON, attempt=1))
    assert record_events(table, clock, an_event(SEND, Event.SENT), react=queue) == ["settled"]
    row = table.get(keys.send("lead1", SEND.id))
    assert row is not None
    assert (row.value.state, row.value.message_id, row.due) == (SendState.ACCEPTED, "m1", None)
    assert decisions(table) == [("accepted", "")]
    assert queue.woken == []


@pytest.mark.parametrize("state", [SendState.HELD, SendState.PLANNED, SendState.CLAIMED, SendState.SKIPPED])
def test_event_outweighs_every_state_of_ours(
    table: Table, clock: FakeClock, queue: FakeQueue, state: SendState
) -> None:
    known(table)
    planned(table, a_send(state=state, attempt=1))
    record_events(table, clock, an_event(SEND, Event.DELIVERED), react=queue)
    assert (send(table).state, send(table).delivered) == (SendState.ACCEPTED, NOON)


def test_a_final_bounce_suppresses_the_address_and_is_an_activity(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    known(table)
    planned(table, SEND)
    record_events(table, clock, an_event(SEND, Event.BOUNCED, detail="Permanent/General"), react=queue)
    assert (send(table).state, send(table).bounced) == (SendState.ACCEPTED, NOON)
    assert contact(table).bounced == NOON
    refusal = table.get(REFUSAL)
    assert refusal is not None
    assert refusal.value == Suppression(reason="bounce", at=NOON, detail="Permanent/General")
    (activity,) = under(table, "activity#")
    assert (activity.value.kind, activity.value.folded, activity.due) == ("bounced", None, NOON)
    assert queue.woken == [activity.key.ref]


def test_a_mail_that_bounces_twice_is_one_activity(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    known(table)
    planned(table, SEND)
    first, second = (an_event(SEND, Event.BOUNCED, id=each) for each in ("one", "two"))
    assert record_events(table, clock, first, second, react=queue) == ["settled", "nothing new"]
    assert (len(under(table, "activity#")), len(queue.woken)) == (1, 1)


def test_transient_bounce_suppresses_nothing(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    known(table)
    planned(table, SEND)
    record_events(table, clock, an_event(SEND, Event.BOUNCED, final=False), react=queue)
    assert (contact(table).bounced, table.get(REFUSAL), under(table, "activity#")) == (None, None, [])


@pytest.mark.parametrize(("earlier", "proven", "refused"), [(5, None, False), (6, None, True), (6, NOON, False)])
def test_a_mailbox_that_stays_full_is_given_up(
    table: Table, clock: FakeClock, earlier: int, proven: datetime | None, refused: bool
) -> None:
    known(table)
    table.write(Create(keys.state("lead1"), State(lead="lead1", proven=proven)))
    for number in range(earlier):
        bounced = NOON - timedelta(days=1 + number)
        planned(table, replace(SEND, id=f"s{number}", mail_class=MailClass.MARKETING, soft_bounced=bounced))
    planned(table, replace(SEND, mail_class=MailClass.MARKETING))
    soft = an_event(SEND, Event.BOUNCED, final=False, soft=True, detail="Transient/MailboxFull")
    assert record_events(table, clock, soft, soft) == ["settled", "nothing new"]
    assert send(table).soft_bounced == NOON
    assert (contact(table).bounced is not None) is refused
    assert [row.value.facts["type"] for row in under(table, "activity#")] == (
        ["Transient/MailboxFull, on 7 days"] if refused else []
    )


def test_complaint_withdraws_the_consent_with_proof(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    known(table)
    planned(table, SEND)
    record_events(table, clock, an_event(SEND, Event.COMPLAINED), react=queue)
    assert contact(table).complained == NOON
    (proof,) = under(table, "consent#")
    assert (proof.value.granted, proof.value.source) == (False, "complaint")
    assert contact(table).consent["marketing"].record == proof.value.id
    assert not contact(table).consent["marketing"].granted
    assert len(queue.woken) == 1


def test_complaint_that_names_no_address_suppresses_the_lead_s(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    known(table)
    planned(table, SEND)
    record_events(table, clock, an_event(SEND, Event.COMPLAINED, recipient=""), react=queue)
    refused = table.get(REFUSAL)
    assert refused and refused.value.reason == "complaint"
    assert contact(table).complained == NOON
    assert table.get(keys.suppression(address_hash(ADDRESS_KEY, ""))) is None


def test_complaint_of_an_erased_lead_that_names_no_address_suppresses_nobody(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    planned(table, SEND)
    record_events(table, clock, an_event(SEND, Event.COMPLAINED, recipient=""), react=queue)
    assert contact(table).complained == NOON
    assert table.get(keys.suppression(address_hash(ADDRESS_KEY, ""))) is None


def test_a_repeated_event_changes_nothing(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    known(table)
    planned(table, SEND)
    bounce = an_event(SEND, Event.BOUNCED)
    assert record_events(table, clock, bounce, bounce, react=queue) == ["settled", "nothing new"]
    assert len(queue.woken) == 1


def test_any_order_gives_the_same_rows(dynamodb: Any, clock: FakeClock, queue: FakeQueue) -> None:
    table = Table("table", dynamodb)
    events = [an_event(SEND, event) for event in (Event.SENT, Event.DELIVERED, Event.BOUNCED, Event.COMPLAINED)]
    outcomes = set()
    for number, order in enumerate(permutations(events)):
        lead = f"lead{number + 10}"
        table.write(*_rows(lead))
        for event in order:
            renamed = {"lead": lead, "recipient": f"{lead}@example.com"}
            record_events(table, clock, _with(event, **renamed))
        final, about, refusal = table.get_many(
            [
                keys.send(lead, SEND.id),
                keys.contact(lead),
                keys.suppression(address_hash(ADDRESS_KEY, f"{lead}@example.com")),
            ]
        )
        outcomes.add(str((_with(final.value, lead=""), _with(about.value, lead=""), refusal.value)))
    assert len(outcomes) == 1


def _rows(lead: str) -> list[Any]:
    return [
        Create(keys.send(lead, SEND.id), _with(SEND, lead=lead)),
        Create(keys.contact(lead), Contact(lead=lead)),
    ]


def _with(thing: Any, **changes: Any) -> Any:
    return replace(thing, **changes)


@pytest.mark.parametrize("first", [Event.REJECTED, Event.SENT])
def test_a_mail_that_ses_gave_up_is_failed_in_any_order(
    table: Table, clock: FakeClock, queue: FakeQueue, first: Event
) -> None:
    known(table)
    planned(table, SEND)
    second = Event.SENT if first is Event.REJECTED else Event.REJECTED
    record_events(table, clock, an_event(SEND, first), an_event(SEND, second), react=queue)
    assert (send(table).state, send(table).reason) == (SendState.FAILED, "rejected by SES")


def test_an_event_about_a_send_we_do_not_have_is_dropped(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    assert record_events(table, clock, an_event(SEND, Event.BOUNCED), react=queue) == ["unknown"]


def test_foreign_events_are_ignored_and_malformed_records_fail_alone() -> None:
    mail = {"timestamp": "2026-11-21T03:00:00.000Z", "messageId": "m1", "destination": ["a@example.com"]}
    messages = [
        "Successfully validated SNS topic for Amazon SES event publishing.",
        json.dumps({"eventType": "Open", "mail": mail, "open": {}}),
        json.dumps({"notificationType": "Bounce", "mail": mail, "bounce": {}}),
        json.dumps({"eventType": "Send", "mail": mail, "send": {}}),
        "no JSON",
        json.dumps({"eventType": "Send"}),
    ]
    bodies = [json.dumps({"Type": "Notification", "Message": message}) for message in messages] + ["", "{}"]
    records = [{"messageId": str(n), "body": body, "eventSource": "aws:sqs"} for n, body in enumerate(bodies)]
    failed = handler({"Records": records}, a_context())["batchItemFailures"]
    assert [each["itemIdentifier"] for each in failed] == ["2", "4", "5", "6", "7"]


def test_bounce_of_a_campaigns_mail_wakes_the_campaign(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    known(table)
    walk, mail = FakeQueue(), replace(SEND, campaign=True, origin="autumn")
    planned(table, mail)
    record_events(table, clock, an_event(mail, Event.DELIVERED), walk=walk)
    assert walk.woken == []
    record_events(table, clock, an_event(mail, Event.BOUNCED), walk=walk)
    assert walk.woken == [keys.campaign("autumn").ref]


def test_too_many_bounces_of_any_mail_stop_all_sending(table: Table, clock: FakeClock) -> None:
    rate, dependencies = BounceRate(), outside(table, clock)
    for _ in range(19):
        watch_bounces(an_event(SEND, Event.BOUNCED), rate, dependencies)
    assert table.get(keys.STOP) is None
    watch_bounces(an_event(SEND, Event.COMPLAINED), rate, dependencies)
    watch_bounces(an_event(SEND, Event.BOUNCED), rate, dependencies)
    stop = table.get(keys.STOP)
    assert stop is not None
    assert (stop.value.on, stop.value.by) == (True, "Ripen: too many bounces")
