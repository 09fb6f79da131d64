"""ripen doctor: SES and the DNS of the sender's domain."""

from typing import Any

import pytest

from cli.doctor import domain, mail
from cli.doctor.finding import State
from tests.support.doctor_account import VERIFIED, WELL, FakeAccount, states


def test_an_account_that_may_send_is_well() -> None:
    assert set(states(mail.account(FakeAccount(), 14)).values()) == {State.OK}
    who, dkim, mail_from = mail.identity(FakeAccount(), "news@example.com")
    assert (who.state, dkim.state, mail_from) == (State.OK, State.OK, "bounce.example.com")
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
    found = mail.identity(FakeAccount(identity=identity), "news@example.com")
    assert (found[0].state, found[1].state) == (who, dkim)


@pytest.mark.parametrize("events", [None, ["SEND", "DELIVERY"]])
def test_a_configuration_set_that_tells_no_bounces_is_seen(events: Any) -> None:
    assert mail.configuration_sets(FakeAccount(events=events), ["set"]).state is State.FAIL


@pytest.mark.parametrize(
    ("records", "state"),
    [
        (["v=spf1 include:amazonses.com ~all"], State.OK),
        (["google-site-verification=1", "v=spf1 include:amazonses.com -all"], State.OK),
        (["v=spf1 include:example.net ~all"], State.FAIL),
        (["v=spf1 include:amazonses.com ~all", "v=spf1 -all"], State.FAIL),
        ([], State.FAIL),
    ],
)
def test_spf_is_one_record_that_names_ses(records: list[str], state: State) -> None:
    assert domain.spf("b.example", "example", lambda name: records).state is state


def test_without_a_mail_from_domain_spf_is_not_ours() -> None:
    assert domain.spf("", "example.com", lambda name: []).state is State.WARN


def test_dmarc_is_found_at_the_domain_or_above_it() -> None:
    def above(name: str) -> list[str]:
        return ["v=DMARC1; p=none"] if name == "_dmarc.example.com" else []

    assert domain.dmarc("news.example.com", above).state is State.OK
    assert domain.dmarc("example.com", lambda name: []).state is State.FAIL
    assert domain.dmarc("example.com", lambda name: ["v=DMARC1; p=none", "v=DMARC1; p=reject"]).state is State.FAIL


def test_a_silent_dns_says_nothing_about_the_domain() -> None:
    def silent(name: str) -> list[str]:
        raise domain.Unanswered("timeout")

    assert domain.dmarc("example.com", silent).state is State.WARN
    assert domain.spf("b.example.com", "example.com", silent).state is State.WARN
