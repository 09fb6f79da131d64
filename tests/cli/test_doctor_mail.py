"""ripen doctor: SES's account, identity and configuration sets, and the domain that mails return to."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.doctor import mail
from cli.doctor.dns_records import Unanswered, belongs_together
from cli.doctor.finding import State
from cli.doctor.mail_from import mail_from
from tests.support.doctor_account import VERIFIED, WELL, FakeAccount, states


def test_an_account_that_may_send_is_well() -> None:
    assert set(states(mail.account(FakeAccount(), 14)).values()) == {State.OK}
    who, dkim = mail.identity(mail.find_identity(FakeAccount(), "news@example.com"), "news@example.com")
    assert (who.state, dkim.state) == (State.OK, State.OK)
    assert mail.configuration_sets(FakeAccount(), ["set", "other"]).state is State.OK


@pytest.mark.parametrize(
    ("title", "account"),
    [
        ("SES production access", WELL | {"ProductionAccessEnabled": False}),
        ("SES production access", WELL | {"SendingEnabled": False}),
        ("SES production access", None),
        ("SES sending quota", WELL | {"SendQuota": {"Max24HourSend": 200.0, "SentLast24Hours": 200.0}}),
    ],
)
def test_an_account_that_may_not_send_is_seen(title: str, account: Any) -> None:
    assert states(mail.account(FakeAccount(account=account), 14))[title] is State.FAIL


@pytest.mark.parametrize(
    ("rate", "workers_for", "state"),
    [(14.0, 14, State.OK), (50.0, 14, State.WARN), (50.0, 50, State.OK), (55.0, 50, State.OK), (900.0, 500, State.OK)],
)
def test_too_few_workers_for_the_rate_of_ses_are_seen(rate: float, workers_for: int, state: State) -> None:
    account = WELL | {"SendQuota": {"Max24HourSend": -1.0, "SentLast24Hours": 0.0, "MaxSendRate": rate}}
    assert states(mail.account(FakeAccount(account=account), workers_for))["Mail workers"] is state


@pytest.mark.parametrize(
    ("identity", "who", "dkim"),
    [
        (None, State.FAIL, State.FAIL),
        (VERIFIED | {"VerifiedForSendingStatus": False}, State.FAIL, State.OK),
        (VERIFIED | {"DkimAttributes": {"Status": "PENDING"}}, State.OK, State.FAIL),
        (VERIFIED | {"DkimAttributes": {"Status": "SUCCESS", "SigningEnabled": False}}, State.OK, State.FAIL),
    ],
)
def test_a_sender_that_is_not_verified_or_not_signed_is_seen(identity: Any, who: State, dkim: State) -> None:
    known = mail.find_identity(FakeAccount(identity=identity), "news@example.com")
    found = mail.identity(known, "news@example.com")
    assert (found[0].state, found[1].state) == (who, dkim)


@pytest.mark.parametrize("events", [None, ["SEND", "DELIVERY"]])
def test_a_configuration_set_that_tells_no_bounces_is_seen(events: Any) -> None:
    assert mail.configuration_sets(FakeAccount(events=events), ["set"]).state is State.FAIL


@pytest.mark.parametrize(
    ("sender", "known", "name"),
    [
        ("news@example.com", ["example.com"], "example.com"),
        ("news@mail.news.example.com", ["example.com"], "example.com"),
        ("news@news.example.com", ["news.example.com", "example.com"], "news.example.com"),
        ("news@example.com", ["news@example.com"], "news@example.com"),
        ("news@example.com", ["mail.example.com", "other.com"], None),
    ],
)
def test_a_sender_goes_by_its_domain_or_one_above_it(sender: str, known: list[str], name: str | None) -> None:
    found = mail.find_identity(FakeAccount(identities=known), sender)
    assert (found.name if found else None) == name


def test_an_error_of_aws_is_no_missing_identity() -> None:
    with pytest.raises(ClientError):
        mail.find_identity(FakeAccount(denied=True), "news@example.com")


SES_HOST = "feedback-smtp.eu-west-1.amazonses.com"


@pytest.mark.parametrize(
    ("status", "hosts", "state", "domain"),
    [
        ("SUCCESS", [SES_HOST], State.OK, "bounce.example.com"),
        ("PENDING", [SES_HOST], State.WARN, ""),
        ("PENDING", [], State.FAIL, ""),
        ("FAILED", ["mail.example.com"], State.FAIL, ""),
        ("SUCCESS", [SES_HOST, "mail.example.com"], State.FAIL, ""),
        ("SUCCESS", ["feedback-smtp.us-east-1.amazonses.com"], State.FAIL, ""),
        ("SUCCESS", None, State.WARN, "bounce.example.com"),
        (None, [], State.WARN, ""),
    ],
)
def test_mails_return_to_a_domain_whose_only_mx_is_ses(
    status: str | None, hosts: list[str] | None, state: State, domain: str
) -> None:
    def ask(name: str) -> list[str]:
        if hosts is None:
            raise Unanswered("timeout")
        return hosts if name == "bounce.example.com" else []

    attributes = {"MailFromDomain": "bounce.example.com", "MailFromDomainStatus": status}
    identity = {"MailFromAttributes": attributes} if status else {}
    finding, found = mail_from(identity, "example.com", "eu-west-1", ask)
    assert (finding.state, found) == (state, domain)
    assert status is None or state is not State.FAIL or SES_HOST in finding.next_step.ja


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("go.example.com", "example.com", True),
        ("go.example.com", "mail.Example.com", True),
        ("go.example.co.jp", "example.co.jp", True),
        ("a.co.jp", "b.co.jp", False),
        ("a.com", "b.com", False),
        ("example.jp", "go.example.jp", True),
        ("a.b.com.au", "c.b.com.au", True),
        ("b.com.au", "c.com.au", False),
        ("x.go.example.com", "x.mail.example.com", True),
    ],
)
def test_domains_of_one_company_belong_together(one: str, other: str, together: bool) -> None:
    assert belongs_together(one, other) is together
