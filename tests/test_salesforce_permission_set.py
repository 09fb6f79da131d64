"""The permission set of the Salesforce package grants what our code does in Salesforce, and nothing else."""

import inspect
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from xml.etree.ElementTree import Element, parse

import pytest

import ripen.adapters.salesforce as adapters
from sandbox.salesforce.rights import PERMISSION_SET, permission_set
from sandbox.salesforce.schema import PACKAGE, load
from tests.support.salesforce_uses import Uses, uses

NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
BY_ANOTHER_GRANT = {
    "User",
    "Group",
    "TaskStatus",
    "Task",
    "CampaignMember",
    "CampaignMemberStatus",
    "OpportunityContactRole",
}
"""No object permissions: all read users, groups and statuses; tasks need EditTask, members the edit of campaigns.
Contact roles go with their opportunity."""


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Uses:
    return uses(tmp_path_factory.mktemp("org"))


def test_the_fields_are_those_that_our_code_reads_and_writes(used: Uses) -> None:
    schema = load()
    fields = {
        f"{object}.{name}": (object, name) in used.written
        for object, name in used.read | used.written
        if (field := schema[object].field(name)) and field.permissionable
    }
    assert permission_set().fields == fields


def test_the_object_rights_are_those_that_our_code_needs(used: Uses) -> None:
    needed: dict[str, set[str]] = {}
    for right, fields in (("Read", used.read | used.written), ("Create", used.created), ("Edit", used.updated)):
        for object, _ in fields:
            needed.setdefault(object, set()).add(right)
    needed["Campaign"].add("Edit")
    assert needed["CampaignMember"] >= {"Create", "Edit"}
    assert permission_set().objects == {name: able for name, able in needed.items() if name not in BY_ANOTHER_GRANT}


def test_the_user_permissions_are_those_that_our_code_needs(used: Uses) -> None:
    needed = {"ApiEnabled"}
    for object, name in used.written:
        if object == "Task":
            needed.add("EditTask")
        elif name == "OwnerId":
            needed.add("TransferAnyLead" if object == "Lead" else "TransferAnyEntity")
    assert permission_set().permissions == needed


def test_the_uses_come_from_every_method_of_every_adapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: set[str] = set()

    def noted(name: str, method: object) -> object:
        def run(*args: object, **named: object) -> object:
            called.add(name)
            return method(*args, **named)  # type: ignore[operator]

        return run

    methods = {f"{cls.__name__}.{name}": (cls, name) for cls in classes() for name in public_methods(cls)}
    for full_name, (cls, name) in methods.items():
        monkeypatch.setattr(cls, name, noted(full_name, getattr(cls, name)))
    uses(tmp_path)
    assert called == set(methods)


def test_a_right_that_salesforce_demands_with_another_is_granted() -> None:
    able = permission_set().objects
    assert all("Read" in rights for rights in able.values())
    assert {"Account"} <= set(able), "a user who reads contacts or opportunities must read accounts"


def test_records_of_others_are_seen_but_not_changed_beyond_sharing() -> None:
    for grant in root().iterfind(NAMESPACE + "objectPermissions"):
        assert grant.findtext(NAMESPACE + "viewAllRecords") == "true"
        assert grant.findtext(NAMESPACE + "modifyAllRecords") == "false"


def root() -> Element:
    return parse(PACKAGE / PERMISSION_SET).getroot()  # noqa: S314 (our own file)


def classes() -> list[type]:
    """Return the classes of the package that talk to Salesforce."""
    modules = [import_module(f"{adapters.__name__}.{module.name}") for module in iter_modules(adapters.__path__)]
    found = {cls for module in modules for _, cls in inspect.getmembers(module, inspect.isclass)}
    return [cls for cls in found if cls.__name__.startswith("Salesforce")]


def public_methods(cls: type) -> list[str]:
    return [name for name, _ in inspect.getmembers(cls, inspect.isfunction) if not name.startswith("_")]
