"""The template of the stack as data, and what a function of it may do."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

PROJECT = Path(__file__).resolve().parents[2]
TEXT = (PROJECT / "infra/template.yaml").read_text()
TEMPLATE: dict[str, Any] = yaml_parse(TEXT)
RESOURCES: dict[str, dict[str, Any]] = TEMPLATE["Resources"]
FUNCTIONS: dict[str, dict[str, Any]] = {
    name: resource["Properties"]
    for name, resource in RESOURCES.items()
    if resource["Type"] == "AWS::Serverless::Function"
}
GLOBAL: dict[str, Any] = TEMPLATE["Globals"]["Function"]
SHARED: dict[str, Any] = GLOBAL["Environment"]["Variables"]
QUEUES = {name for name, resource in RESOURCES.items() if resource["Type"] == "AWS::SQS::Queue"}
LIVE_QUEUES = sorted(name for name in QUEUES if not name.endswith("Dead"))
ALARMS = sorted(name for name, resource in RESOURCES.items() if resource["Type"] == "AWS::CloudWatch::Alarm")


def of_type(type: str) -> dict[str, dict[str, Any]]:
    """Return the properties of the resources of one type, by logical id."""
    return {name: found.get("Properties", {}) for name, found in RESOURCES.items() if found["Type"] == type}


def mappings() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the function, the queue and the properties of each event source mapping."""
    for name, function in FUNCTIONS.items():
        for event in function["Events"].values():
            if event["Type"] == "SQS":
                yield name, target(event["Properties"]["Queue"]), event["Properties"]


def wakes(name: str) -> set[str]:
    """Return the queues that a function writes to."""
    variables = FUNCTIONS[name].get("Environment", {}).get("Variables", {})
    return {target(value) for variable, value in variables.items() if variable.endswith("_QUEUE")}


def file_of(name: str) -> Path:
    """Return the file of a function."""
    module = str(FUNCTIONS[name]["Handler"]).removesuffix(".handler")
    return PROJECT / "functions" / f"{module.replace('.', '/')}.py"


@cache
def variables_read(file: Path) -> set[str]:
    """Return the names in os.environ["NAME"]."""
    return {
        str(node.slice.value)
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Subscript)
        and ast.unparse(node.value) == "os.environ"
        and isinstance(node.slice, ast.Constant)
    }


@cache
def source_of(name: str) -> str:
    """Return the text of the function's file and of those beside it that it imports."""
    todo, seen = [file_of(name)], dict[Path, str]()
    while todo:
        file = todo.pop()
        seen[file] = file.read_text()
        imported = re.findall(r"^from (\w+)(?:\.(\w+) import| import (.+))", seen[file], re.MULTILINE)
        named = ((area, name) for area, module, names in imported for name in [module, *re.findall(r"\w+", names)])
        beside = (PROJECT / "functions" / area / f"{module}.py" for area, module in named)
        todo += [path for path in beside if path.exists() and path not in seen]
    return "\n".join(seen.values())


def allowed(name: str) -> dict[str, list[Any]]:
    """Return the resources of each action that a function may take."""
    found: dict[str, list[Any]] = {}
    for policy in FUNCTIONS[name]["Policies"]:
        for statement in policy["Statement"]:
            assert statement["Effect"] == "Allow"
            for action in as_list(statement["Action"]):
                found.setdefault(action, []).extend(_plain(resource) for resource in as_list(statement["Resource"]))
    return found


def _plain(resource: Any) -> Any:
    """Return a !Sub as its text, unless it is one of SES's, whose identities are not made by this stack."""
    text = resource.get("Fn::Sub") if isinstance(resource, dict) else None
    if isinstance(text, str) and ":ses:" not in text:
        return text if text.endswith("*") else resource
    return resource


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def target(value: Any) -> str:
    """Return the resource that a !Ref or !GetAtt names; of an !If, that of its first branch."""
    if "Fn::If" in value:
        return target(value["Fn::If"][1])
    if "Ref" in value:
        return str(value["Ref"])
    attribute = value["Fn::GetAtt"]
    return str(attribute[0] if isinstance(attribute, list) else attribute.partition(".")[0])
