"""nurture.reply: a person's reply ends the journeys and reaches sales; a machine's reply is only recorded."""

import json
from copy import replace
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from nurture.reply import Dependencies, receive_reply
from ripen.adapters.table import Create, Replace, Table, keys
from ripen.errors import Rejected
from ripen.key_ring import KeyRing
from ripen.lead.activity import Kind
from ripen.lead.address import address_hash
from ripen.pointers import Pointer
from ripen.slack.alert import AlertState
from ripen.slack.card_cap import SHOWN_AFTER
from ripen.tracking import link_token
from tests.core.mail.incoming.test_reply import LEFT, MACHINES, a_mail
from tests.support.builders import a_lead
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.planned_mails import sent

LINK_KEYS, ADDRESS_KEY = KeyRing.of(b"l" * 32), b"a" * 32
SEND = "a" * 26
LINK = link_token.Link("lead1", SEND)
SIGNED = f"reply+{link_token.sign_token(LINK_KEYS, link_token.Purpose.REPLY, LINK)}@reply.example.com"
DEAD = keys.suppression(address_hash(ADDRESS_KEY, "hanako@example.co.jp"))


@dataclass
class World:
    table: Table
    clock: FakeClock
    react: FakeQueue = field(default_factory=FakeQueue)
    alert: FakeQueue = field(default_factory=FakeQueue)

    def comes(self, raw: bytes, to: str = SIGNED, verdicts: dict[str, Any] | None = None) -> str:
        receipt = {"recipients": [to], "action": {"type": "S3", "objectKey": "replies/1"}} | (verdicts or {})
        mail = {"messageId": "ses1", "timestamp": "2026-11-21T03:00:00.000Z", "source": "hanako@example.co.jp"}
        return self.hears(json.dumps({"mail": mail, "receipt": receipt}), raw)

    def hears(self, message: str, raw: bytes = b"") -> str:
        dependencies = Dependencies(
            table=self.table,
            clock=self.clock,
            mail=lambda key, most: raw[:most],
            react=self.react,
            alert=self.alert,
            link_keys=LINK_KEYS,
            address_key=ADDRESS_KEY,
        )
        return receive_reply(json.dumps({"Message": message}), dependencies)

    def outcomes(self) -> list[str]:
        return [row.value.outcome for row in self.table.under("lead1", "decision#")]


@pytest.fixture
def world(table: Table, clock: FakeClock) -> World:
    table.write(
        Create(keys.profile("lead1"), a_lead(id="lead1")),
        Create(keys.address(address_hash(ADDRESS_KEY, "hanako@example.co.jp")), Pointer(lead="lead1")),
    )
    sent(table, id=SEND, email="case-study")
    return World(table, clock)


def test_persons_reply_reaches_sales_and_the_fold(world: World) -> None:
    assert world.comes(a_mail("Re: 資料", "価格を教えてください。\n\n> 古い")) == "answered"
    [activity], [card] = list(world.table.under("lead1", "activity#")), list(world.table.under("lead1", "alert#"))
    contact = world.table.get(keys.contact("lead1"))
    assert contact
    assert (activity.value.kind, activity.value.subject, activity.due) == (Kind.REPLIED, "case-study", NOON)
    assert activity.value.facts == {"send": SEND, "message": "replies/1"}
    assert (card.value.kind, card.value.text, card.due) == ("reply", "Re: 資料\n価格を教えてください。", NOON)
    assert contact.value.replied == NOON
    assert (world.react.woken, world.alert.woken) == ([activity.key.ref], [card.key.ref])
    assert world.outcomes() == ["answered"]


def test_repeated_reply_is_recorded_once(world: World) -> None:
    mail = a_mail("Re: 資料", "はい")
    assert [world.comes(mail), world.comes(mail)] == ["answered", "repeated"]
    assert len(list(world.table.under("lead1", "alert#"))) == 1


@pytest.mark.parametrize("name", MACHINES)
def test_automatic_reply_stops_nothing(world: World, name: str) -> None:
    assert world.comes(MACHINES[name]) == "automatic"
    assert list(world.table.under("lead1", "activity#")) == []
    assert world.table.get(keys.contact("lead1")) is None
    assert world.outcomes() == ["automatic"]


