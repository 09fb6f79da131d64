"""May this mail go: each no with its reason, at the edges."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ripen.bundle import Policy
from ripen.contact import Contact, Permission, Suppression
from ripen.ledger import MailClass, Send
from ripen.policy import Claim, Skip, Wait, counted, judge, refuses, withdrawn
from tests.fakes import NOON

YES = {"marketing": Permission(granted=True, at=NOON - timedelta(days=1), record="r1")}
NO = {"marketing": Permission(granted=False, at=NOON - timedelta(days=1), record="r1")}
REFUSED = Suppression(reason="bounce", at=NOON)
NEWS = Send(
    id="s1",
    lead="lead1",
    email="case-study",
    mail_class=MailClass.MARKETING,
    origin="j",
    step="s",
    planned=NOON,
    valid_until=NOON,
)
ASKED_FOR = replace(NEWS, mail_class=MailClass.TRANSACTIONAL)


def a_contact(**changes: Any) -> Contact:
    return Contact(**({"lead": "lead1", "consent": YES} | changes))


@pytest.mark.parametrize(
    ("contact", "news", "asked_for"),
    [
        ({}, "", ""),
        ({"consent": {}}, "no consent", ""),
        ({"consent": NO}, "no consent", ""),
        ({"unsubscribed": NOON}, "unsubscribed", ""),
        ({"unsubscribed": NOON, "consent": NO}, "unsubscribed", ""),
        ({"unsubscribed": NOON - timedelta(days=2)}, "", ""),
        ({"unsubscribed": NOON - timedelta(days=1)}, "unsubscribed", ""),
        ({"bounced": NOON}, "bounced", "bounced"),
        ({"complained": NOON}, "complained", "complained"),
        ({"sent": {"2026-11-21": 1, "2026-11-20": 1}}, "capped", ""),
        ({"sent": {"2026-11-15": 2}}, "capped", ""),
        ({"sent": {"2026-11-14": 2}}, "", ""),
        ({"sent": {"2026-11-21": 1}}, "", ""),
    ],
)
def test_each_refusal_has_its_reason(contact: dict[str, Any], news: str, asked_for: str) -> None:
    for send, reason in ((NEWS, news), (ASKED_FOR, asked_for)):
        judged = judge(send, a_contact(**contact), None, False, Policy(per_week=2), NOON)
        assert judged == (Skip(reason) if reason else Claim())


@pytest.mark.parametrize("send", [NEWS, ASKED_FOR])
def test_nothing_goes_to_a_suppressed_address(send: Send) -> None:
    assert judge(send, a_contact(), REFUSED, False, Policy(), NOON) == Skip("suppressed")


@pytest.mark.parametrize("send", [NEWS, ASKED_FOR])
def test_nothing_goes_after_its_time(send: Send) -> None:
    assert judge(send, a_contact(), None, False, Policy(), NOON) == Claim()
    assert judge(send, a_contact(), None, False, Policy(), NOON + timedelta(seconds=1)) == Skip("expired")
    eternal = replace(send, valid_until=None)
    assert judge(eternal, a_contact(), None, False, Policy(), NOON + timedelta(days=999)) == Claim()


def test_while_stopped_nothing_is_judged_away() -> None:
    judged = judge(NEWS, a_contact(unsubscribed=NOON), REFUSED, True, Policy(), NOON)
    assert judged == Wait(NOON + timedelta(seconds=60))


def test_only_marketing_counts_once_and_old_days_are_forgotten() -> None:
    before = a_contact(sent={"2026-11-12": 5, "2026-11-20": 1})
    assert counted(before, NEWS, NOON).sent == {"2026-11-20": 1, "2026-11-21": 1}
    assert counted(before, ASKED_FOR, NOON).sent == {"2026-11-20": 1}
    assert counted(before, replace(NEWS, attempt=1), NOON).sent == {"2026-11-20": 1}


def test_a_second_try_is_not_stopped_by_the_cap() -> None:
    full = a_contact(sent={"2026-11-21": 2})
    assert judge(replace(NEWS, attempt=1), full, None, False, Policy(per_week=2), NOON) == Claim()


def test_unsubscribing_stands_until_a_later_consent() -> None:
    gone = withdrawn(a_contact(), "r2", NOON)
    assert refuses(gone)
    assert gone.consent["marketing"] == Permission(granted=False, at=NOON, record="r2")
    again = {"marketing": Permission(granted=True, at=NOON + timedelta(seconds=1), record="r3")}
    assert not refuses(replace(gone, consent=again))
    assert not refuses(a_contact())
