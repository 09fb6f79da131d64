"""Write or read up to 200 records in one call; each row has its own answer."""

from collections.abc import Callable
from typing import Any

from sandbox.salesforce import duplicates
from sandbox.salesforce.call import Answer, Call
from sandbox.salesforce.ids import full, looks_right
from sandbox.salesforce.org import Org
from sandbox.salesforce.refused import Refused, not_found
from sandbox.salesforce.schema import SObject
from sandbox.salesforce.upsert import Several, find_one, key_field

_MOST = 200
_ROLLED_BACK = "Record rolled back because not all records were valid and the request was using AllOrNone header"

type Row = dict[str, Any]


class _Undone(Exception):
    """A row of an all-or-none call failed."""


def answer(org: Org, call: Call, rest: list[str]) -> Answer:
    """Answer calls under /composite/sobjects. Raises Refused."""
    match call.method, rest:
        case "POST", []:
            return _each(org, call, lambda row: _create(org, call, row))
        case "PATCH", []:
            return _each(org, call, lambda row: _update(org, row))
        case "PATCH", [name, key]:
            return _upsert(org, call, org.sobject(name), key)
        case "DELETE", []:
            return _delete(org, call)
        case "GET", [name]:
            return _read(org, call, org.sobject(name))
        case _:
            raise not_found()


def _each(org: Org, call: Call, write: Callable[[Row], Row]) -> Answer:
    body = call.record()
    rows = body.get("records")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Refused("JSON_PARSER_ERROR", "records: an array of objects was expected")
    if not rows:
        raise Refused("REQUIRED_FIELD_MISSING", "At least 1 record is required")
    if len(rows) > _MOST:
        raise Refused(
            "LIMIT_EXCEEDED", f"record limit reached. cannot submit more than {_MOST} records in a single call"
        )
    return Answer(200, _written(org, rows, write, bool(body.get("allOrNone"))))


def _written(org: Org, rows: list[Any], write: Callable[[Any], Row], together: bool) -> list[Row]:
    answers: list[Row] = []
    try:
        with org.journal.atomic():
            for row in rows:
                answers.append(_one(org, row, write))
            if together and not all(a["success"] for a in answers):
                raise _Undone
    except _Undone:
        undone = Refused("ALL_OR_NONE_OPERATION_ROLLED_BACK", _ROLLED_BACK).row()
        return [undone if a["success"] else a for a in answers]
    return answers


def _one(org: Org, row: Any, write: Callable[[Any], Row]) -> Row:
    try:
        with org.journal.atomic():
            return write(row)
    except Refused as refused:
        return refused.row()


def _create(org: Org, call: Call, row: Row) -> Row:
    sobject = _type(org, row)
    duplicates.check(org, sobject, row, call.headers, call.base)
    return _done(org.create(sobject, row).id)


def _update(org: Org, row: Row) -> Row:
    sobject = _type(org, row)
    id, values = _split(row, "Id")
    if not id:
        raise Refused("MISSING_ARGUMENT", "Id not specified in an update call")
    try:
        return _done(org.update(sobject, str(id), values).id)
    except Refused as refused:
        raise _crossed(refused) from None


def _upsert(org: Org, call: Call, sobject: SObject, key_name: str) -> Answer:
    key = key_field(sobject, key_name)
    seen: set[str] = set()

    def write(row: Row) -> Row:
        if _type(org, row) is not sobject:
            raise Refused("INVALID_INPUT", f"All records must be of type {sobject.name}")
        value, values = _split(row, key.name)
        if not value and key.name != "Id":
            raise Refused("MISSING_ARGUMENT", f"{key.name} not specified")
        if str(value).lower() in seen:
            raise Refused("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", key.name)
        seen.add(str(value).lower())
        try:
            found = find_one(org, sobject, key, str(value)) if value else None
        except Several as several:
            ids = ", ".join(record.id for record in several.records)
            raise Refused(
                "DUPLICATE_EXTERNAL_ID", f"{key.name}: more than one record found for external id field: [{ids}]"
            ) from None
        if found:
            return {**_done(org.update(sobject, found.id, values).id), "created": False}
        duplicates.check(org, sobject, row, call.headers, call.base)
        return {**_done(org.create(sobject, row if value else values).id), "created": True}

    return _each(org, call, write)


def _delete(org: Org, call: Call) -> Answer:
    ids = [id for id in call.query.get("ids", "").split(",") if id]
    together = call.query.get("allOrNone", "").lower() == "true"

    def write(id: str) -> Row:
        sobject = next((s for s in org.schema.values() if id.startswith(s.prefix)), None)
        if sobject is None:
            raise Refused("MALFORMED_ID", f"malformed id {id}")
        try:
            org.delete(sobject, id)
        except Refused as refused:
            raise _crossed(refused) from None
        return _done(id)

    return Answer(200, _written(org, ids, write, together))


def _read(org: Org, call: Call, sobject: SObject) -> Answer:
    """Return the records in the order of the ids, null for a missing one."""
    names = [name for name in call.query.get("fields", "").split(",") if name]
    for name in names:
        if sobject.field(name) is None:
            raise Refused("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
    fields = [field for field in sobject.fields if field.name.lower() in {name.lower() for name in names} | {"id"}]
    rows: list[Row | None] = []
    for id in call.query.get("ids", "").split(","):
        record = org.journal.get(sobject.name, full(id)) if looks_right(id) else None
        attributes = {"type": sobject.name, "url": f"{call.base}/sobjects/{sobject.name}/{full(id)}"}
        found = record if record and not record.deleted else None
        rows.append({"attributes": attributes} | {f.name: found.values.get(f.name) for f in fields} if found else None)
    return Answer(200, rows)


def _type(org: Org, row: Row) -> SObject:
    attributes = row.get("attributes")
    name = attributes.get("type") if isinstance(attributes, dict) else None
    sobject = org.schema.get(str(name))
    if sobject is None:
        raise Refused("INVALID_TYPE", f"sObject type '{name}' is not supported.")
    return sobject


def _split(row: Row, name: str) -> tuple[Any, Row]:
    """Return the value under that name in any case, and the rest of the row."""
    value = next((v for k, v in row.items() if k.lower() == name.lower()), None)
    return value, {k: v for k, v in row.items() if k.lower() != name.lower()}


def _done(id: str) -> Row:
    return {"id": id, "success": True, "errors": []}


def _crossed(refused: Refused) -> Refused:
    """Return the error that a row gets for an unknown id; in a path it has another name."""
    if refused.code == "NOT_FOUND":
        return Refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    return refused
