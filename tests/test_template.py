"""Code and template agree: functions, variables, permissions and routes are in both."""

import importlib
import re
import subprocess
from itertools import pairwise
from typing import Any

import pytest

from ripen.agenda import SHARDS, Lane
from ripen.playbook.bundle import FORMAT
from sandbox.stack import route_key
from tests.conftest import create_table
from tests.support.stack_template import (
    ALARMS,
    FUNCTIONS,
    GLOBAL,
    LIVE_QUEUES,
    PROJECT,
    RESOURCES,
    SHARED,
    TEMPLATE,
    TEXT,
    allowed,
    file_of,
    source_of,
    target,
    variables_read,
    wakes,
)

ROUTES = {
    "POST /forms/{form}",
    "OPTIONS /forms/{form}",
    "GET /pages/{page}",
    "HEAD /pages/{page}",
    "GET /c/{token}",
    "HEAD /c/{token}",
    "POST /salesforce/{key}",
    "POST /webhooks/{source}",
    "GET /nonce",
    "HEAD /nonce",
    "GET /favicon.ico",
    "$default",
    "HEAD /favicon.ico",
    "GET /ripen.js",
    "HEAD /ripen.js",
    "POST /track",
    "OPTIONS /track",
    "GET /confirm/{token}",
    "HEAD /confirm/{token}",
    "POST /confirm/{token}",
    "GET /unsubscribe/{token}",
    "HEAD /unsubscribe/{token}",
    "POST /unsubscribe/{token}",
    "POST /slack",
}
VERBS = {
    "dynamodb:BatchGetItem": r"\bget_many\(",
    "dynamodb:PutItem": r"\b(Create|Replace)\(",
    "dynamodb:UpdateItem": r"\b(Mark|Add|lease|count_sends|move_send|fold_changes|fold_at_once)\(",
    "dynamodb:DeleteItem": r"\bDelete\(",
    "dynamodb:ConditionCheckItem": r"\b(Unchanged|Absent)\(",
    "dynamodb:Query": r"\.(under|between|due|leads)\(",
}
"""What each verb of the table is called in IAM."""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_named_after_its_file_and_its_handler_is_there(name: str) -> None:
    module, _, attribute = FUNCTIONS[name]["Handler"].rpartition(".")
    assert name == "".join(part.capitalize() for part in module.split("."))
    assert callable(getattr(importlib.import_module(module), attribute))


def test_every_file_of_a_function_is_in_the_template() -> None:
    files = {
        f"{path.parent.name}.{path.stem}"
        for path in (PROJECT / "functions").glob("*/*.py")
        if re.search(r"^def handler\(", path.read_text(), re.MULTILINE)
    }
    assert files == {function["Handler"].rpartition(".")[0] for function in FUNCTIONS.values()}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_exactly_the_variables_that_it_reads(name: str) -> None:
    read = variables_read(file_of(name))
    own = set(FUNCTIONS[name].get("Environment", {}).get("Variables", {}))
    assert read <= own | set(SHARED)
    assert own <= read


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_exactly_the_table_rights_that_it_uses(name: str) -> None:
    rights = {action for action in allowed(name) if action.startswith("dynamodb:")} - {"dynamodb:GetItem"}
    used = {action for action, pattern in VERBS.items() if re.search(pattern, source_of(name))}
    assert rights == used


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_rights_to_exactly_the_queues_secret_and_bucket_that_it_uses(name: str) -> None:
    rights, read = allowed(name), variables_read(file_of(name))
    assert {target(resource) for resource in rights.get("sqs:SendMessage", [])} == wakes(name)
    secrets = {target(resource) for resource in rights.get("secretsmanager:GetSecretValue", [])}
    variables = {"SECRET": "Secret", "CONNECTIONS": "Connections", "EDGE_KEY": "EdgeKey"}
    assert secrets == {secret for variable, secret in variables.items() if variable in read}
    assert ("s3:GetObject" in rights) == ("BUCKET" in read)
    assert ("ses:SendEmail" in rights) == ("CONFIGURATION_SET" in read)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_permission_covers_all_resources(name: str) -> None:
    for action, resources in allowed(name).items():
        assert "*" not in action
        for resource in resources:
            if action == "ses:GetAccount":  # SES knows no narrower resource for it
                continue
            assert resource != "*"
            assert not isinstance(resource, str) or resource.endswith(("/bundles/*", "/replies/*"))


