"""Create, read, update and delete one record, by its id or by an external key."""

from typing import Any

from sandbox.salesforce import duplicates
from sandbox.salesforce.call import Answer, Call
from sandbox.salesforce.journal import Record
from sandbox.salesforce.org import Org
from sandbox.salesforce.refused import Refused, not_found
from sandbox.salesforce.schema import SObject
from sandbox.salesforce.upsert import Several, find_one, key_field, upsert

_FILE_ENDINGS = {"inc", "json", "xml"}  # at the end of a path they mean the format of the answer


def answer(org: Org, call: Call, name: str, rest: list[str]) -> Answer:
    """Answer calls under /sobjects/<object>. Raises Refused."""
    sobject = org.sobject(name)
    match call.method, rest:
        case "POST", []:
            duplicates.check(org, sobject, call.record(), call.headers, call.base)
            return _created(call, org.create(sobject, call.record()))
        case "GET", [id]:
            return Answer(200, _shown(sobject, org.read(sobject, id), call))
        case "PATCH", [id]:
            org.update(sobject, id, call.record())
            return Answer(204)
        case "DELETE", [id]:
            org.delete(sobject, id)
            return Answer(204)
        case _, [key, value]:
            return _by_key(org, sobject, call, key, value)
        case _:
            raise Refused("METHOD_NOT_ALLOWED", f"HTTP Method '{call.method}' not allowed.", status=405)


def _by_key(org: Org, sobject: SObject, call: Call, name: str, value: str) -> Answer:
    if value.rpartition(".")[2].lower() in _FILE_ENDINGS:
        raise not_found()
    key = key_field(sobject, name)
    try:
        if call.method == "PATCH":
            return _upserted(org, sobject, call, name, value)
        found = find_one(org, sobject, key, value)
    except Several as several:
        return Answer(300, [f"{call.base}/sobjects/{sobject.name}/{record.id}" for record in several.records])
    if found is None:
        raise not_found()
    match call.method:
        case "GET":
            return Answer(200, _shown(sobject, found, call))
        case "DELETE":
            org.delete(sobject, found.id)
            return Answer(204)
        case _:
            raise Refused("METHOD_NOT_ALLOWED", f"HTTP Method '{call.method}' not allowed.", status=405)


def _upserted(org: Org, sobject: SObject, call: Call, name: str, value: str) -> Answer:
    """Answer 201 for a new record, 200 for an existing one (since version 46)."""
    key = key_field(sobject, name)
    if find_one(org, sobject, key, value) is None:
        duplicates.check(org, sobject, call.record(), call.headers, call.base)
    only = call.query.get("updateOnly", "").lower() == "true"
    record, new = upsert(org, sobject, key, value, call.record(), only)
    made = _created(call, record)
    return Answer(201 if new else 200, {**made.body, "created": new}, made.headers if new else {})


def _created(call: Call, record: Record) -> Answer:
    location = f"{call.base}/sobjects/{record.object}/{record.id}"
    return Answer(201, {"id": record.id, "success": True, "errors": []}, {"Location": location})


def _shown(sobject: SObject, record: Record, call: Call) -> dict[str, Any]:
    attributes = {"type": sobject.name, "url": f"{call.base}/sobjects/{sobject.name}/{record.id}"}
    wanted = [name for name in call.query.get("fields", "").split(",") if name]
    for name in wanted:
        if sobject.field(name) is None:
            raise Refused("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
    chosen = {name.lower() for name in wanted}
    return {"attributes": attributes} | {
        f.name: record.values.get(f.name) for f in sobject.fields if not chosen or f.name.lower() in chosen
    }
