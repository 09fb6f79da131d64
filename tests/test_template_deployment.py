"""How the template is deployed: versions, gradual deployments, snapshots, and what outlives the stack."""

from functools import cache
from graphlib import TopologicalSorter
from typing import Any

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from sandbox.build import _ON_AWS_ONLY
from tests.support.stack_template import FUNCTIONS, GLOBAL, LIVE_QUEUES, RESOURCES, TEMPLATE, TEXT, of_type


@cache
def transformed(layer: str = "s3://bucket/layer", **parameters: str) -> dict[str, dict[str, Any]]:
    """Return the resources that SAM makes of the template."""

    class NoPolicies:
        def load(self) -> dict[str, str]:
            return {}

    text = (
        TEXT.replace("../layers/core", layer).replace("../layers", "s3://bucket").replace("../functions", "s3://b/code")
    )
    resources: dict[str, dict[str, Any]] = transform(yaml_parse(text), parameters, NoPolicies())["Resources"]
    return resources


def made(type: str, resources: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: found for name, found in resources.items() if found["Type"] == type}


def test_sam_makes_each_function_and_mapping() -> None:
    resources = transformed()
    assert len(made("AWS::Lambda::Function", resources)) == len(FUNCTIONS)
    assert len(made("AWS::Lambda::EventSourceMapping", resources)) == len(LIVE_QUEUES)


def test_work_and_requests_go_to_the_alias() -> None:
    resources = transformed()
    for mapping in made("AWS::Lambda::EventSourceMapping", resources).values():
        assert str(mapping["Properties"]["FunctionName"]["Ref"]).endswith("Aliaslive")
    assert "CaptureFormAliaslive" in str(resources["Api"])


def test_change_in_a_layer_alone_makes_new_versions() -> None:
    before, after = (set(made("AWS::Lambda::Version", transformed(f"s3://bucket/{n}"))) for n in "12")
    assert len(before) == len(after) == len(FUNCTIONS)
    assert not before & after


def test_gradual_deployment_is_off_until_a_parameter_asks_for_it() -> None:
    usual, gradual = transformed(), transformed(GradualDeployment="true")
    assert not made("AWS::CodeDeploy::DeploymentGroup", usual)
    assert len(made("AWS::CodeDeploy::DeploymentGroup", gradual)) == len(FUNCTIONS)
    for group in made("AWS::CodeDeploy::DeploymentGroup", gradual).values():
        assert group["Properties"]["AlarmConfiguration"]["Enabled"]


def test_no_resource_of_a_gradual_deployment_depends_on_itself() -> None:
    """The aliases wait for their alarms, and the API for the aliases: an alarm on the API would close the circle."""
    resources = transformed(GradualDeployment="true")
    graph = {name: set(_named(found)) & set(resources) for name, found in resources.items()}
    assert list(TopologicalSorter(graph).static_order())


def test_functions_that_answer_requests_and_no_others_may_start_from_snapshots() -> None:
    requests = {
        name for name, each in FUNCTIONS.items() if any(e["Type"] == "HttpApi" for e in each["Events"].values())
    }
    assert {name for name, each in FUNCTIONS.items() if "SnapStart" in each} == requests
    assert {str(FUNCTIONS[name]["SnapStart"]) for name in requests} == {
        "{'ApplyOn': {'Fn::If': ['UsesSnapStart', 'PublishedVersions', 'None']}}"
    }


def test_table_and_secret_can_be_given() -> None:
    assert RESOURCES["Table"]["Condition"] == "MakesTable"
    assert RESOURCES["Secret"]["Condition"] == "MakesSecret"
    for name in ("Table", "Secret"):
        direct = [path for path, ref in _references(TEMPLATE) if ref == name and "Fn::If" not in path]
        assert direct == []


def test_data_is_protected_from_a_mistaken_deletion() -> None:
    table = RESOURCES["Table"]["Properties"]
    assert table["DeletionProtectionEnabled"]
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    data = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret")
    for name in {name for type in data for name in of_type(type)} - {"EdgeKey"}:  # a new one serves as well
        assert RESOURCES[name]["DeletionPolicy"] == RESOURCES[name]["UpdateReplacePolicy"] == "Retain"


def test_local_cloud_leaves_out_settings_that_the_template_has() -> None:
    assert set(_ON_AWS_ONLY) <= set(GLOBAL)


def _named(value: Any) -> list[str]:
    return [name for _, name in _references(value)]


def _references(value: Any, path: str = "") -> list[tuple[str, str]]:
    """Return each resource that is named by Ref, GetAtt, Sub or DependsOn, and the path to it."""
    found: list[tuple[str, str]] = []
    if isinstance(value, list):
        return [each for item in value for each in _references(item, path)]
    if not isinstance(value, dict):
        return found
    for key, inner in value.items():
        here = f"{path}/{key}"
        if key == "Ref":
            found.append((here, str(inner)))
        elif key == "Fn::GetAtt":
            found.append((here, str(inner[0] if isinstance(inner, list) else inner.partition(".")[0])))
        elif key == "DependsOn":
            found += [(here, each) for each in (inner if isinstance(inner, list) else [inner])]
        elif key == "Fn::Sub":
            text = inner[0] if isinstance(inner, list) else inner
            found += [(here, part.partition("}")[0].partition(".")[0]) for part in str(text).split("${")[1:]]
            found += _references(inner[1], here) if isinstance(inner, list) else []
        else:
            found += _references(inner, here)
    return found
