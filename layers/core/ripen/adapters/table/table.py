"""The one DynamoDB table: reads, transactions, the agenda and the roster.

Source: AWS, DynamoDB Developer Guide, "Amazon DynamoDB Transactions: How it works" (100 items and 4 MB a transaction).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from random import uniform
from time import sleep
from typing import Any, Literal
from uuid import uuid4

from ripen.adapters import aws
from ripen.adapters.table.changes import Change
from ripen.adapters.table.key import Key
from ripen.adapters.table.reading import batch_get
from ripen.adapters.table.rows import Row, decode, is_wanted, parse_due, primary_key, row_of_item
from ripen.adapters.table.writing import single_request, transact_item
from ripen.agenda import Due, Lane, part
from ripen.epoch import due_millis, to_millis
from ripen.errors import Contended

_CONFLICTS = {"ConditionalCheckFailed", "TransactionConflict", "DuplicateItem"}
_THROTTLED = {"ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded"}
_MAX_ATTEMPTS = 4
"""Of a throttled transaction, as botocore attempts any other throttled request."""


class Conflict(Exception):
    """The transaction wrote nothing: the conditions of the changes at the indexes `at` did not hold.

    A retry helps only with rows that were read again.
    """

    def __init__(self, at: tuple[int, ...]) -> None:
        super().__init__(f"the conditions of changes {at} did not hold")
        self.at = at


class Table:
    """Rows of the table, read consistently and changed in transactions."""

    def __init__(self, name: str, client: Any = None, pause: Callable[[float], None] = sleep) -> None:
        self._name = name
        self._client = client or aws.client("dynamodb", skips_validation=True)
        self._pause = pause

    @property
    def name(self) -> str:
        return self._name

    def get[T](self, key: Key[T]) -> Row[T] | None:
        """Return the row, read consistently; None if it is absent."""
        answer = self._client.get_item(TableName=self._name, Key=primary_key(key), ConsistentRead=True)
        return decode(key, answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Sequence[Key[Any]]) -> list[Any]:
        """Return the rows in the order of the keys, None for an absent row. Raises UnprocessedKeys.

        Rows are read consistently, with one request for each 100 keys.
        """
        distinct = [primary_key(key) for key in dict.fromkeys(keys)]
        items = batch_get(self._client, self._name, distinct, self._pause)
        found = {(item["pk"]["S"], item["sk"]["S"]): item for item in items}
        return [decode(key, found[key.pk, key.sk]) if (key.pk, key.sk) in found else None for key in keys]

    def under(
        self,
        owner: str,
        prefix: str,
        newest_first: bool = False,
        *,
        of: Literal["lead", "visitor", "poll", "quarantine", "team"] = "lead",
        most: int | None = None,
    ) -> Iterator[Row[Any]]:
        """Yield the rows of this owner whose sort key starts with `prefix`, in the order of the keys.

        A prefix is "send#", "activity#", …, or "" for all rows. Only the first `most` rows are read, if it is given.
        """
        condition = "pk = :pk" + (" AND begins_with(sk, :prefix)" if prefix else "")
        values = {":pk": f"{of}#{owner}"} | ({":prefix": prefix} if prefix else {})
        return self._rows(condition, values, newest_first, most)

    def between(self, owner: str, first: str, last: str, *, of: Literal["lead", "poll"] = "lead") -> Iterator[Row[Any]]:
        """Yield the owner's rows whose sort keys lie between these two (both included), in the order of the keys."""
        values = {":pk": f"{of}#{owner}", ":first": first, ":last": last}
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
        """Yield the ids of the leads with a state in one shard of the roster, in order.

        Starts after the lead `after`, and ends after `most` leads if it is given. The index is eventually consistent.
        """
        start = {":after": {"S": f"lead#{after}"}} if after else {}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            IndexName="roster",
            KeyConditionExpression="roster = :shard" + (" AND pk > :after" if after else ""),
            ExpressionAttributeValues={":shard": {"S": str(shard)}} | start,
            PaginationConfig={"MaxItems": most, "PageSize": most},
        )
        for page in pages:
            yield from (item["pk"]["S"].removeprefix("lead#") for item in page["Items"])

    def scan(self, wanted: Mapping[str, str], segment: int, total_segments: int) -> Iterator[Row[Any]]:
        """Yield the rows whose sort key starts with a key of `wanted` and whose JSON contains that key's value.

        The value "" matches any JSON. One call reads one of the `total_segments` parts of the table completely. A scan
        is eventually consistent: use it only for reports.
        """
        values: dict[str, Any] = {}
        filters = []
        for n, (prefix, text) in enumerate(wanted.items()):
            values |= {f":p{n}": {"S": prefix}}
            filters.append(f"begins_with(sk, :p{n})")
            if text:  # DynamoDB cannot look into what is compressed
                values |= {f":t{n}": {"S": text}, ":binary": {"S": "B"}}
                filters[-1] += f" AND (contains(body, :t{n}) OR attribute_type(body, :binary))"
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._name,
            FilterExpression=" OR ".join(f"({each})" for each in filters),
            ExpressionAttributeValues=values,
            Segment=segment,
            TotalSegments=total_segments,
        )
        for page in pages:
            yield from (row_of_item(item) for item in page["Items"] if is_wanted(item, wanted))

    def megabytes(self) -> float:
        """Return the table's size, which DynamoDB updates every six hours. A scan reads one megabyte per request."""
        return float(self._client.describe_table(TableName=self._name)["Table"]["TableSizeBytes"]) / 1e6

    def write(self, *changes: Change) -> None:
        """Make all of the changes or none. Raises Conflict."""
        write_id = uuid4().hex[:16]
        if single := single_request(self._name, changes, write_id):
            self._write_one(*single, write_id)
        else:
            self._transact(changes)

    def _transact(self, changes: Sequence[Change]) -> None:
        """Make the changes in one transaction. Raises Conflict.

        A throttled transaction is attempted again after growing pauses of random length, because botocore does not do
        so: it reads no cancellation reasons.
        """
        items = [transact_item(self._name, change) for change in changes]
        for attempt in range(1, _MAX_ATTEMPTS + 1):
            try:
                self._client.transact_write_items(TransactItems=items)
                return
            except self._client.exceptions.TransactionCanceledException as error:
                reasons = [reason.get("Code", "None") for reason in error.response["CancellationReasons"]]
                if not _CONFLICTS.isdisjoint(reasons):
                    at = tuple(i for i, reason in enumerate(reasons) if reason in _CONFLICTS)
                    raise Conflict(at) from error
                if _THROTTLED.isdisjoint(reasons) or attempt == _MAX_ATTEMPTS:
                    raise
            self._pause(uniform(0, 0.1 * 2**attempt))  # noqa: S311 (no secret)

    def _write_one(self, method: str, arguments: dict[str, Any], write_id: str) -> None:
        """Make one change by a request of its own. Raises Conflict."""
        errors = self._client.exceptions
        try:
            getattr(self._client, method)(**arguments)
        except errors.TransactionConflictException as error:
            raise Conflict((0,)) from error
        except errors.ConditionalCheckFailedException as error:
            was_made = error.response.get("Item", {}).get("write") == {"S": write_id}
            if not was_made:
                raise Conflict((0,)) from error

    def retrying[T](self, attempt: Callable[[int], T], tries: int = 6) -> T:
        """Return what `attempt` returns once it meets no Conflict. Raises Contended after that many tries.

        `attempt` gets its number, from 0. It must read the rows again, because a Conflict means that they have changed.
        The pauses between attempts grow and have a random length, so that two workers do not meet again.
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

    def due(self, lane: Lane, shard: int, until: datetime, limit: int = 100, after: Due | None = None) -> list[Due]:
        """Return the first `limit` rows that are due by `until` in one shard of a lane, earliest first.

        With `after`, return those that follow this entry, which need not be on the agenda any more.
        """
        if after and after.at > until:
            return []
        answer = self._client.query(**self._agenda_query(lane, shard, until, after), Limit=limit)
        return [parse_due(item) for item in answer["Items"]]

    def _agenda_query(self, lane: Lane, shard: int, until: datetime, after: Due | None = None) -> dict[str, Any]:
        place = {"S": part(lane, shard)}
        query = {
            "TableName": self._name,
            "IndexName": "agenda",
            "KeyConditionExpression": "agenda = :agenda AND due <= :until",
            "ExpressionAttributeValues": {":agenda": place, ":until": {"N": str(to_millis(until))}},
        }
        if after:
            pk, _, sk = after.ref.partition("|")
            start = {"agenda": place, "due": {"N": str(to_millis(after.at))}, "pk": {"S": pk}, "sk": {"S": sk}}
            query["ExclusiveStartKey"] = start
        return query

    def all_due(self, lane: Lane, shard: int, until: datetime) -> Iterator[Due]:
        """Yield all rows that are due by `until`, earliest first: for reports, not for workers."""
        pages = self._client.get_paginator("query").paginate(**self._agenda_query(lane, shard, until))
        for page in pages:
            yield from map(parse_due, page["Items"])

    def waiting(self, lane: Lane, shard: int, until: datetime, after: Due | None = None) -> int:
        """Return the number of rows that are due by `until`; with `after`, of those that follow this entry."""
        if after and after.at > until:
            return 0
        query = self._agenda_query(lane, shard, until, after)
        return sum(page["Count"] for page in self._client.get_paginator("query").paginate(**query, Select="COUNT"))

    def lease(self, due: Due, until: datetime) -> bool:
        """Move a row's due time to `until`, without a new version.

        Return False if another worker did so first, or if a transaction is changing the row at this moment.
        """
        pk, _, sk = due.ref.partition("|")
        errors = self._client.exceptions
        try:
            self._client.update_item(
                TableName=self._name,
                Key={"pk": {"S": pk}, "sk": {"S": sk}},
                UpdateExpression="SET due = :until",
                ConditionExpression="due = :due",
                ExpressionAttributeValues={
                    ":until": {"N": str(due_millis(until))},
                    ":due": {"N": str(to_millis(due.at))},
                },
            )
        except (errors.ConditionalCheckFailedException, errors.TransactionConflictException):
            return False
        return True
