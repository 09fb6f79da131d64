"""Resolve field paths such as Owner.Email to fields and values."""

from collections.abc import Callable
from typing import Any

from sandbox.salesforce import soql
from sandbox.salesforce.journal import Record
from sandbox.salesforce.org import Org
from sandbox.salesforce.refused import Refused
from sandbox.salesforce.schema import Field, SObject

# The fields that a polymorphic reference offers, whatever kind of record it points to.
_NAME = {"id", "name", "firstname", "lastname", "email", "title", "phone", "alias", "username", "isactive", "type"}
HINT = "Please reference your WSDL or the describe call for the appropriate names."

type Row = dict[str, Any]


class Paths:
    """The paths of one query, starting at one object."""

    def __init__(self, org: Org, source: str, start: SObject, base: str) -> None:
        self._org = org
        self._source = source
        self._start = start
        self._base = base

    def field(self, path: str) -> Field | None:
        """Return the field at the end of the path, None for one that not every kind of parent has. Raises Refused."""
        *relations, last = self._names(path)
        sobject, any_kind = self._start, False
        for name in relations:
            relation = self._relation(sobject, name, path)
            kinds = [self._org.schema[kind] for kind in relation.referenceTo if kind in self._org.schema]
            if not kinds:
                raise self._no_relationship(name, path)
            sobject, any_kind = kinds[-1], relation.polymorphicForeignKey
        field = sobject.field(last)
        if any_kind and last.lower() not in _NAME:
            raise self._no_column(last, "Name", path)
        if field is None and not any_kind:
            raise self._no_column(last, sobject.name, path)
        return field

    def reader(self, path: str) -> Callable[[Record], Any]:
        """Return a function that reads the value at the end of the path. Raises Refused for an unknown path."""
        self.field(path)
        *relations, last = self._names(path)

        def read(record: Record) -> Any:
            at: Record | None = record
            for name in relations:
                at = self._parent(self._relation(self._org.schema[at.object], name, path), at) if at else None
            return self._value(at, last)[1] if at else None

        return read

    def row(self, record: Record, paths: tuple[str, ...]) -> Row:
        """Return the record with the fields at these paths, parents nested."""
        row: Row = {"attributes": self._attributes(record.object, record)}
        for path in paths:
            self._place(row, record, self._names(path), path)
        return row

    def refused(self, code: str, piece: str, message: str) -> Refused:
        """Return a Refused with a caret under the piece of the query."""
        return Refused(code, soql.pointing(self._source, max(0, self._source.find(piece)), message))

    def _names(self, path: str) -> list[str]:
        """Return the steps of the path, which may begin with the object's name."""
        names = path.split(".")
        return names[1:] if len(names) > 1 and names[0].lower() == self._start.name.lower() else names

    def _place(self, row: Row, record: Record, names: list[str], path: str) -> None:
        if len(names) == 1:
            name, value = self._value(record, names[0])
            row[name] = value
            return
        relation = self._relation(self._org.schema[record.object], names[0], path)
        name = relation.relationshipName or names[0]
        parent = self._parent(relation, record)
        if parent is None:
            row[name] = None
            return
        shown = "Name" if relation.polymorphicForeignKey else parent.object
        nested = row.setdefault(name, {"attributes": self._attributes(shown, parent)})
        self._place(nested, parent, names[1:], path)

    def _value(self, record: Record, name: str) -> tuple[str, Any]:
        """Return name and value of a field in its own spelling; a polymorphic parent has its kind as Type."""
        field = self._org.schema[record.object].field(name)
        if field:
            return field.name, record.values.get(field.name)
        return ("Type", record.object) if name.lower() == "type" else (name, None)

    def _parent(self, relation: Field, record: Record) -> Record | None:
        id = record.values.get(relation.name)
        kinds = (kind for kind in relation.referenceTo if kind in self._org.schema)
        found = (self._org.journal.get(kind, id) for kind in kinds) if id else ()
        return next((parent for parent in found if parent), None)

    def _relation(self, sobject: SObject, name: str, path: str) -> Field:
        relation = sobject.relation(name)
        if relation is None:
            raise self._no_relationship(name, path)
        return relation

    def _no_relationship(self, name: str, path: str) -> Refused:
        text = f"Didn't understand relationship '{name}' in field path. {HINT}"
        return self.refused("INVALID_FIELD", path, text)

    def _attributes(self, type: str, record: Record) -> Row:
        return {"type": type, "url": f"{self._base}/sobjects/{record.object}/{record.id}"}

    def _no_column(self, name: str, entity: str, path: str) -> Refused:
        text = (
            f"No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be sure to "
            f"append the '__c' after the custom field name. {HINT}"
        )
        return self.refused("INVALID_FIELD", path, text)
