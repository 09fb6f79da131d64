"""Bounces: what each code is about, and when bounces that may pass are final."""

from datetime import datetime, timedelta

import pytest

from ripen.mail.incoming.bounce import BounceCause, bounce_cause, gives_up_after
from ripen.mail.ledger import MailClass, Send
from tests.support.builders import a_marketing_mail
from tests.support.fakes import NOON

DAY = timedelta(days=1)
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


def mails(written: str, gap: timedelta = DAY) -> list[Send]:
    """Return a lead's mails before NOON, one letter each.

    s: a soft bounce, d: delivered, x: delivered, then returned softly, f: returned for good, ?: accepted, w: not yet
    sent, t: a transactional mail that bounced softly, T: one that was delivered.
    """
    return [_mail(letter, NOON - gap * (len(written) - number)) for number, letter in enumerate(written)]


def _mail(letter: str, at: datetime) -> Send:
    return a_marketing_mail(
        id=f"{letter} {at}",
        mail_class=MailClass.TRANSACTIONAL if letter in "tT" else MailClass.MARKETING,
        accepted=None if letter == "w" else at,
        delivered=at if letter in "dxT" else None,
        soft_bounced=at if letter in "sxft" else None,
        bounced=at if letter == "f" else None,
    )


LATEST = a_marketing_mail(id="latest", accepted=NOON)


@pytest.mark.parametrize(
    ("earlier", "proven", "final"),
    [
        ("", False, 0),
        ("sssss", False, 0),
        ("ssssss", False, 7),
        ("sssdsss", False, 0),
        ("dssssss", False, 7),
        ("sssssss", True, 0),
        ("s" * 13, True, 0),
        ("s" * 14, True, 15),
        ("sss?sss", False, 7),  # an outcome that is not known does not interrupt them
        ("sssxss", False, 7),  # delivered, and then returned
        ("ssssssw", False, 7),  # a mail that has not gone yet says nothing
        ("sssssf", False, 0),  # given up, and the suppression was lifted since
        ("ssssssfsssss", False, 0),
        ("ssssssfssssss", False, 7),
        ("tttttttttt", False, 0),
        ("sssTsss", False, 0),
    ],
)
def test_a_mailbox_is_given_up_after_soft_bounces_on_seven_days_and_on_fifteen_of_a_reader(
    earlier: str, proven: bool, final: int
) -> None:
    for order in (mails(earlier), mails(earlier)[::-1], [*mails(earlier), LATEST]):
        assert gives_up_after(NOON, LATEST, order, lambda: proven) == final


@pytest.mark.parametrize("mail", ["s" * 6, "s" * 20])
def test_soft_bounces_of_one_day_count_once(mail: str) -> None:
    assert gives_up_after(NOON, LATEST, mails(mail, timedelta(minutes=1)), lambda: False) == 0


def test_a_transactional_mail_gives_no_mailbox_up() -> None:
    assert gives_up_after(NOON, _mail("t", NOON), mails("s" * 20), lambda: False) == 0


def test_a_soft_bounce_that_arrives_after_a_later_delivery_gives_nothing_up() -> None:
    delivered = _mail("d", NOON + DAY)
    assert gives_up_after(NOON, LATEST, [*mails("s" * 20), delivered], lambda: False) == 0


def test_a_reader_is_looked_up_only_if_it_matters() -> None:
    assert gives_up_after(NOON, LATEST, [], is_proven=lambda: pytest.fail("looked up")) == 0
