"""The org's settings that its administrator changes in Setup, and their effect on objects and fields.

Source: Salesforce Help, "Organization-Wide Sharing Defaults", "Validation Rules", "Record Types", "Assignment Rules",
"Which Standard Fields Can I Encrypt?" (Shield).
"""

from collections.abc import Iterator
from copy import replace
from enum import StrEnum

from pydantic import BaseModel

from sandbox.salesforce import ids
from sandbox.salesforce.schema import Field, Schema, SObject

_RECORD_TYPE = Field(
    "RecordTypeId", "Record Type ID", "reference", 18, nillable=True, createable=True, updateable=True, filterable=True
)


class Sharing(StrEnum):
    """What all users may do with the records of others, if the right to the object is theirs."""

    EDIT = "edit"
    READ = "read"
    """Only the owner edits. A private object has the same effect here, as Ripen's user views all records."""
    PARENT = "controlled by parent"
    """As the sharing of accounts says."""


class ValidationRule(BaseModel):
    """Refuses every record of the object in which the field is blank."""

    object: str
    blank: str
    message: str


class RecordType(BaseModel):
    object: str
    assigned: bool = True
    """Ripen's user may use it, by a permission set or profile."""
    picklists: dict[str, list[str]] = {}
    """The values of restricted picklists with this record type."""


class Settings(BaseModel):
    administrator: bool = False
    """Ripen's user has the profile System Administrator, and so all rights."""
    permission_set: bool = True
    """Our permission set is assigned, which needs the permission set licence "Salesforce API Integration"."""
    fields: dict[str, bool] = {}
    """More fields that another permission set lets Ripen's user read, by "Lead.Industry", and whether also edit."""
    sharing: dict[str, Sharing] = {}
    """By object; the default is EDIT."""
    validation: list[ValidationRule] = []
    required: list[str] = []
    """Fields that every record needs, "Lead.Region__c"; one that the org does not have is a new text field."""
    restricted: dict[str, list[str]] = {}
    """The only values of picklists, by "Lead.Status"."""
    record_types: list[RecordType] = []
    assignment: str = ""
    """Id of the user or queue that the active assignment rule makes the owner of Leads."""
    encrypted: list[str] = []
    """Fields with probabilistic encryption, "Lead.Email", by which no query can filter or sort."""

    def record_type_ids(self, object: str) -> Iterator[tuple[str, RecordType]]:
        """Yield the record types of the object, each with its id; the first assigned one is the default."""
        for number, kind in enumerate(self.record_types, 1):
            if kind.object == object:
                yield ids.make("012", number), kind

    def applied(self, schema: Schema) -> Schema:
        """Return the objects as these settings change them."""
        return {name: self._object(sobject) for name, sobject in schema.items()}

    def _object(self, sobject: SObject) -> SObject:
        fields = [self._field(sobject.name, field) for field in sobject.fields]
        for name in self.required:
            object, _, field = name.partition(".")
            if object == sobject.name and sobject.field(field) is None:
                fields.append(Field(field, field, "string", length=255, createable=True, updateable=True))
        if any(self.record_type_ids(sobject.name)):
            fields.append(_RECORD_TYPE)
        return replace(sobject, fields=tuple(fields))

    def _field(self, object: str, field: Field) -> Field:
        name = f"{object}.{field.name}"
        if name in self.required:
            field = replace(field, nillable=False, permissionable=False)
        if name in self.restricted:
            field = replace(field, restrictedPicklist=True, picklistValues=tuple(self.restricted[name]))
        return replace(field, filterable=field.filterable and name not in self.encrypted)
