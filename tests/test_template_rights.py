"""Rights in the template that no public checker knows: what functions and people may read, send and open."""

import re
from typing import Any

from cli.command_list import COMMANDS
from ripen.adapters.table import keys
from tests.support.stack_template import FUNCTIONS, PROJECT, RESOURCES, as_list, source_of, target

SETTINGS = ("CapturePage", "CaptureTrack")
"""Functions for strangers that read the settings and no row of a person."""


READ = "secretsmanager:GetSecretValue"


def statements(policies: Any) -> list[dict[str, Any]]:
    return [statement for policy in policies for statement in policy["Statement"]]


def people(name: str) -> list[dict[str, Any]]:
    return [RESOURCES[name]["Properties"]["PolicyDocument"]]


def test_functions_for_strangers_read_settings_only_where_they_need_no_more() -> None:
    for name in SETTINGS:
        [read] = [each for each in statements(FUNCTIONS[name]["Policies"]) if "dynamodb:GetItem" in each["Action"]]
        assert read["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "setting#*"}}
        assert set(re.findall(r"\bkeys\.(\w+)", source_of(name))) == set()
    assert keys.LIVE.pk.startswith("setting#") and keys.CLOCK.pk.startswith("setting#")


def test_mail_goes_out_only_from_the_senders_domain() -> None:
    deliver, publisher = (
        FUNCTIONS["NurtureDeliver"]["Policies"],
        [RESOURCES["Publisher"]["Properties"]["PolicyDocument"]],
    )
    for policies in (deliver, publisher):
        [send] = [each for each in statements(policies) if "ses:SendEmail" in as_list(each["Action"])]
        condition, limited, _ = send["Condition"]["StringLike"]["ses:FromAddress"]["Fn::If"]
        assert condition == "VerifiesDomain"
        assert [each["Fn::Sub"] for each in limited] == ["*@${SenderDomain}", "*@*.${SenderDomain}"]


def test_only_functions_that_call_other_systems_read_the_connections() -> None:
    readers = {
        name
        for name, function in FUNCTIONS.items()
        for each in statements(function["Policies"])
        if "secretsmanager:GetSecretValue" in as_list(each["Action"])
        and "Connections" in [target(resource) for resource in as_list(each["Resource"])]
    }
    calls = {name for name in FUNCTIONS if "CONNECTIONS" in source_of(name)}
    assert readers == calls
    assert not {"CaptureLink", "CapturePage", "NurturePreferences", "NurtureDeliver"} & readers
    [form] = [each["Resource"] for each in statements(FUNCTIONS["CaptureForm"]["Policies"]) if READ in each["Action"]]
    assert {"Fn::If": ["HasTurnstile", {"Ref": "Connections"}, {"Ref": "AWS::NoValue"}]} in form


def test_bucket_refuses_requests_without_tls() -> None:
    assert "Condition" not in RESOURCES["BucketPolicy"]
    deny = RESOURCES["BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"][0]
    assert (deny["Effect"], deny["Principal"], deny["Action"]) == ("Deny", "*", "s3:*")
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(deny["Resource"]) == 2  # the bucket and its objects


def test_rights_of_people_are_narrow_except_where_aws_knows_no_narrower_ones() -> None:
    everywhere = set()
    for name in ("Publisher", "Operator"):
        for statement in statements(people(name)):
            actions = as_list(statement["Action"])
            assert not [action for action in actions if "*" in action]
            if "*" in as_list(statement["Resource"]):
                everywhere |= set(actions)
    assert everywhere == {
        *("lambda:GetAccountSettings", "ses:GetAccount"),
        *("ses:GetEmailIdentity", "ses:GetConfigurationSetEventDestinations"),
        *("ses:GetSuppressedDestination", "ses:DeleteSuppressedDestination"),
        *("logs:GetQueryResults", "logs:StopQuery"),
    }


def test_publisher_cannot_read_the_connections_or_the_queues() -> None:
    publisher = statements(people("Publisher"))
    named = [each for it in publisher for each in as_list(it["Resource"]) if "Fn::Sub" not in each]
    resources = [target(each) for each in named]
    assert set(resources) == {"AWS::StackId", "Table", "Secret"}
    assert not [action for each in publisher for action in as_list(each["Action"]) if action.startswith("sqs:")]


def test_each_command_has_its_rights_in_the_docs() -> None:
    page = (PROJECT / "docs/deploy.md").read_text().partition("## Rights of people")[2].partition("\n## ")[0]
    assert [name for name in COMMANDS if f"`{name}`" not in page] == []
