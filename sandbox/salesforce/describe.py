"""Describe an object and its fields."""

from typing import Any

from sandbox.salesforce.call import Call
from sandbox.salesforce.schema import Field, SObject

_SOAP = {"boolean": "xsd:boolean", "double": "xsd:double", "currency": "xsd:double", "int": "xsd:int"} | {
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "id": "tns:ID",
    "reference": "tns:ID",
}


def short(sobject: SObject, call: Call) -> dict[str, Any]:
    """Return the object's entry in the list of all objects."""
    url = f"{call.base}/sobjects/{sobject.name}"
    able = {"createable": sobject.createable, "updateable": sobject.updateable, "deletable": sobject.deletable}
    able |= dict.fromkeys(("queryable", "retrieveable", "searchable"), True)
    return {
        "name": sobject.name,
        "label": sobject.label,
        "labelPlural": sobject.plural,
        "keyPrefix": sobject.prefix,
        "custom": False,
        **able,
        "undeletable": True,
        "triggerable": True,
        "replicateable": True,
        "mergeable": sobject.name in ("Account", "Contact", "Lead"),
        "urls": {"sobject": url, "describe": f"{url}/describe", "rowTemplate": f"{url}/{{ID}}"},
    }


def full(sobject: SObject, call: Call) -> dict[str, Any]:
    return {**short(sobject, call), "fields": [_field(f) for f in sobject.fields], "childRelationships": []}


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": field.label,
        "type": field.type,
        "soapType": _SOAP.get(field.type, "xsd:string"),
        "length": field.length,
        "byteLength": field.length * (1 if field.type in ("id", "reference") else 3),
        "precision": field.precision,
        "scale": field.scale,
        "digits": 0,
        "nillable": field.nillable,
        "permissionable": field.permissionable,
        "createable": field.createable,
        "updateable": field.updateable,
        "defaultedOnCreate": field.defaultedOnCreate,
        "defaultValue": None,
        "custom": field.custom,
        "calculated": False,
        "autoNumber": False,
        "caseSensitive": False,
        "externalId": field.externalId,
        "idLookup": field.idLookup,
        "unique": field.unique,
        "filterable": field.filterable and field.type != "textarea",
        "sortable": field.filterable and field.type != "textarea",
        "groupable": field.type not in ("textarea", "double", "datetime"),
        "nameField": field.name == "Name",
        "restrictedPicklist": field.restrictedPicklist,
        "picklistValues": [
            {"active": True, "defaultValue": value == field.default, "label": value, "validFor": None, "value": value}
            for value in field.picklistValues
        ],
        "referenceTo": list(field.referenceTo),
        "relationshipName": field.relationshipName,
        "polymorphicForeignKey": field.polymorphicForeignKey,
    }
