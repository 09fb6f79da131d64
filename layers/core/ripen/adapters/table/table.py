"""DynamoDB, in a dozen verbs. Each row: pk, sk, `body` (JSON of a value of the core), `version`; on the agenda also `due`
(milliseconds) and `agenda` (lane and shard); `roster` on a state; `expires` for TTL. A row of counts has numbers instead of
a body, each named `n:<name>`.

Source of the limits: AWS, DynamoDB Developer Guide, "Transactions" (100 items, 4 MB).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from random import uniform
from time import sleep
from typing import Any, Literal, cast

import msgspec
from msgspec import Struct

from ripen.adapters import aws
from ripen.adapters.table.changes import Absent, Add, Change, Create, Mark, Replace, Unchanged
from ripen.adapters.table.keys import Key, parse
from ripen.adapters.table.reading import items
from ripen.agenda import Lane, Ref, shard
from ripen.counts import Counts
from ripen.state import State

_CONFLICTS = {"ConditionalCheckFailed", "TransactionConflict", "DuplicateItem"}


class Conflict(Exception):
    """The transaction was not made: `at` are the indexes of the changes whose condition did not hold.

    Trying again helps only after reading again.
    """

    def __init__(self, at: tuple[int, ...]) -> None:
        super().__init__(f"changes {at} met another state")
        self.at = at


class Row[T](Struct, frozen=True):
    key: Key[T]
    value: T
    version: int
    due: datetime | None = None
    lane: Lane = Lane.HOT


class Due(Struct, frozen=True):
    """One entry of the agenda: which row, and when it is due."""

    ref: Ref
    at: datetime


class Table:
    """Rows of the table, read consistently and changed in transactions."""

    def __init__(self, name: str, client: Any = None, pause: Callable[[float], None] = sleep) -> None:
        self._name = name
        self._client = client or aws.client("dynamodb", trusts_us=True)
        self._pause = pause

    def get[T](self, key: Key[T]) -> Row[T] | None:
        """The row, read consistently, or None."""
        found = self._client.get_item(TableName=self._name, Key=_key(key), ConsistentRead=True)
        return _row(key, found["Item"]) if "Item" in found else None

    def get_many(self, keys: Sequence[Key[Any]]) -> list[Any]:
        """Rows in the order of the keys, None where there is none; one request for up to 100 keys. Raises Unread."""
        wanted = [_key(key) for key in dict.fromkeys(keys)]
        read = items(self._client, self._name, wanted, self._pause)
        found = {(item["pk"]["S"], item["sk"]["S"]): item for item in read}
        return [_row(key, found[key.pk, key.sk]) if (key.pk, key.sk) in found else None for key in keys]

    def under(
        self,
        owner: str,
        prefix: str,
        newest_first: bool = False,
        *,
        of: Literal["lead", "visitor"] = "lead",
        most: int | None = None,
    ) -> Iterator[Row[Any]]:
        """The rows of a lead or a visitor whose sort key starts with `prefix` ("send#", "activity#", …; "" for all), each
        typed by its kind; the first `most` of them, or all."""
        condition = "pk = :pk" + (" AND begins_with(sk, :prefix)" if prefix else "")
        values = {":pk": f"{of}#{owner}"} | ({":prefix": prefix} if prefix else {})
        return self._rows(condition, values, newest_first, most)

    def between(self, lead: str, first: str, last: str) -> Iterator[Row[Any]]:
        """The lead's rows whose sort keys lie between these two, in their order."""
        values = {":pk": f"lead#{lead}", ":first": first, ":last": last}
        return self._rows("pk = :pk AND sk BETWEEN :first AND :last", values)

    def _rows(
        self, condition: str, values: dict[str, str], newest_first: bool = False, most: int | None = None
    ) -> Iterator[Row[Any]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression=condition,
            ExpressionAttributeValues={name: {"S": value} for name, value in values.items()},
            ConsistentRead=True,
            ScanIndexForward=not newest_first,
            PaginationConfig={"MaxItems": most, "PageSize": most},
        )
        for page in pages:
            yield from map(_found, page["Items"])

    def leads(self, shard: int, after: str = "", most: int | None = None) -> Iterator[str]:
        """The ids of all leads with a state in one shard of the roster, in their order; the first `most` after that one."""
        beyond = {":after": {"S": f"lead#{after}"}} if after else {}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            IndexName="roster",
            KeyConditionExpression="roster = :shard" + (" AND pk > :after" if after else ""),
            ExpressionAttributeValues={":shard": {"S": str(shard)}} | beyond,
            PaginationConfig={"MaxItems": most, "PageSize": most},
        )
        for page in pages:
            yield from (item["pk"]["S"].removeprefix("lead#") for item in page["Items"])

    def scan(self, wanted: Mapping[str, str], piece: int, pieces: int) -> Iterator[Row[Any]]:
        """Of everybody, the rows whose sort keys start so and whose JSON has that text in it ("" for any): in one of so many
        pieces of the table, which is read whole. Not consistently: for people who count."""
        values: dict[str, Any] = {}
        tests = []
        for n, (prefix, text) in enumerate(wanted.items()):
            values |= {f":p{n}": {"S": prefix}} | ({f":t{n}": {"S": text}} if text else {})
            tests.append(f"(begins_with(sk, :p{n})" + (f" AND contains(body, :t{n}))" if text else ")"))
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._name,
            FilterExpression=" OR ".join(tests),
            ExpressionAttributeValues=values,
            Segment=piece,
            TotalSegments=pieces,
        )
        for page in pages:
            yield from map(_found, page["Items"])

    def megabytes(self) -> float:
        """How large the table is, as DynamoDB last counted: every six hours. So many requests read it whole."""
        return float(self._client.describe_table(TableName=self._name)["Table"]["TableSizeBytes"]) / 1e6

    def write(self, *changes: Change) -> None:
        """All of the changes or none, in one transaction. Raises Conflict."""
        items = [_transact(self._name, change) for change in changes]
        try:
            self._client.transact_write_items(TransactItems=items)
        except self._client.exceptions.TransactionCanceledException as error:
            reasons = [reason.get("Code", "None") for reason in error.response["CancellationReasons"]]
            if not any(reason in _CONFLICTS for reason in reasons):
                raise
            raise Conflict(tuple(i for i, reason in enumerate(reasons) if reason in _CONFLICTS)) from error

    def step_back(self, attempt: int) -> None:
        """Before another attempt (from 0) after a Conflict: a moment, longer each time and of a random length, so that those
        who got in each other's way do not meet again."""
        self._pause(uniform(0, 0.02 * 2**attempt))  # noqa: S311 (no secret)

    def due(self, lane: Lane, shard: int, until: datetime, limit: int = 100) -> list[Due]:
        """What is due by then in one shard of a lane, earliest first."""
        found = self._client.query(**self._due(lane, shard, until), Limit=limit)
        return [_due_item(item) for item in found["Items"]]

    def _due(self, lane: Lane, shard: int, until: datetime) -> dict[str, Any]:
        return {
            "TableName": self._name,
            "IndexName": "agenda",
            "KeyConditionExpression": "agenda = :agenda AND due <= :until",
            "ExpressionAttributeValues": {
                ":agenda": {"S": f"{lane}#{shard}"},
                ":until": {"N": str(_millis(until))},
            },
        }

    def all_due(self, lane: Lane, shard: int, until: datetime) -> Iterator[Due]:
        """As `due`, but without a limit: for people who count, not for workers."""
        pages = self._client.get_paginator("query").paginate(**self._due(lane, shard, until))
        for page in pages:
            yield from map(_due_item, page["Items"])

    def waiting(self, lane: Lane, shard: int, until: datetime) -> int:
        """How many are due by then."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            IndexName="agenda",
            Select="COUNT",
            KeyConditionExpression="agenda = :agenda AND due <= :until",
            ExpressionAttributeValues={":agenda": {"S": f"{lane}#{shard}"}, ":until": {"N": str(_millis(until))}},
        )
        return sum(page["Count"] for page in pages)

    def lease(self, due: Due, until: datetime) -> bool:
        """Take what is due by moving its due time to `until`; False if somebody else did. Leaves the version."""
        pk, _, sk = due.ref.partition("|")
        try:
            self._client.update_item(
                TableName=self._name,
                Key={"pk": {"S": pk}, "sk": {"S": sk}},
                UpdateExpression="SET due = :until",
                ConditionExpression="due = :due",
                ExpressionAttributeValues={
                    ":until": {"N": str(_millis(until))},
                    ":due": {"N": str(_millis(due.at))},
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _due_item(item: dict[str, Any]) -> Due:
    return Due(Ref(f"{item['pk']['S']}|{item['sk']['S']}"), _moment(item["due"]["N"]))


def _millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _moment(millis: str) -> datetime:
    return datetime.fromtimestamp(int(millis) / 1000, UTC)


def _key(key: Key[Any]) -> dict[str, Any]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def _found(item: dict[str, Any]) -> Row[Any]:
    return _row(parse(f"{item['pk']['S']}|{item['sk']['S']}"), item)


def _row[T](key: Key[T], item: dict[str, Any]) -> Row[T]:
    return Row(
        key,
        _counts(item) if key.type is Counts else msgspec.json.decode(item["body"]["S"], type=key.type),
        int(item["version"]["N"]),
        _moment(item["due"]["N"]) if "due" in item else None,
        Lane(item["agenda"]["S"].partition("#")[0]) if "agenda" in item else Lane.HOT,
    )


def _counts(item: dict[str, Any]) -> Any:
    return Counts(of={name[2:]: int(value["N"]) for name, value in item.items() if name.startswith("n:")})


def _item(change: Create[Any] | Replace[Any], version: int) -> dict[str, Any]:
    item = _key(change.key) | {
        "body": {"S": msgspec.json.encode(change.value).decode()},
        "version": {"N": str(version)},
    }
    if change.due:
        item["due"] = {"N": str(_millis(change.due))}
        item["agenda"] = {"S": f"{change.lane}#{shard(change.key.lead)}"}
    if change.expires:
        item["expires"] = {"N": str(int(change.expires.timestamp()))}
    if change.key.type is State:
        item["roster"] = {"S": str(shard(change.key.lead))}
    return item


def _transact(table: str, change: Change) -> dict[str, Any]:
    match change:
        case Create(even_if_expired_at=None):
            item, condition, values = _item(change, 1), "attribute_not_exists(pk)", {}
        case Create():
            moment = cast("datetime", change.even_if_expired_at)
            item, condition = _item(change, 1), "attribute_not_exists(pk) OR expires < :now"
            values = {":now": {"N": str(int(moment.timestamp()))}}
        case Replace(was=0):
            item, condition, values = _item(change, 1), "attribute_not_exists(pk)", {}
        case Replace():
            item, condition = _item(change, change.was + 1), "version = :was"
            values = {":was": {"N": str(change.was)}}
        case Mark():
            return {
                "Update": {
                    "TableName": table,
                    "Key": _key(change.key),
                    "UpdateExpression": "SET due = :due, agenda = :agenda ADD version :one",
                    "ConditionExpression": "attribute_exists(pk)",
                    "ExpressionAttributeValues": {
                        ":due": {"N": str(_millis(change.due))},
                        ":agenda": {"S": f"{change.lane}#{shard(change.key.lead)}"},
                        ":one": {"N": "1"},
                    },
                }
            }
        case Add():
            added = list(enumerate(change.numbers.items()))
            return {
                "Update": {
                    "TableName": table,
                    "Key": _key(change.key),
                    "UpdateExpression": "ADD version :one" + "".join(f", #n{at} :n{at}" for at, _ in added),
                    "ExpressionAttributeNames": {f"#n{at}": f"n:{name}" for at, (name, _) in added},
                    "ExpressionAttributeValues": {":one": {"N": "1"}}
                    | {f":n{at}": {"N": str(number)} for at, (_, number) in added},
                }
            }
        case Unchanged() if change.version:
            return {
                "ConditionCheck": {
                    "TableName": table,
                    "Key": _key(change.key),
                    "ConditionExpression": "version = :was",
                    "ExpressionAttributeValues": {":was": {"N": str(change.version)}},
                }
            }
        case Unchanged() | Absent():
            return {
                "ConditionCheck": {
                    "TableName": table,
                    "Key": _key(change.key),
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            }
    put: dict[str, Any] = {"TableName": table, "Item": item, "ConditionExpression": condition}
    if values:
        put["ExpressionAttributeValues"] = values
    return {"Put": put}
