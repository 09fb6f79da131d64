"""Answers a query from the records of the org."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cmp_to_key
from typing import Any, assert_never

from sandbox.salesforce import ids, soql
from sandbox.salesforce.journal import Record
from sandbox.salesforce.org import Org
from sandbox.salesforce.refused import Refused
from sandbox.salesforce.schema import Field, SObject

# A reference to more than one kind of record leads to this much of it, whichever kind it is.
_NAME = {"id", "name", "firstname", "lastname", "email", "title", "phone", "alias", "username", "isactive", "type"}
_HINT = "Please reference your WSDL or the describe call for the appropriate names."

type Row = dict[str, Any]


class Asked:
    """One query and the org it is put to. `deleted` looks into the recycle bin as well."""

    def __init__(self, org: Org, source: str, base: str, now: datetime, deleted: bool = False) -> None:
        self._org = org
        self._base = base
        self._today = now.astimezone(UTC).date()
        self._deleted = deleted
        self.query = soql.parse(source)
        found = next((s for s in org.schema.values() if s.name.lower() == self.query.object.lower()), None)
        if found is None:
            raise self._refused(
                "INVALID_TYPE",
                self.query.object,
                f"sObject type '{self.query.object}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. {_HINT}",
            )
        self._object = found

    def matching(self) -> list[Record]:
        """In order, within limit and offset. Raises Refused."""
        for path in self.query.paths:
            self._steps(path)
        keep = self._test(self.query.where)
        found = [r for r in self._org.journal.all(self._object.name, self._deleted) if keep(r)]
        for order in reversed(self.query.order):
            found.sort(key=cmp_to_key(_by(self._reader(order.path), order)))
        end = None if self.query.limit is None else self.query.offset + self.query.limit
        return found[self.query.offset : end]

    def row(self, record: Record) -> Row:
        """The selected fields, parents nested."""
        row: Row = {"attributes": self._attributes(record.object, record)}
        for path in self.query.paths:
            self._place(row, self._object, record, path.split("."))
        return row

    def _place(self, row: Row, sobject: SObject, record: Record, names: list[str]) -> None:
        if len(names) == 1:
            field = _named(sobject, names[0])
            row[field.name if field else names[0]] = _value(sobject, record, names[0])
            return
        relation = self._relation(sobject, names[0], ".".join(names))
        parent = self._parent(relation, record)
        if parent is None:
            row.setdefault(relation.relationshipName or names[0], None)
            return
        shown = "Name" if relation.polymorphicForeignKey else parent.object
        nested = row.setdefault(relation.relationshipName or names[0], {"attributes": self._attributes(shown, parent)})
        self._place(nested, self._org.schema[parent.object], parent, names[1:])

    def _attributes(self, type: str, record: Record) -> Row:
        return {"type": type, "url": f"{self._base}/sobjects/{record.object}/{record.id}"}

    def _steps(self, path: str) -> Field | None:
        """The field at the end of the path; None for a field that only some of its kinds of parent have."""
        *relations, last = path.split(".")
        if relations and relations[0].lower() == self._object.name.lower():
            relations = relations[1:]
        sobject, any_kind = self._object, False
        for name in relations:
            relation = self._relation(sobject, name, path)
            kinds = [self._org.schema[kind] for kind in relation.referenceTo if kind in self._org.schema]
            any_kind = relation.polymorphicForeignKey
            sobject = kinds[-1]
        if any_kind:
            if last.lower() not in _NAME:
                raise self._no_column(last, "Name", path)
            return sobject.field(last)
        field = sobject.field(last)
        if field is None:
            raise self._no_column(last, sobject.name, path)
        return field

    def _relation(self, sobject: SObject, name: str, path: str) -> Field:
        relation = sobject.relation(name)
        if relation is None:
            text = f"Didn't understand relationship '{name}' in field path. {_HINT}"
            raise self._refused("INVALID_FIELD", path, text)
        return relation

    def _parent(self, relation: Field, record: Record) -> Record | None:
        id = record.values.get(relation.name)
        kind = next(
            (
                k
                for k in relation.referenceTo
                if k in self._org.schema and id and id.startswith(self._org.schema[k].prefix)
            ),
            None,
        )
        return self._org.journal.get(kind, id) if kind and id else None

    def _reader(self, path: str) -> Callable[[Record], Any]:
        """How to get the value at the end of the path. Raises Refused where there is no such path."""
        self._steps(path)
        *relations, last = path.split(".")
        if relations and relations[0].lower() == self._object.name.lower():
            relations = relations[1:]

        def read(record: Record) -> Any:
            at: Record | None = record
            for name in relations:
                at = self._parent(self._relation(self._org.schema[at.object], name, path), at) if at else None
            return _value(self._org.schema[at.object], at, last) if at else None

        return read

    def _test(self, condition: soql.Condition) -> Callable[[Record], bool]:
        match condition:
            case soql.All(parts):
                tests = [self._test(part) for part in parts]
                return lambda record: all(test(record) for test in tests)
            case soql.Some(parts):
                tests = [self._test(part) for part in parts]
                return lambda record: any(test(record) for test in tests)
            case soql.Not(part):
                test = self._test(part)
                return lambda record: not test(record)
            case soql.Compare():
                return self._compare(condition)
            case _:
                assert_never(condition)

    def _compare(self, condition: soql.Compare) -> Callable[[Record], bool]:
        read, kind = self._reader(condition.path), self._steps(condition.path)
        type = kind.type if kind else "string"
        match condition.value:
            case soql.Pattern(text):
                pattern = _like(text)
                return lambda record: bool(pattern.fullmatch(str(read(record) or "")))
            case tuple(several):
                wanted = {self._ready(condition.path, type, value) for value in several}
                return lambda record: _plain(type, read(record)) in wanted
            case soql.DayLiteral() as days:
                start, end = _span(days, self._today)
                return lambda record: _within(condition.operator, _plain(type, read(record)), start, end)
            case single:
                value = self._ready(condition.path, type, single)
                return lambda record: _holds(condition.operator, _plain(type, read(record)), value)

    def _ready(self, path: str, type: str, value: soql.Literal) -> Any:
        """The literal as it is compared with values of this type. Raises Refused where the types do not meet."""
        text = type not in ("double", "currency", "percent", "int", "boolean", "date", "datetime")
        fits = (
            value is None
            or (isinstance(value, str) and text)
            or (isinstance(value, bool) and type == "boolean")
            or (isinstance(value, float) and type in ("double", "currency", "percent", "int"))
            or (isinstance(value, datetime) and type == "datetime")
            or (isinstance(value, date) and not isinstance(value, datetime) and type == "date")
        )
        if not fits:
            text_of = (
                f"value of filter criterion for field '{path.split('.')[-1]}' must be of type {type} and should "
                + ("be enclosed in quotes" if text else "not be enclosed in quotes")
            )
            raise self._refused("INVALID_FIELD", path, text_of)
        if isinstance(value, str) and type in ("id", "reference"):
            if not ids.looks_right(value):
                raise self._refused("INVALID_QUERY_FILTER_OPERATOR", path, f"invalid ID field: {value}")
            return ids.full(value)
        return value.casefold() if isinstance(value, str) else value

    def _no_column(self, name: str, entity: str, path: str) -> Refused:
        text = f"No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. {_HINT}"
        return self._refused("INVALID_FIELD", path, text)

    def _refused(self, code: str, piece: str, message: str) -> Refused:
        at = max(0, self.query.source.find(piece))
        return Refused(code, soql.pointing(self.query.source, at, message))


def _named(sobject: SObject, name: str) -> Field | None:
    return sobject.field(name)


def _value(sobject: SObject, record: Record, name: str) -> Any:
    if name.lower() == "type" and sobject.field(name) is None:
        return sobject.name
    field = sobject.field(name)
    return record.values.get(field.name) if field else None


def _plain(type: str, value: Any) -> Any:
    """A stored value as it is compared: letters of any case are equal, except in ids."""
    if value is None:
        return None
    match type:
        case "datetime":
            return datetime.fromisoformat(value)
        case "date":
            return date.fromisoformat(value)
        case "id" | "reference":
            return value
        case _:
            return value.casefold() if isinstance(value, str) else value


def _holds(operator: str, left: Any, right: Any) -> bool:
    if operator == "=":
        return bool(left == right)
    if operator == "!=":
        return bool(left != right)
    if left is None or right is None:
        return False
    return bool({"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[operator])


def _within(operator: str, left: Any, start: date, end: date) -> bool:
    """`start` and `end` are the first and last day of a span."""
    if left is None:
        return operator == "!="
    day = left.astimezone(UTC).date() if isinstance(left, datetime) else left
    match operator:
        case "=":
            return bool(start <= day <= end)
        case "!=":
            return not start <= day <= end
        case "<":
            return bool(day < start)
        case "<=":
            return bool(day <= end)
        case ">":
            return bool(day > end)
        case _:
            return bool(day >= start)


def _span(literal: soql.DayLiteral, today: date) -> tuple[date, date]:
    day = timedelta(days=1)
    match literal.name:
        case "YESTERDAY":
            return today - day, today - day
        case "TOMORROW":
            return today + day, today + day
        case "LAST_N_DAYS":
            return today - literal.days * day, today
        case "NEXT_N_DAYS":
            return today + day, today + literal.days * day
        case _:
            return today, today


def _like(text: str) -> re.Pattern[str]:
    pieces = re.findall(r"\\.|.", text, flags=re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return re.compile(
        "".join(wild.get(piece) or re.escape(piece.removeprefix("\\") or piece) for piece in pieces),
        re.IGNORECASE | re.DOTALL,
    )


def _by(read: Callable[[Record], Any], order: soql.Order) -> Callable[[Record, Record], int]:
    def compare(one: Record, other: Record) -> int:
        left, right = (v.casefold() if isinstance(v, str) else v for v in (read(one), read(other)))
        if left is None or right is None:
            return ((left is None) - (right is None)) * (1 if order.nulls_last else -1)
        return ((left > right) - (left < right)) * (-1 if order.descending else 1)

    return compare
