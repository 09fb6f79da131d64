"""The company's own rules for each write: sharing, record types and validation rules."""

from typing import Any

from sandbox.salesforce.journal import Record
from sandbox.salesforce.refused import Refused
from sandbox.salesforce.schema import SObject
from sandbox.salesforce.settings import Settings, Sharing

type Row = dict[str, Any]


def insufficient_access() -> Refused:
    return Refused("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")


def check_sharing(settings: Settings, record: Record, account: Record | None, user: str) -> None:
    """Refuse the edit of another's record that is not shared for editing. `account` is that of a Contact."""
    sharing = settings.sharing.get(record.object, Sharing.EDIT)
    decisive: Record | None = record
    if sharing is Sharing.PARENT:
        sharing, decisive = settings.sharing.get("Account", Sharing.EDIT), account
    if sharing is Sharing.READ and decisive and decisive.values.get("OwnerId") != user:
        raise insufficient_access()


def completed(settings: Settings, sobject: SObject, row: Row) -> Row:
    """Return the row with the default record type of the user, if it names none."""
    kinds = [id for id, kind in settings.record_type_ids(sobject.name) if kind.assigned]
    if kinds and not row.get("RecordTypeId"):
        row = row | {"RecordTypeId": kinds[0]}
    return row


def check(settings: Settings, sobject: SObject, row: Row) -> None:
    """Refuse a row that a record type or a validation rule does not allow."""
    _check_record_type(settings, sobject, row)
    for rule in settings.validation:
        if rule.object == sobject.name and row.get(rule.blank) in (None, ""):
            raise Refused("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message)


def _check_record_type(settings: Settings, sobject: SObject, row: Row) -> None:
    id = row.get("RecordTypeId")
    if not id:
        return
    kinds = dict(settings.record_type_ids(sobject.name))
    if id not in kinds or not kinds[id].assigned:
        text = f"Record Type ID: this ID value isn't valid for the user: {id}"
        raise Refused("INVALID_CROSS_REFERENCE_KEY", text, "RecordTypeId")
    for name, values in kinds[id].picklists.items():
        field = sobject.field(name)
        if field and field.restrictedPicklist and row.get(name) not in (None, *values):
            text = f"{field.label}: bad value for restricted picklist field: {row[name]}"
            raise Refused("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, name)
