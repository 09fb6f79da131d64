"""ripen doctor: each prerequisite is well, and is missed when it is taken away."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from cli.commands import doctor as command
from cli.doctor import (
    address,
    concurrency,
    dmarc,
    examination,
    mail,
    mail_from,
    salesforce,
    salesforce_campaigns,
    salesforce_gate,
    salesforce_mapping,
    salesforce_push,
    salesforce_queries,
    salesforce_rights,
    salesforce_users,
    slack,
    spf,
    stack,
    turnstile,
    waiting,
)
from cli.doctor.finding import Check, State
from ripen.adapters.playbook import Playbook
from ripen.adapters.rows.campaign_counts import count_sends
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Create, Table, keys
from ripen.capture.challenge import Verdict
from ripen.mail.ledger import SendState
from ripen.playbook.bundle import FORMAT
from ripen.settings import Shadow, Stop
from ripen.slack.alert import Alert
from sandbox.slack.scopes import granted
from tests.support.builders import a_bundle, a_marketing_mail
from tests.support.doctor_account import FakeAccount, states
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack
from tests.support.newer_playbook import a_newer_playbook
from tests.support.sqs_events import a_playbook

ZONE = "Asia/Tokyo"
DEPLOY = Path(__file__).parents[2] / "docs/deploy.md"
OPERATIONS = Path(__file__).parents[2] / "docs/operations.md"
TEMPLATE = Path(__file__).parents[2] / "infra/template.yaml"


def test_without_a_token_nothing_else_is_said_of_slack() -> None:
    assert states(slack.workspace("", "https://slack.invalid/api/", ["C0SALES"])) == {"Slack token": State.FAIL}


def test_a_missing_scope_is_named() -> None:
    all_of_them = ",".join(sorted(granted()))
    assert slack.scopes({"X-OAuth-Scopes": all_of_them}).state is State.OK
    found = slack.scopes({"x-oauth-scopes": all_of_them.replace(",users:read.email", "")})
    assert (found.state, "users:read.email" in found.found.en) == (State.FAIL, True)
    assert slack.scopes({}).state is State.WARN


def test_a_secret_that_is_no_object_is_found_and_the_others_are_read() -> None:
    class Manager:
        def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803 (boto3's name)
            return {"SecretString": {"list": '["xoxb-1"]', "good": '{"master": "m"}'}[SecretId]}

    held, found = stack.contents(Secrets("list", Manager()))
    assert found and (held, found.state, "list is no JSON object" in found.found.en) == ({}, State.FAIL, True)
    assert stack.contents(Secrets("good", Manager())) == ({"master": "m"}, None)


@pytest.mark.parametrize(("most", "state"), [(67, State.OK), (66, State.FAIL), (10, State.FAIL), (None, State.WARN)])
def test_concurrency_below_what_the_template_needs_is_found(most: int | None, state: State) -> None:
    template = "ScalingConfig: {MaximumConcurrency: 2}  # few\n ScalingConfig: {MaximumConcurrency: 10}"
    assert concurrency.concurrency(FakeAccount(concurrency=most), template).state is state


@pytest.mark.parametrize(
    ("site", "domain", "sender", "state"),
    [
        ("https://a1.execute-api.example", "", "", State.WARN),
        ("https://go.example.com", "go.example.com", "", State.FAIL),
        ("https://ripen.example", "ripen.example", "", State.OK),
        ("https://ripen.example", "ripen.example", "news@mail.ripen.example", State.OK),
        ("https://ripen.example", "ripen.example", "news@other.example", State.WARN),
    ],
)
def test_links_begin_with_the_domain_that_mails_come_from(
    table: Table, site: str, domain: str, sender: str, state: State
) -> None:
    published = a_playbook(table, a_bundle())
    assert published.live().site == "https://ripen.example"
    assert address.address(published, site, domain, sender).state is state


def test_public_address_without_a_playbook_is_well(table: Table) -> None:
    unpublished = Playbook(table, "bucket", boto3.client("s3"))
    assert address.address(unpublished, "https://go.example.com", "go.example.com", "").state is State.OK


@pytest.mark.parametrize(
    ("secret", "errors", "state"),
    [
        ("0x4AAA", ("invalid-input-response",), State.OK),
        ("0x4AAA", ("invalid-input-secret",), State.FAIL),
        ("1x0000000000000000000000000000000AA", ("invalid-input-response",), State.FAIL),
        ("0x4AAA", None, State.WARN),
        ("", None, State.FAIL),
    ],
)
def test_challenge_needs_a_secret_key_that_cloudflare_knows(
    secret: str, errors: tuple[str, ...] | None, state: State
) -> None:
    verdict = None if errors is None else Verdict(success=False, errors=errors)
    assert turnstile.challenge(secret, verdict).state is state


@pytest.mark.parametrize("gone", ["master", "slack_bot_token", "slack_signing_secret", "salesforce", "typeform"])
def test_each_part_of_the_secret_is_missed(gone: str) -> None:
    full = dict.fromkeys(("master", "slack_bot_token", "slack_signing_secret", "salesforce", "typeform"), "x")
    assert stack.secret(full, a_bundle()).state is State.OK
    found = stack.secret(full | {gone: ""}, a_bundle())
    assert (found.state, gone in found.found.en) == (State.FAIL, True)


def test_a_playbook_is_live_or_not(table: Table, tmp_path: Path) -> None:
    nothing, bundle = stack.playbook(Playbook(table, "bucket", boto3.client("s3")), tmp_path / "none")
    assert (nothing.state, bundle) == (State.FAIL, None)

    published = a_playbook(table, a_bundle())
    assert stack.playbook(published, tmp_path / "none")[0].state is State.OK
    assert stack.playbook(published, tmp_path)[0].state is State.WARN


def test_playbook_that_the_deployed_functions_cannot_read_is_found(table: Table, tmp_path: Path) -> None:
    older = a_playbook(table, a_bundle())
    older.deployed = FORMAT - 1
    found, _ = stack.playbook(older, tmp_path / "none")
    assert (found.state, "make deploy" in found.next_step.en) == (State.FAIL, True)


def test_playbook_that_this_command_cannot_read_is_found(table: Table, tmp_path: Path) -> None:
    found, bundle = stack.playbook(a_newer_playbook(table), tmp_path / "none")
    assert (found.state, "git pull" in found.next_step.en, bundle) == (State.FAIL, True, None)


def test_a_message_that_was_given_up_is_seen(dynamodb: Any) -> None:
    sqs = boto3.client("sqs")
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
    url = sqs.create_queue(QueueName="work", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    assert stack.dead_letters(sqs, (url,)).state is State.OK

    sqs.send_message(QueueUrl=dead, MessageBody="lead#1|send#1")

    found = stack.dead_letters(sqs, (url,))
    assert (found.state, found.found.en) == (State.FAIL, "dead: 1")


def test_a_tick_that_stands_is_seen_by_what_is_overdue(table: Table, clock: FakeClock) -> None:
    table.write(Create(keys.alert("lead1", "a"), Alert(id="a", lead="lead1", kind="hot", planned=NOON), due=NOON))
    assert stack.tick(table, clock.now() + timedelta(minutes=9)).state is State.OK
    assert stack.tick(table, clock.now() + timedelta(minutes=11)).state is State.FAIL


@pytest.mark.usefixtures("japanese")
def test_doctor_speaks_japanese_and_scripts_read_english(
    table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given sending that is stopped, and no token of Slack
    table.write(Create(keys.STOP, Stop(on=True, at=NOON)))
    found = [stack.switches(table, ZONE), *slack.workspace("", "https://slack.invalid/api/", ["C0SALES"])]
    monkeypatch.setattr(command, "connect", lambda: a_stack(table, clock))
    monkeypatch.setattr(examination, "examine", lambda checked, folder: found)

    # when people read the findings
    with pytest.raises(SystemExit):
        command.doctor(Path("playbook"))

    # then they are in Japanese
    shown = capsys.readouterr().out.replace("\n", "")
    for words in ("配信は停止しています", "Slack 管理者", "アプリを作成", "正常 0、注意 1、不備 1"):
        assert words in shown

    # when a script reads them
    with pytest.raises(SystemExit):
        command.doctor(Path("playbook"), as_json=True)

    # then they are the same as always
    assert [(each["title"], each["owner"], each["found"]) for each in json.loads(capsys.readouterr().out)] == [
        ("Sending is on", "marketing", "sending has been stopped since 2026-11-21 12:00 Asia/Tokyo"),
        ("Slack token", "Slack admin", "slack_bot_token is not in the secret"),
    ]


def test_a_stop_and_shadow_mode_are_recalled(table: Table) -> None:
    assert stack.switches(table, ZONE).state is State.OK
    table.write(Create(keys.SHADOW, Shadow(on=True, at=NOON)))
    assert "shadow" in stack.switches(table, ZONE).found.en
    table.write(Create(keys.STOP, Stop(on=True, at=NOON)))
    assert "stopped" in stack.switches(table, ZONE).found.en


def test_held_mails_are_recalled(table: Table) -> None:
    assert stack.held_mails(table).state is State.OK
    table.write(*count_sends([(None, a_marketing_mail(state=SendState.HELD))]))
    found = stack.held_mails(table)
    assert (found.state, found.found.en) == (State.WARN, "1 mail is held")


def test_the_guide_walks_the_same_list_in_the_same_words_and_names_the_owners() -> None:
    of_salesforce = (
        salesforce,
        salesforce_campaigns,
        salesforce_gate,
        salesforce_mapping,
        salesforce_push,
        salesforce_queries,
        salesforce_rights,
        salesforce_users,
    )
    modules = (address, concurrency, mail, mail_from, spf, dmarc, *of_salesforce, slack, stack, turnstile, waiting)
    checks = [check for module in modules for check in vars(module).values()]
    named = {check.title.en: str(check.owner) for check in checks if isinstance(check, Check)}
    headings = dict(re.findall(r"^### (.+) \((.+)\)$", DEPLOY.read_text(), re.MULTILINE))
    assert headings == named


def test_every_alarm_is_explained() -> None:
    alarms = re.findall(r"^  (\w+):\n    Type: AWS::CloudWatch::Alarm", TEMPLATE.read_text(), re.MULTILINE)
    explained = OPERATIONS.read_text()
    assert [name for name in alarms if f"`{name}`" not in explained] == []
