"""ripen doctor: each prerequisite is well, and is missed when it is taken away."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cli.doctor import domain, mail, salesforce, slack, stack
from cli.doctor.finding import Check, Finding, State
from ripen.adapters.playbook import Playbook
from ripen.adapters.salesforce.token import Token
from ripen.adapters.table import Create, Table, keys
from ripen.playbook.bundle import Policy
from ripen.settings import Shadow, Stop
from ripen.slack.alert import Alert
from tests.support.builders import a_bundle
from tests.support.fakes import NOON, FakeClock
from tests.support.sqs_events import a_playbook

DEPLOY = Path(__file__).parents[2] / "docs/deploy.md"
OPERATIONS = Path(__file__).parents[2] / "docs/operations.md"
TEMPLATE = Path(__file__).parents[2] / "infra/template.yaml"
WELL = {
    "ProductionAccessEnabled": True,
    "SendingEnabled": True,
    "EnforcementStatus": "HEALTHY",
    "SendQuota": {"Max24HourSend": 50_000.0, "SentLast24Hours": 10.0, "MaxSendRate": 14.0},
}
VERIFIED = {
    "VerifiedForSendingStatus": True,
    "DkimAttributes": {"Status": "SUCCESS", "SigningEnabled": True},
    "MailFromAttributes": {"MailFromDomain": "bounce.example.com", "MailFromDomainStatus": "SUCCESS"},
}
EVENTS = ["SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY"]


class FakeAccount:
    """SES and Lambda of one account, as boto3 shows them; what is None is refused."""

    def __init__(self, **known: Any) -> None:
        self._known = {"account": WELL, "identity": VERIFIED, "events": EVENTS, "concurrency": 1000} | known

    def get_account(self) -> dict[str, Any]:
        return dict(self._of("account"))

    def get_email_identity(self, **_: str) -> dict[str, Any]:
        return dict(self._of("identity"))

    def get_configuration_set_event_destinations(self, **_: str) -> dict[str, Any]:
        told = {"Enabled": True, "SnsDestination": {"TopicArn": "arn"}, "MatchingEventTypes": self._of("events")}
        return {"EventDestinations": [told]}

    def get_account_settings(self) -> dict[str, Any]:
        return {"AccountLimit": {"ConcurrentExecutions": self._of("concurrency")}}

    def _of(self, name: str) -> Any:
        if self._known[name] is None:
            raise ClientError({"Error": {"Code": "NotFoundException", "Message": "no"}}, name)
        return self._known[name]


def states(findings: Iterable[Finding]) -> dict[str, State]:
    found = list(findings)
    assert all(finding.next_step or finding.state is State.OK for finding in found)
    return {finding.title: finding.state for finding in found}


def test_an_account_that_may_send_is_well() -> None:
    assert set(states(mail.account(FakeAccount())).values()) == {State.OK}
    who, dkim, mail_from = mail.identity(FakeAccount(), "news@example.com")
    assert (who.state, dkim.state, mail_from) == (State.OK, State.OK, "bounce.example.com")
    assert mail.configuration_set(FakeAccount(), "set").state is State.OK


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
    assert states(mail.account(FakeAccount(account=account)))[title] is State.FAIL


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
    assert mail.configuration_set(FakeAccount(events=events), "set").state is State.FAIL


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


def an_org(**changes: Any) -> dict[str, dict[str, dict[str, Any]] | None]:
    """As describe shows it to a user with the permission set."""
    may = {"createable": True, "updateable": True}
    org: dict[str, dict[str, dict[str, Any]] | None] = {}
    for object in ("Lead", "Contact", "Task"):
        org[object] = {name: dict(may) for of, name in salesforce.packaged() if of == object} | {"Title": dict(may)}
    return org | changes


def test_an_org_with_the_package_and_its_permission_set_is_well() -> None:
    assert salesforce.our_fields(an_org()).state is State.OK
    assert salesforce.rights(an_org()).state is State.OK


def test_a_field_that_is_not_there_is_named() -> None:
    org = an_org()
    assert org["Lead"]
    del org["Lead"]["Ripen_Score__c"]

    found = salesforce.our_fields(org)

    assert (found.state, "Lead.Ripen_Score__c" in found.found) == (State.FAIL, True)


def test_a_field_that_is_not_ours_to_write_is_named() -> None:
    org = an_org()
    assert org["Contact"]
    org["Contact"]["Ripen_Rank__c"] = {"createable": False, "updateable": False}

    found = salesforce.rights(org)

    assert (found.state, "Contact.Ripen_Rank__c" in found.found) == (State.FAIL, True)
    assert salesforce.rights(an_org(Task=None)).state is State.FAIL


def test_where_the_policy_asks_with_whom_sales_is_dealing_it_must_be_seen() -> None:
    seen: dict[str, Any] = {
        "Opportunity": {"AccountId": {}, "IsClosed": {}},
        "Account": {"Website": {}},
        "Contact": {"AccountId": {}, "Email": {}},
    }
    assert salesforce.opportunities(seen).state is State.OK
    for hidden, named in (({"Opportunity": None}, "Opportunity.AccountId"), ({"Account": {}}, "Account.Website")):
        found = salesforce.opportunities(seen | hidden)
        assert (found.state, named in found.found) == (State.FAIL, True)


@pytest.mark.parametrize("asks", [True, False])
def test_nobody_needs_to_see_opportunities_otherwise(asks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def get(session: object, token: object, path: str) -> dict[str, Any]:
        asked.append(path)
        return {}

    monkeypatch.setattr(salesforce, "fetch", lambda settings, session: Token(access="t", instance="https://o.example"))
    monkeypatch.setattr(salesforce, "_get", get)
    found = states(salesforce.org({}, a_bundle(policy=Policy(skips_open_opportunities=asks))))
    assert ("Salesforce opportunities" in found, "sobjects/Opportunity/describe" in asked) == (asks, asks)


@pytest.mark.parametrize(
    ("left", "state"), [(9_000, State.OK), (3_001, State.OK), (3_000, State.WARN), (0, State.FAIL)]
)
def test_few_calls_left_are_seen(left: int, state: State) -> None:
    assert salesforce.calls({"DailyApiRequests": {"Max": 15_000, "Remaining": left}}).state is state


def test_without_a_login_to_salesforce_nothing_else_is_said() -> None:
    assert states(salesforce.org({})) == {"Salesforce login": State.FAIL}


def test_without_a_token_nothing_else_is_said_of_slack() -> None:
    assert states(slack.workspace("", "https://slack.invalid/api/", "sales")) == {"Slack token": State.FAIL}


def test_a_missing_scope_is_named() -> None:
    all_of_them = (
        "chat:write,chat:write.public,commands,channels:read,groups:read,channels:history,groups:history,"
        "users:read,users:read.email"
    )
    assert slack.scopes({"X-OAuth-Scopes": all_of_them}).state is State.OK
    found = slack.scopes({"x-oauth-scopes": all_of_them.replace(",users:read.email", "")})
    assert (found.state, "users:read.email" in found.found) == (State.FAIL, True)
    assert slack.scopes({}).state is State.WARN


@pytest.mark.parametrize(
    ("found", "channel", "state"),
    [
        ({"name": "sales", "is_member": True}, "sales", State.OK),
        ({"name": "sales", "is_member": False}, "sales", State.FAIL),
        ({"name": "sales", "is_member": True, "is_archived": True}, "sales", State.FAIL),
        (None, "sales", State.FAIL),
        (None, "", State.FAIL),
    ],
)
def test_a_channel_without_the_app_is_seen(found: Mapping[str, Any] | None, channel: str, state: State) -> None:
    assert slack.membership(found, channel).state is state


@pytest.mark.parametrize(("most", "state"), [(1000, State.OK), (10, State.WARN), (None, State.WARN)])
def test_a_new_accounts_concurrency_is_seen(most: int | None, state: State) -> None:
    assert stack.concurrency(FakeAccount(concurrency=most)).state is state


@pytest.mark.parametrize("gone", ["master", "slack_bot_token", "slack_signing_secret", "salesforce", "typeform"])
def test_each_part_of_the_secret_is_missed(gone: str) -> None:
    full = dict.fromkeys(("master", "slack_bot_token", "slack_signing_secret", "salesforce", "typeform"), "x")
    assert stack.secret(full, a_bundle()).state is State.OK
    found = stack.secret(full | {gone: ""}, a_bundle())
    assert (found.state, gone in found.found) == (State.FAIL, True)


def test_a_playbook_is_live_or_not(table: Table, tmp_path: Path) -> None:
    nothing, bundle = stack.playbook(Playbook(table, "bucket", boto3.client("s3")), tmp_path / "none")
    assert (nothing.state, bundle) == (State.FAIL, None)

    published = a_playbook(table, a_bundle())
    assert stack.playbook(published, tmp_path / "none")[0].state is State.OK
    assert stack.playbook(published, tmp_path)[0].state is State.WARN


def test_a_message_that_was_given_up_is_seen(dynamodb: Any) -> None:
    sqs = boto3.client("sqs")
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
    url = sqs.create_queue(QueueName="work", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    assert stack.dead_letters(sqs, (url,)).state is State.OK

    sqs.send_message(QueueUrl=dead, MessageBody="lead#1|send#1")

    found = stack.dead_letters(sqs, (url,))
    assert (found.state, found.found) == (State.FAIL, "dead: 1")


def test_a_tick_that_stands_is_seen_by_what_is_overdue(table: Table, clock: FakeClock) -> None:
    table.write(Create(keys.alert("lead1", "a"), Alert(id="a", lead="lead1", kind="hot", planned=NOON), due=NOON))
    assert stack.tick(table, clock.now() + timedelta(minutes=9)).state is State.OK
    assert stack.tick(table, clock.now() + timedelta(minutes=11)).state is State.FAIL


def test_a_stop_and_shadow_mode_are_recalled(table: Table) -> None:
    assert stack.switches(table).state is State.OK
    table.write(Create(keys.SHADOW, Shadow(on=True, at=NOON)))
    assert "shadow" in stack.switches(table).found
    table.write(Create(keys.STOP, Stop(on=True, at=NOON)))
    assert "stopped" in stack.switches(table).found


def test_the_guide_walks_the_same_list_in_the_same_words_and_names_the_owners() -> None:
    checks = [check for module in (mail, domain, salesforce, slack, stack) for check in vars(module).values()]
    named = {check.title: str(check.owner) for check in checks if isinstance(check, Check)}
    headings = dict(re.findall(r"^### (.+) \((.+)\)$", DEPLOY.read_text(), re.MULTILINE))
    assert headings == named


def test_every_alarm_is_explained() -> None:
    alarms = re.findall(r"^  (\w+):\n    Type: AWS::CloudWatch::Alarm", TEMPLATE.read_text(), re.MULTILINE)
    explained = OPERATIONS.read_text()
    assert [name for name in alarms if f"`{name}`" not in explained] == []
