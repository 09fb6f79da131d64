"""The doctor compares the mapped fields with Salesforce's description of Leads."""

from typing import Any

import pytest

from cli.doctor.finding import State
from cli.doctor.salesforce_mapping import mapped
from ripen.playbook.bundle import CrmField, CrmWrite

RECORD_TYPE = "012000000000AbCAAU"


def a_field(name: str, **changes: Any) -> dict[str, Any]:
    known = {"name": name, "type": "string", "nillable": True, "createable": True, "updateable": True}
    return known | {"defaultedOnCreate": False} | changes


def a_picklist(name: str, *values: str, restricted: bool = True, **changes: Any) -> dict[str, Any]:
    options = [{"value": value, "active": value != "Old"} for value in values]
    return a_field(name, type="picklist", restrictedPicklist=restricted, picklistValues=options, **changes)


def by_name(*fields: dict[str, Any]) -> dict[str, Any]:
    return {field["name"]: field for field in fields}


LEAD: dict[str, Any] = {
    "fields": by_name(
        a_field("LastName", nillable=False),
        a_field("Company", nillable=False),
        a_picklist("Status", "Open", "Old", nillable=False, defaultedOnCreate=True),
        a_picklist("Industry", "Banking", restricted=False),
        a_field("RecordTypeId", type="reference"),
        a_field("Locked__c", createable=False, updateable=False),
        a_field("Notes__c", type="textarea"),
        a_field("Agreed__c", type="boolean", nillable=False, defaultedOnCreate=True),
        a_field("Name", nillable=False, createable=False),
    ),
    "recordTypeInfos": [
        {"recordTypeId": RECORD_TYPE, "name": "Customer", "available": True},
        {"recordTypeId": "012000000000XyZAAU", "available": False},
    ],
}


@pytest.mark.parametrize(
    ("name", "field", "problem"),
    [
        ("Industry", CrmField(source="industry"), ""),
        ("Industry", CrmField(value="Fishing"), ""),
        ("Status", CrmField(value="Open"), ""),
        ("Status", CrmField(source="status"), ""),
        ("Status", CrmField(source="stage", values={"lead": "Open"}), ""),
        (
            "Industry",
            CrmField(source="x", values={"a": "Banking", "b": "Bank"}),
            "Industry has no value 'Bank'; it has Banking",
        ),
        ("Notes__c", CrmField(source="x", values={"a": "Anything"}), ""),
        ("Status", CrmField(value="Old"), "Status has no value 'Old'; it has Open"),
        ("Status", CrmField(value="Opne"), "Status has no value 'Opne'; it has Open"),
        ("Agreed__c", CrmField(value=True), ""),
        ("Agreed__c", CrmField(value="yes"), "Agreed__c has no value 'yes'"),
        ("RecordTypeId", CrmField(value=RECORD_TYPE), ""),
        ("RecordTypeId", CrmField(value=RECORD_TYPE[:15]), ""),
        (
            "RecordTypeId",
            CrmField(value="012000000000XyZAAU"),
            f"RecordTypeId has no value '012000000000XyZAAU'; it has Customer {RECORD_TYPE}",
        ),
        ("Budget__c", CrmField(source="budget"), "Budget__c does not exist or is not visible"),
        ("Notes__c", CrmField(source="notes", write=CrmWrite.APPEND), ""),
        (
            "Industry",
            CrmField(source="industry", write=CrmWrite.APPEND),
            "Industry is no long text, so nothing can be appended",
        ),
        ("Locked__c", CrmField(source="job_title"), "no right to write Locked__c"),
    ],
)
def test_a_mapped_field_must_take_its_value(name: str, field: CrmField, problem: str) -> None:
    found = mapped({name: field}, LEAD)

    assert (found.state, found.found.en if problem else "") == (State.FAIL if problem else State.OK, problem)


def test_a_required_field_must_be_mapped() -> None:
    lead = LEAD | {"fields": LEAD["fields"] | by_name(a_field("Region__c", nillable=False))}

    assert mapped({}, LEAD).state is State.OK
    assert mapped({}, lead).found.en == "nothing fills the required field Region__c"
    assert mapped({"Region__c": CrmField(value="東京")}, lead).state is State.OK
