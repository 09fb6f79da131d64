"""Bounces: what each code is about, and when bounces that may pass are final."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from ripen.mail.bounce import BounceCause, bounce_cause, gives_up_after
from ripen.mail.ledger import Send
from tests.support.builders import a_marketing_mail
from tests.support.fakes import NOON

ADDRESS, MAILBOX, MAIL, SENDER = BounceCause


@pytest.mark.parametrize(
    ("type", "sub_type", "status", "cause"),
    [
        ("Permanent", "General", "5.1.1", ADDRESS),
        ("Permanent", "General", "5.1.10", ADDRESS),  # the domain takes no mail (RFC 7505)
        ("Permanent", "General", "5.2.1", ADDRESS),
        ("Permanent", "General", "5.4.1", ADDRESS),  # Exchange Online: no such recipient
        ("Permanent", "General", "", ADDRESS),
        ("Permanent", "General", "5.0.0", ADDRESS),
        ("Permanent", "SomethingNew", "5.1.1", ADDRESS),
        ("Permanent", "NoEmail", "5.7.1", ADDRESS),
        ("Permanent", "Suppressed", "5.7.1", ADDRESS),
        ("Permanent", "OnAccountSuppressionList", "", ADDRESS),
        ("Transient", "General", "5.4.4", ADDRESS),  # no such domain
        ("Transient", "MailboxFull", "4.2.2", MAILBOX),
        ("Transient", "MailboxFull", "5.2.2", MAILBOX),
        ("Permanent", "General", "5.2.2", MAILBOX),
        ("Permanent", "General", "5.4.7", MAILBOX),  # it could not be delivered in time
        ("Transient", "General", "4.4.1", MAILBOX),
        ("Transient", "General", "", MAILBOX),
        ("Undetermined", "Undetermined", "", MAILBOX),
        ("SomethingNew", "SomethingNew", "", MAILBOX),
        ("Transient", "MessageTooLarge", "", MAIL),
        ("Transient", "ContentRejected", "5.1.1", MAIL),
        ("Transient", "AttachmentRejected", "", MAIL),
        ("Transient", "CustomTimeoutExceeded", "", MAIL),
        ("Permanent", "General", "5.2.3", MAIL),
        ("Permanent", "General", "5.3.4", MAIL),
        ("Transient", "General", "4.3.4", MAIL),
        ("Permanent", "General", "5.6.0", MAIL),
        ("Permanent", "General", "5.6.1", MAIL),
        ("Permanent", "General", "5.7.26", SENDER),
        ("Permanent", "General", "5.7.515", SENDER),
        ("Transient", "General", "4.7.0", SENDER),
        ("Permanent", "General", "5.1.7", SENDER),
        ("Permanent", "General", "5.1.8", SENDER),
        ("Permanent", "General", "5.70.1", ADDRESS),
        ("Permanent", "General", "not a code", ADDRESS),
    ],
)
def test_each_code_is_about_the_address_the_mailbox_the_mail_or_us(
    type: str, sub_type: str, status: str, cause: BounceCause
) -> None:
    assert bounce_cause(type, sub_type, status) is cause


@dataclass
class Line:
    """A lead's mails, one a day."""

    written: str

    def sends(self) -> list[Send]:
        return [self._send(number, letter) for number, letter in enumerate(self.written)]

    def _send(self, number: int, letter: str) -> Send:
        at = NOON + timedelta(days=number)
        return a_marketing_mail(
            id=f"s{number}",
            accepted=None if letter == "w" else at,
            delivered=at if letter in "dx" else None,
            soft_bounced=at if letter in "sx" else None,
        )


@pytest.mark.parametrize(
    ("earlier", "proven", "final"),
    [
        ("", False, False),
        ("sssss", False, False),
        ("ssssss", False, True),
        ("sssdsss", False, False),
        ("dssssss", False, True),
        ("sssssss", True, False),
        ("s" * 13, True, False),
        ("s" * 14, True, True),
        ("sss?sss", False, True),  # an outcome that is not known does not interrupt them
        ("sssxss", False, True),  # delivered, and then returned
        ("ssssssw", False, True),  # a mail that has not gone yet says nothing
    ],
)
def test_a_mailbox_is_given_up_after_seven_soft_bounces_in_a_row_and_after_fifteen_of_a_reader(
    earlier: str, proven: bool, final: bool
) -> None:
    sends = Line(earlier).sends()
    latest = a_marketing_mail(id="latest", accepted=NOON + timedelta(days=99))
    for order in (sends, sends[::-1], [*sends, latest]):
        assert (gives_up_after(latest, order, lambda: proven) > 0) is final


def test_a_reader_is_looked_up_only_if_it_matters() -> None:
    latest = a_marketing_mail(id="latest", accepted=NOON)
    assert gives_up_after(latest, [], is_proven=lambda: pytest.fail("looked up")) == 0