def test_the_idle_cost_in_the_docs_counts_the_resources_of_the_template() -> None:
    reckoned = (PROJECT / "docs/deploy.md").read_text()
    assert f"| {len(LIVE_QUEUES)} queues," in reckoned
    assert f"| {len(ALARMS)} alarms |" in reckoned
    assert f"{len(Lane) * SHARDS} agenda queries" in reckoned


def test_output_says_which_playbooks_the_functions_read() -> None:
    assert TEMPLATE["Outputs"]["BundleFormat"]["Value"] == str(FORMAT)


@pytest.mark.parametrize("checker", ["checkov", "cfn-lint"])
def test_each_accepted_finding_of_the_checkers_has_a_reason(checker: str) -> None:
    lines = (PROJECT / f"infra/accepted/{checker}.yaml").read_text().splitlines()
    accepted = [before for before, line in pairwise(lines) if line.startswith("  - ")]
    assert accepted and all(before.startswith("  # ") for before in accepted)


def test_logs_are_json_and_the_platform_logs_only_warnings() -> None:
    logging = GLOBAL["LoggingConfig"]
    assert (logging["LogFormat"], logging["SystemLogLevel"]) == ("JSON", "WARN")
    assert logging["ApplicationLogLevel"] == SHARED["POWERTOOLS_LOG_LEVEL"]  # metrics are lines without a level: INFO


def test_ses_forwards_no_feedback_by_mail() -> None:
    assert RESOURCES["Sender"]["Properties"]["FeedbackAttributes"] == {"EmailForwardingEnabled": False}


def test_make_deploy_builds_and_deploys_for_the_same_architecture() -> None:
    shown = subprocess.run(
        ["make", "--dry-run", "deploy", "ARCHITECTURE=x86_64", "PARAMETERS=ReplyDomain=reply.example.com"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.replace("\\\n", " ")
    [built] = [line for line in shown.splitlines() if "sam build" in line]
    [deployed] = [line for line in shown.splitlines() if "sam deploy" in line]
    assert "Architecture=x86_64" in built and "Architecture=x86_64" in deployed
    assert "ReplyDomain=reply.example.com" in deployed


def test_the_public_paths_are_those_of_links_and_providers() -> None:
    events = [event for function in FUNCTIONS.values() for event in function["Events"].values()]
    routes = [event["Properties"] for event in events if event["Type"] == "HttpApi"]
    assert {route_key(route) for route in routes} == ROUTES
    assert len(routes) == len(ROUTES)
    assert {route.replace("GET ", "HEAD ") for route in ROUTES if route.startswith("GET ")} < ROUTES


def test_the_table_is_the_one_that_the_tests_use() -> None:
    made: dict[str, Any] = {}

    class Recorder:
        def create_table(self, **wanted: Any) -> None:
            made.update(wanted)

    create_table(Recorder())
    table = RESOURCES["Table"]["Properties"]
    assert made["KeySchema"] == table["KeySchema"]
    assert made["GlobalSecondaryIndexes"] == table["GlobalSecondaryIndexes"]
    assert made["AttributeDefinitions"] == table["AttributeDefinitions"]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}


def test_no_resource_has_a_hand_written_name_and_each_parameter_is_used() -> None:
    names = {
        "FunctionName",
        "TableName",
        "BucketName",
        "QueueName",
        "TopicName",
        "AlarmName",
        "LogGroupName",
        "RoleName",
    }
    for resource in RESOURCES.values():
        found = resource.get("Properties", {})
        assert not {name for name in names & set(found) if isinstance(found[name], str)}
    for parameter in TEMPLATE["Parameters"]:
        assert re.search(rf"!Ref {parameter}\b", TEXT)
