"""What the package pushes: outbound messages, and the record-triggered flows that send them."""

import json
import re
from pathlib import Path
from xml.etree.ElementTree import Element, parse

import pytest

from ripen.adapters.salesforce.outbound import _OBJECTS
from sandbox.salesforce.schema import PACKAGE, load

FLOWS = sorted(PACKAGE.glob("push/**/*.flow-meta.xml"))
WORKFLOWS = sorted(PACKAGE.glob("push/**/*.workflow-meta.xml"))
FIRST = ("fullName", "name", "label", "locationX", "locationY")
"""What the Metadata API expects before the other elements, which follow in the order of the alphabet."""


def root(path: Path) -> Element:
    return parse(path).getroot()  # noqa: S314 (our own files)


def names(element: Element) -> list[str]:
    return [child.tag.partition("}")[2] for child in element]


def text(element: Element, path: str) -> str:
    return str(element.findtext("/".join(f"{{*}}{name}" for name in path.split("/")), ""))


def of(path: Path) -> str:
    return text(root(path), "start/object")


@pytest.mark.parametrize("path", [*FLOWS, *WORKFLOWS], ids=lambda path: path.name)
def test_elements_are_in_the_order_that_salesforce_takes(path: Path) -> None:
    for element in root(path).iter():
        found = names(element)
        leads = FIRST if element.tag.endswith(("actionCalls", "start")) else FIRST[:1]
        assert found == sorted(
            found, key=lambda name: (name not in leads, leads.index(name) if name in leads else name)
        )


def test_each_object_that_is_read_has_a_flow_and_its_message() -> None:
    assert {of(path) for path in FLOWS} == {path.name.split(".")[0] for path in WORKFLOWS} == set(_OBJECTS.values())


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.name)
def test_a_flow_sends_the_message_of_its_object(path: Path) -> None:
    flow, object = root(path), of(path)
    assert text(flow, "actionCalls/actionName") == text(flow, "actionCalls/nameSegment")
    owner, _, message = text(flow, "actionCalls/actionName").partition(".")
    workflow = root(next(each for each in WORKFLOWS if each.name.startswith(f"{object}.")))
    assert (owner, message) == (object, text(workflow, "outboundMessages/fullName"))
    assert text(flow, "start/connector/targetReference") == text(flow, "actionCalls/name")


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.name)
def test_a_flow_asks_for_changes_only_on_updates_and_of_fields_that_exist(path: Path) -> None:
    flow, sobject = root(path), load()[of(path)]
    formula = text(flow, "start/filterFormula")
    for name in re.findall(r"\$Record\.(\w+)", formula):
        assert sobject.field(name), name
    if "ISCHANGED" in formula:  # refused for a flow that also runs for new records
        assert text(flow, "start/recordTriggerType") == "Update"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_message_names_a_record_and_tells_nothing_about_a_person(path: Path) -> None:
    [message] = root(path)
    assert [field.text for field in message.iterfind("{*}fields")] == ["Id", "SystemModstamp"]
    assert text(message, "includeSessionId") == "false"


def test_address_and_user_come_from_the_environment() -> None:
    replaced = {
        each["stringToReplace"] for each in json.loads((PACKAGE / "sfdx-project.json").read_text())["replacements"]
    }
    for path in WORKFLOWS:
        [message] = root(path)
        assert {text(message, "endpointUrl"), text(message, "integrationUser")} == replaced
