"""Code and template agree: functions, variables, queues, permissions and alarms are in both."""

import ast
import importlib
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from ripen.agenda import SHARDS, Lane
from ripen.playbook.bundle import FORMAT
from tests.conftest import create_table

PROJECT = Path(__file__).resolve().parents[1]
TEXT = (PROJECT / "infra/template.yaml").read_text()
TEMPLATE: dict[str, Any] = yaml_parse(TEXT)
RESOURCES: dict[str, dict[str, Any]] = TEMPLATE["Resources"]
FUNCTIONS = {
    name: resource["Properties"]
    for name, resource in RESOURCES.items()
    if resource["Type"] == "AWS::Serverless::Function"
}
SHARED = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
QUEUES = {name for name, resource in RESOURCES.items() if resource["Type"] == "AWS::SQS::Queue"}
LIVE_QUEUES = sorted(name for name in QUEUES if not name.endswith("Dead"))
ALARMS = sorted(name for name, resource in RESOURCES.items() if resource["Type"] == "AWS::CloudWatch::Alarm")
ROUTES = {
    "POST /forms/{form}",
    "OPTIONS /forms/{form}",
    "GET /pages/{page}",
    "GET /c/{token}",
    "HEAD /c/{token}",
    "POST /webhooks/{source}",
    "GET /ripen.js",
    "POST /track",
    "OPTIONS /track",
    "GET /unsubscribe/{token}",
    "POST /unsubscribe/{token}",
    "POST /slack",
}
VERBS = {
    "dynamodb:BatchGetItem": r"\bget_many\(",
    "dynamodb:PutItem": r"\b(Create|Replace)\(",
    "dynamodb:UpdateItem": r"\b(Mark|Add|lease|count_send|move_send)\(",
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
    read = _reads(_file(name))
    own = set(FUNCTIONS[name].get("Environment", {}).get("Variables", {}))
    assert read <= own | set(SHARED)
    assert own <= read


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_exactly_the_table_rights_that_it_uses(name: str) -> None:
    allowed = {action for action in _allowed(name) if action.startswith("dynamodb:")} - {"dynamodb:GetItem"}
    used = {action for action, pattern in VERBS.items() if re.search(pattern, _source(name))}
    assert allowed == used


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_rights_to_exactly_the_queues_secret_and_bucket_that_it_uses(name: str) -> None:
    allowed, read = _allowed(name), _reads(_file(name))
    variables = FUNCTIONS[name].get("Environment", {}).get("Variables", {})
    queues = {_target(value) for variable, value in variables.items() if variable.endswith("_QUEUE")}
    assert {_target(resource) for resource in allowed.get("sqs:SendMessage", [])} == queues
    assert ("secretsmanager:GetSecretValue" in allowed) == ("SECRET" in read)
    assert ("s3:GetObject" in allowed) == ("BUCKET" in read)
    assert ("ses:SendEmail" in allowed) == ("CONFIGURATION_SET" in read)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_permission_covers_all_resources(name: str) -> None:
    for action, resources in _allowed(name).items():
        assert "*" not in action
        for resource in resources:
            if action == "ses:GetAccount":  # SES knows no narrower resource for it
                continue
            assert resource != "*"
            assert not isinstance(resource, str) or resource.endswith(("/bundles/*", "/replies/*"))


@pytest.mark.parametrize("name", ALARMS)
def test_each_alarm_has_instructions(name: str) -> None:
    assert f"`{name}`" in (PROJECT / "docs/operations.md").read_text()


def test_the_idle_cost_in_the_docs_counts_the_resources_of_the_template() -> None:
    reckoned = (PROJECT / "docs/deploy.md").read_text()
    assert f"| {len(LIVE_QUEUES)} queues," in reckoned
    assert f"| {len(ALARMS)} alarms |" in reckoned
    assert f"{len(Lane) * SHARDS} agenda queries" in reckoned


def test_output_says_which_playbooks_the_functions_read() -> None:
    assert TEMPLATE["Outputs"]["BundleFormat"]["Value"] == str(FORMAT)


def test_each_metric_that_an_alarm_watches_is_emitted_by_a_function() -> None:
    watched = {
        RESOURCES[name]["Properties"]["MetricName"]
        for name in ALARMS
        if RESOURCES[name]["Properties"]["Namespace"] == "Ripen"
    }
    written = " ".join(path.read_text() for path in (PROJECT / "functions").glob("*/*.py"))
    put_out = set(re.findall(r'add_metric\(name="(\w+)"', written))
    assert watched and watched <= put_out


def test_replies_are_kept_longer_than_a_dead_letter_and_then_deleted() -> None:
    [rule] = RESOURCES["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    kept = rule["ExpirationInDays"] * 86400
    assert (rule["Prefix"], rule["Status"]) == ("replies/", "Enabled")  # bundles stay
    assert RESOURCES["ReplyDead"]["Properties"]["MessageRetentionPeriod"] < kept <= 90 * 86400
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] <= 7


@pytest.mark.parametrize("name", LIVE_QUEUES)
def test_a_queue_has_a_dead_letter_queue_with_an_alarm(name: str) -> None:
    policy = RESOURCES[name]["Properties"]["RedrivePolicy"]
    assert _target(policy["deadLetterTargetArn"]) == f"{name}Dead"
    assert policy["maxReceiveCount"] == 5
    assert RESOURCES[f"{name}Dead"]["Properties"]["MessageRetentionPeriod"] == 14 * 86400
    alarm = RESOURCES[f"{name}DeadAlarm"]["Properties"]
    assert _target(alarm["Dimensions"][0]["Value"]) == f"{name}Dead"
    assert (alarm["MetricName"], alarm["Threshold"]) == ("ApproximateNumberOfMessagesVisible", 0)


@pytest.mark.parametrize("name", LIVE_QUEUES)
def test_a_queue_has_one_worker_that_returns_only_failed_messages_in_time(name: str) -> None:
    [(function, event)] = [
        (function, event)
        for function in FUNCTIONS.values()
        for event in function["Events"].values()
        if event["Type"] == "SQS" and _target(event["Properties"]["Queue"]) == name
    ]
    mapping = event["Properties"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping.get("ScalingConfig", {}).get("MaximumConcurrency", 2) >= 2
    window = mapping.get("MaximumBatchingWindowInSeconds", 0)
    assert mapping["BatchSize"] <= 10 or window >= 1
    timeout = function.get("Timeout", TEMPLATE["Globals"]["Function"]["Timeout"])
    assert RESOURCES[name]["Properties"]["VisibilityTimeout"] >= 6 * timeout + window


def test_hot_and_bulk_work_share_no_queue() -> None:
    tick = FUNCTIONS["NurtureTick"]["Environment"]["Variables"]
    assert len({_target(value) for value in tick.values()}) == len(tick)
    assert {"ReactBulk", "DeliverBulk"} <= set(LIVE_QUEUES)


def test_the_public_paths_are_those_of_links_and_providers() -> None:
    events = [event for function in FUNCTIONS.values() for event in function["Events"].values()]
    routes = [event["Properties"] for event in events if event["Type"] == "HttpApi"]
    assert {f"{route['Method']} {route['Path']}" for route in routes} == ROUTES
    assert len(routes) == len(ROUTES)


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


def test_resources_with_data_outlive_the_stack() -> None:
    for name in ("Table", "Bucket", "Secret"):
        assert RESOURCES[name]["DeletionPolicy"] == RESOURCES[name]["UpdateReplacePolicy"] == "Retain"


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
        assert not names & set(resource.get("Properties", {}))
    for parameter in TEMPLATE["Parameters"]:
        assert re.search(rf"!Ref {parameter}\b", TEXT)


def test_sam_accepts_the_template() -> None:
    class NoPolicies:
        def load(self) -> dict[str, str]:
            return {}

    made = transform(
        yaml_parse(TEXT.replace("../layers", "s3://bucket").replace("../functions", "s3://bucket/code")),
        {},
        NoPolicies(),
    )
    types = [resource["Type"] for resource in made["Resources"].values()]
    assert types.count("AWS::Lambda::Function") == len(FUNCTIONS)
    assert types.count("AWS::Lambda::EventSourceMapping") == len(LIVE_QUEUES)


def _file(name: str) -> Path:
    module = str(FUNCTIONS[name]["Handler"]).removesuffix(".handler")
    return PROJECT / "functions" / f"{module.replace('.', '/')}.py"


@cache
def _reads(file: Path) -> set[str]:
    """The names in os.environ["NAME"]."""
    return {
        str(node.slice.value)
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Subscript)
        and ast.unparse(node.value) == "os.environ"
        and isinstance(node.slice, ast.Constant)
    }


@cache
def _source(name: str) -> str:
    """The function's file and those beside it that it imports."""
    todo, seen = [_file(name)], dict[Path, str]()
    while todo:
        file = todo.pop()
        seen[file] = file.read_text()
        imported = re.findall(r"^from (\w+)(?:\.| import )(\w+)", seen[file], re.MULTILINE)
        beside = (PROJECT / "functions" / area / f"{module}.py" for area, module in imported)
        todo += [path for path in beside if path.exists() and path not in seen]
    return "\n".join(seen.values())


def _allowed(name: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for policy in FUNCTIONS[name]["Policies"]:
        for statement in policy["Statement"]:
            assert statement["Effect"] == "Allow"
            for action in _list(statement["Action"]):
                found.setdefault(action, []).extend(_plain(resource) for resource in _list(statement["Resource"]))
    return found


def _plain(resource: Any) -> Any:
    """A !Sub as its text, unless it is one of SES's, whose identities are not made by this stack."""
    if isinstance(resource, dict) and "Fn::Sub" in resource and ":ses:" not in resource["Fn::Sub"]:
        text: str = resource["Fn::Sub"]
        return text if text.endswith("*") else resource
    return resource


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _target(value: Any) -> str:
    """The resource that a !Ref or !GetAtt names."""
    if "Ref" in value:
        return str(value["Ref"])
    attribute = value["Fn::GetAtt"]
    return str(attribute[0] if isinstance(attribute, list) else attribute.partition(".")[0])