def test_doubtful_reply_reaches_sales_marked_and_ends_nothing(world: World) -> None:
    assert world.comes(a_mail("Re: Hello", "I am out of the office until Monday.")) == "doubtful"
    [card] = world.table.under("lead1", "alert#")
    assert (card.value.kind, card.due) == ("doubtful reply", NOON)
    assert list(world.table.under("lead1", "activity#")) == []
    assert world.table.get(keys.contact("lead1")) is None
    assert world.outcomes() == ["doubtful"]


def test_person_who_writes_of_a_colleague_that_left_suppresses_nothing(world: World) -> None:
    assert world.comes(a_mail("Re: 資料", "前任の鈴木は退職いたしました。資料をいただけますか。")) == "answered"
    assert world.table.get(DEAD) is None


@pytest.mark.parametrize("name", LEFT)
def test_machine_that_says_that_a_person_has_left_reaches_sales_and_suppresses_nothing(world: World, name: str) -> None:
    assert world.comes(LEFT[name]) == "doubtful"
    assert world.table.get(DEAD) is None
    [card] = world.table.under("lead1", "alert#")
    assert card.value.kind == "doubtful reply"


UNSIGNED = "reply@reply.example.com"
PASS = {"dmarcVerdict": {"status": "PASS"}}


def test_sender_with_dmarc_identifies_the_lead_without_a_signed_address(world: World) -> None:
    assert world.comes(a_mail("質問", "はい"), to=UNSIGNED, verdicts=PASS) == "answered"


@pytest.mark.parametrize("status", ["FAIL", "GRAY", "PROCESSING_FAILED", None])
def test_unproven_sender_reaches_sales_and_changes_nothing(world: World, status: str | None) -> None:
    verdicts = {"dmarcVerdict": {"status": status}} if status else {}

    assert world.comes(a_mail("質問", "はい"), to=UNSIGNED, verdicts=verdicts) == "unproven"

    [card] = world.table.under("lead1", "alert#")
    assert (card.value.kind, card.value.text, card.due) == ("unproven reply", "質問\nはい", NOON)
    assert world.alert.woken == [card.key.ref]
    assert (list(world.table.under("lead1", "activity#")), world.table.get(keys.contact("lead1"))) == ([], None)
    assert world.react.woken == []
    assert world.outcomes() == ["unproven"]


def unproven(world: World, number: int) -> str:
    raw = a_mail(f"質問 {number}", "はい").replace(b"<1@example", f"<{number}@example".encode())
    return world.comes(raw, to=UNSIGNED)


def test_lead_gets_three_cards_of_unproven_replies_a_day_and_the_number_of_the_others(world: World) -> None:
    outcomes = [unproven(world, number) for number in range(8)]
    cards = sorted((row.value for row in world.table.under("lead1", "alert#")), key=lambda card: card.text)

    assert outcomes == ["unproven"] * 3 + ["left out"] * 5
    assert [(card.text[:4], card.left_out) for card in cards] == [("質問 0", 0), ("質問 1", 0), ("質問 2", 5)]
    assert len(world.alert.woken) == 3
    assert world.outcomes() == ["unproven"] * 3


def test_reply_that_was_left_out_counts_once(world: World) -> None:
    for number in (0, 1, 2, 3, 3):
        unproven(world, number)
    assert [row.value.left_out for row in world.table.under("lead1", "alert#") if row.value.left_out] == [1]


def test_card_that_was_posted_is_due_again_for_the_number(world: World) -> None:
    for number in range(3):
        unproven(world, number)
    [row] = [row for row in world.table.under("lead1", "alert#") if row.value.text.startswith("質問 2")]
    world.table.write(Replace(row.key, replace(row.value, state=AlertState.POSTED), row.version))

    unproven(world, 3)

    after = world.table.get(row.key)
    assert after
    assert (after.value.state, after.value.left_out, after.due) == (AlertState.POSTED, 1, NOON + SHOWN_AFTER)


