"""A stranger's tick lifts no refusal: it asks for one confirmation mail, and the button on its page counts."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from ripen.capture.opt_in import ask, confirmed, must_confirm, proof
from ripen.lead.activity import ConsentProof
from ripen.lead.contact import AskedConsent, Contact, Permission
from ripen.lead.unsubscription import refuses
from tests.support.fakes import NOON

YES = {"marketing": Permission(granted=True, at=NOON, record="r1")}
NO = {"marketing": Permission(granted=False, at=NOON, record="r1")}
WEEK = timedelta(days=7)
PROOF = ConsentProof(purpose="marketing", version="2", locale="en", bundle="b1", network="n1")


def a_contact(**changes: Any) -> Contact:
    return replace(Contact(lead="lead1"), **changes)


def asked(record: str = "a1") -> AskedConsent:
    return AskedConsent(proof=PROOF, form="news", record=record, mailed=NOON)


@pytest.mark.parametrize(
    ("contact", "single", "double"),
    [
        (a_contact(), False, True),
        (a_contact(consent=YES), False, False),
        (a_contact(consent=NO), True, True),
        (a_contact(unsubscribed=NOON), True, True),
        (a_contact(unsubscribed=NOON, consent=NO), True, True),
        (a_contact(unsubscribed=NOON - WEEK, consent=YES), False, False),
    ],
)
def test_the_button_is_needed_after_a_refusal_or_for_a_double_opt_in(
    contact: Contact, single: bool, double: bool
) -> None:
    assert must_confirm(contact, "marketing", double=False) is single
    assert must_confirm(contact, "marketing", double=True) is double


def test_one_confirmation_mail_goes_in_seven_days() -> None:
    contact, mail = ask(a_contact(unsubscribed=NOON), asked("a1"), NOON)
    assert mail is not None
    assert (mail.email, mail.mail_class, mail.lead) == ("confirm-consent", "transactional", "lead1")
    contact, again = ask(contact, asked("a2"), NOON + WEEK - timedelta(seconds=1))
    assert again is None
    assert contact.asked == replace(asked("a2"), mailed=NOON)
    contact, next_mail = ask(contact, asked("a3"), NOON + WEEK)
    assert next_mail is not None
    assert next_mail.id != mail.id
    assert refuses(contact)


def test_the_button_proves_the_address_and_lifts_the_refusals() -> None:
    contact, _ = ask(a_contact(unsubscribed=NOON, consent=NO, refused=("whitepaper-delivery",)), asked(), NOON)
    after = confirmed(contact, "c1", NOON + WEEK)
    assert after.consent == {"marketing": Permission(granted=True, at=NOON + WEEK, record="c1")}
    assert (after.unsubscribed, after.refused, after.asked, after.proven) == (None, (), None, NOON + WEEK)
    assert confirmed(after, "c2", NOON + 2 * WEEK) == after


def test_the_button_without_a_waiting_consent_only_proves_the_address() -> None:
    refused = a_contact(unsubscribed=NOON, refused=("x",))
    assert confirmed(refused, "c1", NOON) == replace(refused, proven=NOON)


def test_the_proof_keeps_the_wording_and_has_the_network_of_the_button() -> None:
    assert proof(asked(), "n2") == replace(PROOF, network="n2")
