"""DynamoDB, in a dozen verbs.

Source of the limits: AWS, DynamoDB Developer Guide, "Transactions" (100 items, 4 MB).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from random import uniform
from time import sleep
from typing import Any, Literal

from ripen.adapters import aws
from ripen.adapters.table.changes import Change
from ripen.adapters.table.keys import Key
from ripen.adapters.table.reading import items
from ripen.adapters.table.rows import Due, Row, decode, parse_due, primary_key, row_of_item, to_millis
from ripen.adapters.table.writing import transact_item
from ripen.agenda import Lane
from ripen.errors import Contended

_CONFLICTS = {"ConditionalCheckFailed", "TransactionConflict", "DuplicateItem"}


class Conflict(Exception):
    """The transaction was not made: `at` are the indexes of the changes whose condition did not hold.

    Trying again helps only after reading again.
    """

    def __init__(self, at: tuple[int, ...]) -> None:
        super().__init__(f"changes {at} met another state")
        self.at = at


class Table:
    """Rows of the table, read consistently and changed in transactions."""

    def __init__(self, name: str, client: Any = None, pause: Callable[[float], None] = sleep) -> None:
        self._name = name
        self._client = client or aws.client("dynamodb", skips_validation=True)
        self._pause = pause

    def get[T](self, key: Key[T]) -> Row[T] | None:
        """The row, read consistently, or None."""
        found = self._client.get_item(TableName=self._name, Key=primary_key(key), ConsistentRead=True)
        return decode(key, found["Item"]) if "Item" in found else None

    def get_many(self, keys: Sequence[Key[Any]]) -> list[Any]:
        """Rows in the order of the keys, None where there is none; one request for up to 100 keys. Raises Unread."""
        wanted = [primary_key(key) for key in dict.fromkeys(keys)]
        read = items(self._client, self._name, wanted, self._pause)
        found = {(item["pk"]["S"], item["sk"]["S"]): item for item in read}
        return [decode(key, found[key.pk, key.sk]) if (key.pk, key.sk) in found else None for key in keys]

    def under(
        self,
        owner: str,
        prefix: str,
        newest_first: bool = False,
        *,
        of: Literal["lead", "visitor", "poll"] = "lead",
        most: int | None = None,
    ) -> Iterator[Row[Any]]:
        """The rows of a lead, a visitor or a poll whose sort key starts with `prefix` ("send#", "activity#", …; "" for all), each
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
            yield from map(row_of_item, page["Items"])

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
            yield from map(row_of_item, page["Items"])

    def megabytes(self) -> float:
        """How large the table is, as DynamoDB last counted: every six hours. So many requests read it whole."""
        return float(self._client.describe_table(TableName=self._name)["Table"]["TableSizeBytes"]) / 1e6

    def write(self, *changes: Change) -> None:
        """All of the changes or none, in one transaction. Raises Conflict."""
        items = [transact_item(self._name, change) for change in changes]
        try:
            self._client.transact_write_items(TransactItems=items)
        except self._client.exceptions.TransactionCanceledException as error:
            reasons = [reason.get("Code", "None") for reason in error.response["CancellationReasons"]]
            if not any(reason in _CONFLICTS for reason in reasons):
                raise
            raise Conflict(tuple(i for i, reason in enumerate(reasons) if reason in _CONFLICTS)) from error

    def retrying[T](self, attempt: Callable[[int], T], tries: int = 6) -> T:
        """Return what `attempt` returns once it meets no Conflict. Raises Contended after that many tries.

        `attempt` gets its number, from 0. It reads the rows again, for a Conflict means that they have changed. The pauses
        between attempts grow and have a random length, so that two workers do not meet again.
        """
        for number in range(tries - 1):
            try:
                return attempt(number)
            except Conflict:
                self._pause(uniform(0, 0.02 * 2**number))  # noqa: S311 (no secret)
        try:
            return attempt(tries - 1)
        except Conflict as conflict:
            raise Contended(f"{tries} attempts; the last: {conflict}") from conflict

    def due(self, lane: Lane, shard: int, until: datetime, limit: int = 100) -> list[Due]:
        """What is due by then in one shard of a lane, earliest first."""
        found = self._client.query(**self._due(lane, shard, until), Limit=limit)
        return [parse_due(item) for item in found["Items"]]

    def _due(self, lane: Lane, shard: int, until: datetime) -> dict[str, Any]:
        return {
            "TableName": self._name,
            "IndexName": "agenda",
            "KeyConditionExpression": "agenda = :agenda AND due <= :until",
            "ExpressionAttributeValues": {
                ":agenda": {"S": f"{lane}#{shard}"},
                ":until": {"N": str(to_millis(until))},
            },
        }

    def all_due(self, lane: Lane, shard: int, until: datetime) -> Iterator[Due]:
        """As `due`, but without a limit: for people who count, not for workers."""
        pages = self._client.get_paginator("query").paginate(**self._due(lane, shard, until))
        for page in pages:
            yield from map(parse_due, page["Items"])

    def waiting(self, lane: Lane, shard: int, until: datetime) -> int:
        """How many are due by then."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            IndexName="agenda",
            Select="COUNT",
            KeyConditionExpression="agenda = :agenda AND due <= :until",
            ExpressionAttributeValues={":agenda": {"S": f"{lane}#{shard}"}, ":until": {"N": str(to_millis(until))}},
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
                    ":until": {"N": str(to_millis(until))},
                    ":due": {"N": str(to_millis(due.at))},
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True
