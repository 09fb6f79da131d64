"""The cap on transactional mail: which inbox a mail counts for, and which mails a refusal refuses."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from ripen.lead.contact import Contact, Permission
from ripen.mail.ledger import MailClass, Send
from ripen.mail.limits.request_cap import PER_HOUR, counted_this_hour, inbox, refused_with, with_mail_counted
from ripen.mail.policy import Claim, RecordOnly, Situation, Skip, Wait, decide
from ripen.playbook.bundle import Policy
from tests.support.builders import a_bundle, a_marketing_mail
from tests.support.fakes import NOON

NEWS = a_marketing_mail()
ASKED_FOR = replace(NEWS, mail_class=MailClass.TRANSACTIONAL)
YES = {"marketing": Permission(granted=True, at=NOON - timedelta(days=1), record="r1")}


def decided(send: Send, contact: dict[str, Any], **known: Any) -> Claim | RecordOnly | Skip | Wait:
    about = Contact(**({"lead": "lead1", "consent": YES} | contact))
    return decide(Situation(send=send, contact=about, policy=Policy(), **known), NOON)


@pytest.mark.parametrize(
    "email",
    ["taro@example.jp", "t.a.r.o@example.jp", "taro+spam@example.jp", "ta.ro+1.2+3@example.jp"],
)
def test_tags_and_dots_lead_to_one_inbox(email: str) -> None:
    assert inbox(email) == "taro@example.jp"


@pytest.mark.parametrize("email", ["+x@example.jp", "hanako@example.jp", "taro@sub.example.jp"])
def test_other_addresses_are_their_own_inbox(email: str) -> None:
    assert inbox(email) == email


def test_only_first_claims_of_requested_mails_are_counted() -> None:
    contact = with_mail_counted(Contact(lead="lead1", requested={"2026-11-20": 9}), ASKED_FOR, NOON)
    assert contact.requested == {"2026-11-21": 1}
    assert with_mail_counted(contact, ASKED_FOR, NOON).requested == {"2026-11-21": 2}
    for other in (replace(ASKED_FOR, attempt=1), a_marketing_mail()):
        assert with_mail_counted(contact, other, NOON) == contact
        assert counted_this_hour(other) == 0


def test_the_count_of_an_hour_is_right_on_average() -> None:
    mails = [replace(ASKED_FOR, id=f"send{n}") for n in range(PER_HOUR)]
    assert 0.7 * PER_HOUR < sum(map(counted_this_hour, mails)) < 1.3 * PER_HOUR


def test_a_requested_mail_is_refused_with_the_others_of_its_journeys() -> None:
    bundle = a_bundle()
    delivery = replace(ASKED_FOR, email="whitepaper-delivery", origin="whitepaper")
    assert refused_with(delivery, bundle) == {"whitepaper-delivery"}
    assert refused_with(a_marketing_mail(), bundle) == frozenset()
    requested = {name: replace(email, mail_class="transactional") for name, email in bundle.emails.items()}
    sent = {step.email for step in bundle.journeys["whitepaper"].steps if hasattr(step, "email")}
    assert len(sent) > 1
    assert refused_with(delivery, replace(bundle, emails=requested)) == sent


def test_a_requested_mail_that_the_playbook_has_removed_can_be_refused() -> None:
    removed = replace(ASKED_FOR, email="removed", origin="whitepaper")
    assert refused_with(removed, a_bundle()) == {"removed", "whitepaper-delivery"}


@pytest.mark.parametrize(
    ("contact", "inbox", "reason"),
    [
        ({"requested": {"2026-11-21": 4}}, 4, ""),
        ({"requested": {"2026-11-21": 5}}, 0, "requested too often"),
        ({"requested": {"2026-11-20": 5}}, 0, ""),
        ({}, 5, "requested too often"),
        ({"refused": (ASKED_FOR.email,)}, 0, "unsubscribed"),
        ({"refused": ("another-mail",)}, 0, ""),
    ],
)
def test_a_requested_mail_is_capped_and_can_be_refused(contact: dict[str, Any], inbox: int, reason: str) -> None:
    found = decided(ASKED_FOR, contact, sent_to_inbox=lambda: inbox)
    assert found == (Skip(reason) if reason else Claim())
    assert isinstance(decided(NEWS, contact, sent_to_inbox=lambda: inbox), Claim)


def test_a_mail_that_was_claimed_once_keeps_its_place_under_the_caps() -> None:
    again = replace(ASKED_FOR, attempt=1)
    assert decided(again, {"requested": {"2026-11-21": 5}}, sent_this_hour=2000) == Claim()


def test_a_requested_mail_over_the_limit_of_the_hour_waits_for_the_next() -> None:
    assert decided(ASKED_FOR, {}, sent_this_hour=999) == Claim()
    found = decided(replace(ASKED_FOR, valid_until=None), {}, sent_this_hour=1000)
    assert isinstance(found, Wait)
    assert found.reason == "over the hourly limit"
    assert found.until.replace(minute=0, second=0, microsecond=0) == NOON + timedelta(hours=1)
