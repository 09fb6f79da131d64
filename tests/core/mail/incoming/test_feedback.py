"""SES's event records, shaped as its documentation shows them."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from ripen.lead.contact import Contact, Permission, Suppression
from ripen.mail.incoming.feedback import (
    Event,
    Feedback,
    IgnoredEvent,
    contact_after,
    given_up,
    read,
    send_after,
    suppression_after,
)
from ripen.mail.ledger import SendState
from tests.support.builders import a_marketing_mail
from tests.support.fakes import NOON

SEND = a_marketing_mail(state=SendState.UNKNOWN, unknown=NOON)


def a_record(event: str, tags: Any = None, **blocks: Any) -> str:
    own = {"send_id": ["s1"], "lead": ["lead1"], "attempt": ["1"]}
    mail = {
        "timestamp": "2026-11-21T03:00:00.000Z",
        "source": "=?utf-8?b?44Oq?= <news@example.com>",
        "messageId": "m1",
        "destination": ["hanako@example.co.jp"],
        "headersTruncated": True,
        "tags": {"ses:configuration-set": ["set"]} | (own if tags is None else tags),
    }
    return json.dumps({"eventType": event, "mail": mail} | blocks)


def a_bounce(type: str = "Permanent", sub_type: str = "General", status: str | None = "5.1.1", id: str = "f1") -> Any:
    return {
        "bounceType": type,
        "bounceSubType": sub_type,
        "bouncedRecipients": [{"emailAddress": "hanako@example.co.jp", "action": "failed", "status": status}],
        "timestamp": "2026-11-21T03:00:05.000Z",
        "feedbackId": id,
    }


def a_complaint(type: str | None) -> Any:
    return {
        "complainedRecipients": [{"emailAddress": "redacted@example.co.jp"}],
        "timestamp": "2026-11-21T03:00:09.000Z",
        "feedbackId": "f2",
        "complaintFeedbackType": type,
    }


TIMED = {"timestamp": "2026-11-21T03:00:02.000Z"}


def test_an_event_says_which_mail_to_whom_and_when() -> None:
    received = read(a_record("Delivery", delivery=TIMED))
    assert (received.event, received.send, received.lead, received.message_id) == (Event.DELIVERED, "s1", "lead1", "m1")
    assert (received.recipient, received.mailed, received.at) == (
        "hanako@example.co.jp",
        NOON,
        NOON + timedelta(seconds=2),
    )


@pytest.mark.parametrize(
    ("bounce", "final", "soft"),
    [
        (a_bounce(), True, False),
        (a_bounce("Transient", "MailboxFull", "4.2.2"), False, True),
        (a_bounce("Undetermined", "Undetermined", None), False, True),
        (a_bounce("Transient", "MessageTooLarge", "5.3.4"), False, False),
        (a_bounce(status=" 5.7.26 "), False, False),
    ],
)
def test_only_a_bounce_about_the_address_is_final(bounce: Any, final: bool, soft: bool) -> None:
    received = read(a_record("Bounce", bounce=bounce))
    assert (received.final, received.soft) == (final, soft)
    assert received.detail == f"{bounce['bounceType']}/{bounce['bounceSubType']}"


def test_a_soft_bounce_is_kept_in_its_mail_and_is_final_once_the_mailbox_is_given_up() -> None:
    soft = read(a_record("Bounce", bounce=a_bounce("Transient", "MailboxFull", "4.2.2")))
    moved = send_after(SEND, soft)
    assert moved is not None
    assert (moved.send.soft_bounced, moved.send.bounced) == (soft.at, None)
    assert send_after(moved.send, soft) is None
    final = given_up(soft, 7)
    assert (final.final, final.detail) == (True, "Transient/MailboxFull, on 7 days")
    last = send_after(moved.send, final)
    assert last is not None
    assert (last.send.soft_bounced, last.send.bounced) == (soft.at, soft.at)


@pytest.mark.parametrize(
    ("type", "final"), [("abuse", True), ("fraud", True), (None, True), ("not-spam", False), ("Not-Spam", False)]
)
def test_a_complaint_is_final_unless_it_says_not_spam(type: str | None, final: bool) -> None:
    received = read(a_record("Complaint", complaint=a_complaint(type)))
    assert received.final is final
    assert received.recipient == "hanako@example.co.jp"


@pytest.mark.parametrize("destination", [[], None])
def test_a_complaint_without_an_address_is_about_the_send(destination: Any) -> None:
    record = json.loads(a_record("Complaint", complaint=a_complaint("abuse") | {"complainedRecipients": []}))
    record["mail"]["destination"] = destination
    complaint = read(json.dumps(record))
    assert (complaint.send, complaint.lead, complaint.recipient, complaint.final) == ("s1", "lead1", "", True)
    named = read(a_record("Complaint", complaint=a_complaint("abuse") | {"complainedRecipients": []}))
    assert named.recipient == "hanako@example.co.jp"


@pytest.mark.parametrize("name", ["Rendering Failure", "RenderingFailure"])
def test_a_rendering_failure_goes_by_both_of_its_names(name: str) -> None:
    moved = send_after(SEND, read(a_record(name, failure={"errorMessage": "x", "templateName": "T"})))
    assert moved is not None
    assert (moved.send.state, moved.send.reason) == (SendState.FAILED, "rendering failed")


def test_an_old_style_notification_with_our_tags_is_understood() -> None:
    record = json.loads(a_record("", bounce=a_bounce()))
    assert read(json.dumps(record | {"notificationType": "Bounce"})).event is Event.BOUNCED


@pytest.mark.parametrize(
    "record",
    [
        a_record("Open", open=TIMED),
        a_record("Click", click=TIMED),
        a_record("Subscription", subscription=TIMED),
        a_record("SomethingNew"),
        a_record("Send", tags={}),
        a_record("Send", tags={"send_id": [""], "lead": ["lead1"]}),
        a_record("Send", tags={"send_id": ["s1"]}),
    ],
)
def test_foreign_events_are_ignored(record: str) -> None:
    with pytest.raises(IgnoredEvent):
        read(record)


@pytest.mark.parametrize(
    "record",
    ["", "{}", "[]", "null", '{"eventType": "Send"}', a_record("Bounce"), a_record("Complaint", complaint={})],
)
def test_malformed_record_is_an_error(record: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        read(record)


def test_each_kind_of_event_sets_its_field() -> None:
    for record, mark in (
        (a_record("Send", send={}), "accepted"),
        (a_record("Delivery", delivery=TIMED), "delivered"),
        (a_record("DeliveryDelay", deliveryDelay=TIMED), "accepted"),
        (a_record("Bounce", bounce=a_bounce()), "bounced"),
        (a_record("Complaint", complaint=a_complaint("abuse")), "complained"),
    ):
        moved = send_after(SEND, read(record))
        assert moved is not None
        assert (moved.send.state, moved.due) == (SendState.ACCEPTED, None)
        assert getattr(moved.send, mark) is not None


def test_a_repeated_event_says_nothing_new() -> None:
    for record in (a_record("Bounce", bounce=a_bounce()), a_record("Delivery", delivery=TIMED), a_record("Reject")):
        moved = send_after(SEND, read(record))
        assert moved is not None
        assert send_after(moved.send, read(record)) is None


@pytest.mark.parametrize(
    "record",
    [
        a_record("Send", send={}),
        a_record("DeliveryDelay", deliveryDelay=TIMED),
        a_record("Bounce", bounce=a_bounce("Transient", "MessageTooLarge", "5.3.4")),
    ],
)
def test_an_event_that_only_says_that_ses_has_the_mail_is_news_until_it_is_accepted(record: str) -> None:
    accepted = a_marketing_mail(state=SendState.ACCEPTED, accepted=NOON + timedelta(seconds=1), message_id="m1")
    assert send_after(SEND, read(record)) is not None
    assert send_after(accepted, read(record)) is None


def a_feedback(event: Event, seconds: int) -> Feedback:
    return Feedback(
        event=event,
        send="s1",
        lead="lead1",
        message_id="m1",
        recipient="a@example.com",
        mailed=NOON,
        at=NOON + timedelta(seconds=seconds),
        id=f"{event}{seconds}",
        final=True,
    )


def test_complaint_outweighs_a_bounce_and_the_earliest_counts() -> None:
    bounces = [a_feedback(Event.BOUNCED, 5), a_feedback(Event.BOUNCED, 1)]
    complaint = a_feedback(Event.COMPLAINED, 9)
    for order in ([*bounces, complaint], [complaint, *bounces]):
        kept: Suppression | None = None
        for received in order:
            kept = suppression_after(kept, received)
        assert kept == Suppression(reason="complaint", at=NOON + timedelta(seconds=9))
    assert suppression_after(suppression_after(None, bounces[0]), bounces[1]).at == bounces[1].at


def test_complaint_withdraws_the_consent_and_a_bounce_does_not() -> None:
    agreed = Contact(lead="lead1", consent={"marketing": Permission(granted=True, at=NOON, record="r1")})
    bounced = contact_after(agreed, a_feedback(Event.BOUNCED, 1), "r2")
    assert (bounced.bounced, bounced.consent) == (NOON + timedelta(seconds=1), agreed.consent)
    complained = contact_after(agreed, a_feedback(Event.COMPLAINED, 1), "r2")
    assert complained.complained == NOON + timedelta(seconds=1)
    assert not complained.consent["marketing"].granted
