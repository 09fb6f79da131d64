"""Unsubscribing and taking it back: what stood before comes back, and nothing more."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from ripen.lead.contact import Contact, Permission
from ripen.lead.unsubscription import UNDO_FOR, can_be_restored, is_unsubscribed, refuses, restored, withdrawn
from tests.support.fakes import NOON

LATER = NOON + timedelta(minutes=1)
AGREED = {"marketing": Permission(granted=True, at=NOON - timedelta(days=9), record="form1")}
NEWS = frozenset[str]()
GUIDE = frozenset({"guide"})


def gone(before: Contact, refused: frozenset[str] = NEWS) -> Contact:
    return withdrawn(before, refused, "r2", NOON, "send1")


def test_unsubscription_holds_until_a_later_consent() -> None:
    after = gone(Contact(lead="lead1", consent=AGREED))
    assert refuses(after)
    assert after.consent["marketing"] == Permission(granted=False, at=NOON, record="r2")
    again = Permission(granted=True, at=LATER, record="r3")
    assert not refuses(Contact(lead="lead1", unsubscribed=NOON, consent={"marketing": again}))
    assert not refuses(Contact(lead="lead1"))


def test_a_requested_mail_is_refused_on_its_own() -> None:
    news = gone(Contact(lead="lead1", consent=AGREED))
    assert is_unsubscribed(news, NEWS)
    assert not is_unsubscribed(news, GUIDE)
    assert is_unsubscribed(gone(news, GUIDE), GUIDE)


@dataclass(frozen=True)
class Case:
    before: Contact
    after: Contact


@pytest.mark.parametrize(
    "case",
    [
        Case(
            Contact(lead="lead1", consent=AGREED, refused=("other",)),
            Contact(
                lead="lead1",
                consent={"marketing": Permission(granted=True, at=LATER, record="undo")},
                refused=("other",),
                undone="send1",
            ),
        ),
        Case(Contact(lead="lead1"), Contact(lead="lead1", undone="send1")),
        Case(
            Contact(lead="lead1", unsubscribed=NOON - timedelta(days=2)),
            Contact(lead="lead1", unsubscribed=NOON - timedelta(days=2), undone="send1"),
        ),
    ],
    ids=["consent", "no consent", "refused elsewhere before"],
)
def test_what_stood_before_comes_back_and_nothing_more(case: Case) -> None:
    assert restored(gone(case.before, GUIDE), "undo", LATER) == case.after


def test_unsubscribing_twice_keeps_what_stood_before_the_first() -> None:
    twice = gone(gone(Contact(lead="lead1", consent=AGREED)), GUIDE)
    assert restored(twice, "undo", LATER).consent["marketing"].granted


def offered(contact: Contact, send: str = "send1", after: timedelta = UNDO_FOR) -> bool:
    return can_be_restored(contact, send, NOON + after)


def test_there_is_no_undo_for_an_address_that_gets_no_mail() -> None:
    assert offered(gone(Contact(lead="lead1", consent=AGREED)))
    assert not offered(gone(Contact(lead="lead1", consent=AGREED, bounced=NOON)))
    assert not offered(gone(Contact(lead="lead1", consent=AGREED, complained=NOON)))


def test_there_is_no_undo_before_an_unsubscription_or_after_a_later_consent() -> None:
    before = Contact(lead="lead1", consent=AGREED)
    assert not offered(before)
    assert not offered(restored(gone(before), "undo", LATER))


def test_only_the_page_of_the_unsubscription_undoes_it_within_a_week_and_once() -> None:
    after = gone(Contact(lead="lead1", consent=AGREED))
    assert not offered(after, send="older")
    assert not offered(after, after=UNDO_FOR + timedelta(seconds=1))
    again = withdrawn(restored(after, "undo", LATER), NEWS, "r3", LATER, "send1")
    assert not can_be_restored(again, "send1", LATER)
    assert can_be_restored(withdrawn(restored(after, "undo", LATER), NEWS, "r3", LATER, "send2"), "send2", LATER)