def test_replies_of_a_person_count_and_have_three_cards_a_day(world: World) -> None:
    """A stranger who asked for one mail can answer to it as often as he likes."""
    mails = [a_mail(f"Re: {number}", "はい").replace(b"<1@", f"<{number}@".encode()) for number in range(8)]

    assert [world.comes(mail) for mail in mails] == ["answered"] * 8

    cards = sorted((row.value for row in world.table.under("lead1", "alert#")), key=lambda card: card.text)
    assert [(card.text, card.left_out) for card in cards] == [
        ("Re: 0\nはい", 0),
        ("Re: 1\nはい", 0),
        ("Re: 2\nはい", 5),
    ]
    assert len(list(world.table.under("lead1", "activity#"))) == len(world.react.woken) == 8
    assert len(world.alert.woken) == 3
    assert world.outcomes() == ["answered"] * 8


def test_cards_of_a_forger_leave_those_of_the_person(world: World) -> None:
    for number in range(2, 7):
        unproven(world, number)
    assert world.comes(a_mail("Re: 資料", "はい")) == "answered"
    assert len(world.alert.woken) == 4


def test_mail_over_the_budget_of_the_parser_is_doubtful(world: World) -> None:
    head = b"Message-ID: <1@example.co.jp>\nFrom: hanako@example.co.jp\nContent-Type: multipart/mixed; boundary=b\n\n"
    assert world.comes(head + b"--b\n\nhi\n" * 20_000) == "doubtful"


def test_next_day_has_cards_of_its_own(world: World) -> None:
    for number in range(4):
        unproven(world, number)
    world.clock.at += timedelta(days=1)
    assert unproven(world, 4) == "unproven"


def test_dmarc_vouches_for_one_sender_only(world: World) -> None:
    raw = b"From: hanako@example.co.jp\nFrom: eve@evil.example\nMessage-ID: <1@evil.example>\nSubject: hi\n\nhi"

    assert world.comes(raw, to=UNSIGNED, verdicts=PASS) == "unproven"


def test_signed_address_needs_no_dmarc(world: World) -> None:
    assert world.comes(a_mail("質問", "はい"), verdicts={"dmarcVerdict": {"status": "FAIL"}}) == "answered"


def test_reply_of_a_stranger_is_unknown(world: World) -> None:
    raw = b"From: stranger@example.com\nSubject: hi\n\nhi"
    assert world.comes(raw, to="reply+forged@reply.example.com") == "unknown"
    assert world.comes(b"junk", to="x") == "unknown"


@pytest.mark.parametrize("verdict", ["spamVerdict", "virusVerdict"])
def test_spam_and_viruses_are_not_read(world: World, verdict: str) -> None:
    assert world.comes(a_mail("Re: 資料", "はい"), verdicts={verdict: {"status": "FAIL"}}) == "unwanted"
    assert world.outcomes() == []


@pytest.mark.parametrize(
    "message",
    [
        "Successfully validated SNS topic for Amazon SES event publishing.",
        '{"mail": {"messageId": "AMAZON_SES_SETUP_NOTIFICATION"}, "receipt": {"action": {"objectKey": "replies/x"}}}',
        '{"mail": {"messageId": "x"}, "receipt": {"action": {"objectKey": "replies/AMAZON_SES_SETUP_NOTIFICATION"}}}',
    ],
)
def test_ses_tests_a_new_receipt_rule(world: World, message: str) -> None:
    assert world.hears(message) == "test"
    assert world.outcomes() == []


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"Message": "x"}', '{"Message": "{}"}', '{"Message": "[1]"}'])
def test_malformed_notification_fails_alone(world: World, body: str) -> None:
    dependencies = Dependencies(
        table=world.table,
        clock=world.clock,
        mail=lambda key, most: b"",
        react=world.react,
        alert=world.alert,
        link_keys=LINK_KEYS,
        address_key=ADDRESS_KEY,
    )
    with pytest.raises(Rejected):
        receive_reply(body, dependencies)
