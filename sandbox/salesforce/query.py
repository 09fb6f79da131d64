"""Answer a query from the records of the org."""

from collections.abc import Callable
from datetime import date, datetime
from functools import cmp_to_key
from typing import Any, assert_never

from sandbox.salesforce import ids, soql
from sandbox.salesforce.comparison import ZONE, comparator, holds, like, plain, span, within
from sandbox.salesforce.journal import Record
from sandbox.salesforce.org import Org
from sandbox.salesforce.paths import HINT, Paths, Row
from sandbox.salesforce.refused import Refused
from sandbox.salesforce.schema import SObject
from sandbox.salesforce.soql_parser import parse

_NUMBERS = ("double", "currency", "percent", "int")
_UNQUOTED = (*_NUMBERS, "boolean", "date", "datetime")


class Asked:
    """One query to an org; `deleted` includes the recycle bin."""

    def __init__(self, org: Org, source: str, base: str, now: datetime, deleted: bool = False) -> None:
        self._org = org
        self._today = now.astimezone(ZONE).date()
        self._deleted = deleted
        self.query = parse(source)
        self._object = self._source(self.query.object)
        self._paths = Paths(org, source, self._object, base)

    def matching(self) -> list[Record]:
        """Return the matching records in order, within limit and offset. Raises Refused."""
        for path in self.query.paths:
            self._paths.field(path)
        keep = self._test(self.query.where)
        found = [r for r in self._org.journal.all(self._object.name, self._deleted) if keep(r)]
        for order in reversed(self.query.order):
            found.sort(key=cmp_to_key(comparator(self._paths.reader(order.path), order)))
        end = None if self.query.limit is None else self.query.offset + self.query.limit
        return found[self.query.offset : end]

    def row(self, record: Record) -> Row:
        return self._paths.row(record, self.query.paths)

    def _source(self, name: str) -> SObject:
        found = next((s for s in self._org.schema.values() if s.name.lower() == name.lower()), None)
        if found is None:
            text = (
                f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to "
                f"append the '__c' after the entity name. {HINT}"
            )
            source = self.query.source
            raise Refused("INVALID_TYPE", soql.pointing(source, max(0, source.find(name)), text))
        return found

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
        path, operator = condition.path, condition.operator
        read, field = self._paths.reader(path), self._paths.field(path)
        type = field.type if field else "string"
        if field and not field.filterable:
            raise self._paths.refused(
                "INVALID_FIELD", path, f"field '{field.name}' can not be filtered in a query call"
            )
        match condition.value:
            case soql.Pattern(text):
                pattern = like(text)
                return lambda record: bool(pattern.fullmatch(str(read(record) or "")))
            case tuple(several):
                wanted = {self._ready(path, type, value) for value in several}
                return lambda record: plain(type, read(record)) in wanted
            case soql.DayLiteral() as days if type in ("date", "datetime"):
                start, end = span(days, self._today)
                return lambda record: within(operator, plain(type, read(record)), start, end)
            case single:
                value = self._ready(path, type, single)
                return lambda record: holds(operator, plain(type, read(record)), value)

    def _ready(self, path: str, type: str, value: soql.Literal) -> Any:
        """Return the literal in the form that is compared with this type. Raises Refused if the types do not fit."""
        if not _fits(type, value):
            quotes = "not be enclosed in quotes" if type in _UNQUOTED else "be enclosed in quotes"
            name = path.split(".")[-1]
            text = f"value of filter criterion for field '{name}' must be of type {type} and should {quotes}"
            raise self._paths.refused("INVALID_FIELD", path, text)
        if isinstance(value, str) and type in ("id", "reference"):
            if not ids.looks_right(value):
                raise self._paths.refused("INVALID_QUERY_FILTER_OPERATOR", path, f"invalid ID field: {value}")
            return ids.full(value)
        return value.casefold() if isinstance(value, str) else value


def _fits(type: str, value: soql.Literal) -> bool:
    match value:
        case None:
            return True
        case bool():
            return type == "boolean"
        case float():
            return type in _NUMBERS
        case str():
            return type not in _UNQUOTED
        case datetime():
            return type == "datetime"
        case date():
            return type == "date"
        case _:
            return False
