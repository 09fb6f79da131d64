"""Create or update a record by an external key instead of Salesforce's id."""

from typing import Any

from sandbox.salesforce.journal import Record
from sandbox.salesforce.org import Org
from sandbox.salesforce.refused import Refused, not_found
from sandbox.salesforce.schema import Field, SObject


class Several(Exception):
    """Several records have this key; nothing was written."""

    def __init__(self, records: list[Record]) -> None:
        super().__init__(f"{len(records)} records")
        self.records = records


def key_field(sobject: SObject, name: str) -> Field:
    """Return the key field of that name. Raises Refused."""
    field = sobject.field(name)
    if field is None or not (field.externalId or field.idLookup):
        raise not_found(f"Provided external ID field does not exist or is not accessible: {name}")
    return field


def find_one(org: Org, sobject: SObject, key: Field, value: str) -> Record | None:
    """Return the record with this key, None if there is none. Raises Several."""
    found = org.find(sobject.name, key.name, value)
    if len(found) > 1:
        raise Several(found)
    return found[0] if found else None


def upsert(
    org: Org, sobject: SObject, key: Field, value: str, given: dict[str, Any], update_only: bool = False
) -> tuple[Record, bool]:
    """Create or update the record; return it and whether it is new. Raises Refused and Several."""
    for name in (key.name, "Id"):
        if any(name.lower() == other.lower() for other in given):
            raise Refused("INVALID_FIELD", f"The {name} field should not be specified in the sobject data.")
    found = find_one(org, sobject, key, value)
    if found:
        return org.update(sobject, found.id, given), False
    if update_only:
        raise not_found()
    return org.create(sobject, {**given, key.name: value}), True
