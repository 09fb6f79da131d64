# ruff: noqa: N803 (the names of arguments are boto3's)
"""DynamoDB in memory for tests with thousands of rows.

It answers exactly the requests that adapters/table makes. tests/adapters/test_table.py compares it with moto, whose
transactions copy the whole table for each change.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, ClassVar
from zlib import crc32

from botocore.exceptions import ClientError

Item = dict[str, Any]
Values = dict[str, Any]

_HOLDS: dict[str, Callable[[Item | None, Values], bool]] = {
    "attribute_not_exists(pk)": lambda item, _: item is None,
    "attribute_not_exists(pk) OR expires < :now": lambda item, values: (
        item is None or ("expires" in item and int(item["expires"]["N"]) < int(values[":now"]["N"]))
    ),
    "attribute_exists(pk)": lambda item, _: item is not None,
    "version = :was": lambda item, values: item is not None and item["version"] == values[":was"],
    "due = :due": lambda item, values: item is not None and item.get("due") == values[":due"],
}
_FINDS: dict[str, Callable[[Item, Values], bool]] = {
    "pk = :pk": lambda item, values: True,
    "pk = :pk AND begins_with(sk, :prefix)": lambda item, values: item["sk"]["S"].startswith(values[":prefix"]["S"]),
    "pk = :pk AND sk BETWEEN :first AND :last": lambda item, values: (
        values[":first"]["S"] <= item["sk"]["S"] <= values[":last"]["S"]
    ),
    "agenda = :agenda AND due <= :until": lambda item, values: int(item["due"]["N"]) <= int(values[":until"]["N"]),
    "roster = :shard": lambda item, values: True,
    "roster = :shard AND pk > :after": lambda item, values: item["pk"]["S"] > values[":after"]["S"],
}
_SORTS: dict[str, Callable[[Item], Any]] = {
    "pk": lambda item: item["sk"]["S"],
    "agenda": lambda item: (int(item["due"]["N"]), *_at(item)),
    "roster": lambda item: item["pk"]["S"],
}


class _ConditionalCheckFailed(ClientError):  # type: ignore[misc]
    def __init__(self, item: Item | None) -> None:
        returned = {"Item": item} if item else {}
        super().__init__({"Error": {"Code": "ConditionalCheckFailedException"}, **returned}, "PutItem")


class _TransactionConflict(ClientError):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__({"Error": {"Code": "TransactionConflictException"}}, "UpdateItem")


class _TransactionCanceled(ClientError):  # type: ignore[misc]
    def __init__(self, held: list[bool]) -> None:
        reasons = [{"Code": "None" if good else "ConditionalCheckFailed"} for good in held]
        error = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
        super().__init__(error, "TransactWriteItems")


class QuickDynamoDB:
    """One table, as the boto3 client that Table takes."""

    class exceptions:  # noqa: N801 (boto3's name)
        ConditionalCheckFailedException: ClassVar = _ConditionalCheckFailed
        TransactionCanceledException: ClassVar = _TransactionCanceled
        TransactionConflictException: ClassVar = _TransactionConflict

    def __init__(self) -> None:
        self._items: dict[tuple[str, str], Item] = {}
        self._parts: dict[str, dict[str, dict[tuple[str, str], Item]]] = {
            index: defaultdict(dict) for index in ("pk", "agenda", "roster")
        }

    def get_item(self, *, Key: Item, **_: Any) -> dict[str, Any]:
        item = self._items.get(_at(Key))
        return {"Item": _copy(item)} if item else {}

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:
        [(table, wanted)] = RequestItems.items()
        places = [_at(key) for key in wanted["Keys"]]
        assert len(places) <= 100
        assert len(set(places)) == len(places)
        return {"Responses": {table: [_copy(self._items[at]) for at in places if at in self._items]}}

    def query(self, *, Limit: int | None = None, **wanted: Any) -> dict[str, Any]:
        items = list(self._found(wanted))[:Limit]
        return {"Items": items, "Count": len(items)}

    def get_paginator(self, name: str) -> "QuickDynamoDB":
        assert name in ("query", "scan")
        return self

    def paginate(self, *, PaginationConfig: dict[str, Any] | None = None, **wanted: Any) -> Iterator[dict[str, Any]]:
        if "TotalSegments" in wanted:
            yield from self._scanned(**wanted)
        else:
            yield self.query(Limit=(PaginationConfig or {}).get("MaxItems"), **wanted)

    def _scanned(
        self, *, FilterExpression: str, ExpressionAttributeValues: Values, Segment: int, TotalSegments: int, **_: Any
    ) -> Iterator[dict[str, Any]]:
        """Yield the items for Table.scan's filter: prefixes of sort keys, each with or without a text."""
        value = {name: value["S"] for name, value in ExpressionAttributeValues.items()}
        wanted = [(value[f":p{n}"], value.get(f":t{n}", "")) for n in range(FilterExpression.count("begins_with"))]
        mine = [pk for pk in self._parts["pk"] if crc32(pk.encode()) % TotalSegments == Segment]
        for pk in mine:
            yield {
                "Items": [
                    _copy(item)
                    for item in self._parts["pk"][pk].values()
                    if any(
                        item["sk"]["S"].startswith(p)
                        and ("B" in item.get("body", {}) or t in item.get("body", {"S": ""})["S"])
                        for p, t in wanted
                    )
                ]
            }

    def describe_table(self, **_: Any) -> dict[str, Any]:
        return {"Table": {"TableSizeBytes": sum(len(str(item)) for item in self._items.values())}}

    def _found(self, wanted: dict[str, Any]) -> Iterator[Item]:
        condition, values = wanted["KeyConditionExpression"], wanted["ExpressionAttributeValues"]
        index = condition.partition(" ")[0]
        part = self._parts[index].get(values[condition.split(" ")[2]]["S"], {})
        ordered = sorted(part.values(), key=_SORTS[index], reverse=not wanted.get("ScanIndexForward", True))
        if start := wanted.get("ExclusiveStartKey"):  # only of the agenda, which is read forwards
            ordered = ordered[bisect_right(ordered, _SORTS[index](start), key=_SORTS[index]) :]
        return (_copy(item) for item in ordered if _FINDS[condition](item, values))

    def update_item(self, **wanted: Any) -> dict[str, Any]:
        return self._write_one(wanted)

    def put_item(self, **wanted: Any) -> dict[str, Any]:
        return self._write_one(wanted)

    def _write_one(self, wanted: dict[str, Any]) -> dict[str, Any]:
        if not self._holds(wanted):
            is_asked = wanted.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
            old = self._items.get(_at(wanted.get("Key") or wanted["Item"])) if is_asked else None
            raise _ConditionalCheckFailed(_copy(old) if old else None)
        self._apply(wanted)
        return {}

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]], **_: Any) -> dict[str, Any]:
        wanted = [next(iter(item.values())) for item in TransactItems]
        places = [_at(one.get("Key") or one["Item"]) for one in wanted]
        assert len(places) <= 100
        assert len(set(places)) == len(places), "one transaction, one change for each row"
        held = [self._holds(one) for one in wanted]
        if not all(held):
            raise _TransactionCanceled(held)
        for item in TransactItems:
            [(operation, one)] = item.items()
            if operation == "Delete":
                self._delete(one["Key"])
            else:
                self._apply(one)
        return {}

    def _holds(self, wanted: dict[str, Any]) -> bool:
        condition = wanted.get("ConditionExpression")
        item = self._items.get(_at(wanted.get("Key") or wanted["Item"]))
        return condition is None or _HOLDS[condition](item, wanted.get("ExpressionAttributeValues", {}))

    def _apply(self, wanted: dict[str, Any]) -> None:
        if "Item" in wanted:
            self._put(_copy(wanted["Item"]))
        elif expression := wanted.get("UpdateExpression"):
            item = dict(self._items.get(_at(wanted["Key"]), wanted["Key"]))
            names, values = wanted.get("ExpressionAttributeNames", {}), wanted["ExpressionAttributeValues"]
            sets, _, adds = expression.partition("ADD ")
            for clause in filter(None, sets.removeprefix("SET ").strip().split(", ")):
                name, value = clause.split(" = ")
                item[name] = values[value]
            for clause in filter(None, adds.split(", ")):
                name, value = clause.split(" ")
                name = names.get(name, name)
                item[name] = {"N": str(int(item.get(name, {"N": "0"})["N"]) + int(values[value]["N"]))}
            self._put(item)

    def _delete(self, key: Item) -> None:
        self._put(key)  # takes it off the indexes
        del self._items[_at(key)]

    def _put(self, item: Item) -> None:
        at = _at(item)
        before = self._items.get(at, {})
        self._items[at] = item
        for index, parts in self._parts.items():
            if index in before:
                parts[before[index]["S"]].pop(at, None)
            if index in item:
                parts[item[index]["S"]][at] = item


def _copy(item: Item) -> Item:
    """Copy an item, whose values are all like {"S": "text"}."""
    return {name: {**value} for name, value in item.items()}


def _at(key: Item) -> tuple[str, str]:
    return key["pk"]["S"], key["sk"]["S"]
