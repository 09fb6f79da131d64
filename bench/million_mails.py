"""A table with a million mails due or more, whose rows exist only in the answers, and with real rows beside them."""

from collections.abc import Iterator
from datetime import datetime
from math import ceil
from typing import Any

from bench.metered_dynamodb import MeteredDynamoDB, Usage
from ripen.agenda import SHARDS, Lane, Ref, part
from ripen.epoch import due_millis

MAILS = 1_000_000
_ENTRY_BYTES = 150
"""An entry of the index: the keys of table and index, with their names."""
_PAGE_BYTES = 1_000_000


class MillionMails(MeteredDynamoDB):
    """One table. The lane "mail" of its agenda holds so many mails, all due at the same moment."""

    def __init__(self, used: Usage, due: datetime, mails: int = MAILS) -> None:
        super().__init__(used)
        self._in_shard = mails // SHARDS
        self._due = {"N": str(due_millis(due))}
        self._delivered = [set[int]() for _ in range(SHARDS)]

    def is_delivered(self, ref: Ref) -> bool:
        shard, number = _numbers(ref.partition("|")[0])
        return number in self._delivered[shard]

    def deliver(self, ref: Ref) -> None:
        """Take the mail out of its lane, as its claim does."""
        shard, number = _numbers(ref.partition("|")[0])
        self._delivered[shard].add(number)

    def query(self, *, Limit: int | None = None, **wanted: Any) -> dict[str, Any]:  # noqa: N803 (boto3's name)
        lane, _, shard = wanted["ExpressionAttributeValues"].get(":agenda", {"S": ""})["S"].partition("#")
        if lane != Lane.MAIL:
            return super().query(Limit=Limit, **wanted)
        start = wanted.get("ExclusiveStartKey")
        first = _numbers(start["pk"]["S"])[1] + 1 if start else 0
        if wanted.get("Select") == "COUNT":
            return self._counted(int(shard), first)
        items = [self.item(int(shard), number) for number in self._waiting(int(shard), first, Limit or self._in_shard)]
        self._read_entries(len(items))
        return {"Items": items, "Count": len(items)}

    def paginate(self, *, PaginationConfig: dict[str, Any] | None = None, **wanted: Any) -> Iterator[dict[str, Any]]:  # noqa: N803
        """Yield all pages, as boto3's paginator does."""
        page = self.query(Limit=(PaginationConfig or {}).get("MaxItems"), **wanted)
        yield page
        while key := page.get("LastEvaluatedKey"):
            page = self.query(ExclusiveStartKey=key, **wanted)
            yield page

    def _waiting(self, shard: int, first: int, most: int) -> Iterator[int]:
        """Yield the numbers of the next mails in the lane."""
        delivered, number = self._delivered[shard], first
        while most and number < self._in_shard:
            if number not in delivered:
                yield number
                most -= 1
            number += 1

    def _counted(self, shard: int, first: int) -> dict[str, Any]:
        page = min(self._in_shard - first, _PAGE_BYTES // _ENTRY_BYTES)
        self._read_entries(page)
        counted = page - sum(number in self._delivered[shard] for number in range(first, first + page))
        last = first + page - 1
        more = {"LastEvaluatedKey": self.item(shard, last)} if last < self._in_shard - 1 else {}
        return {"Count": counted} | more

    def item(self, shard: int, number: int) -> dict[str, Any]:
        """Return the entry of a mail in the index."""
        return {
            "agenda": {"S": part(Lane.MAIL, shard)},
            "due": self._due,
            "pk": {"S": f"lead#{shard:02d}{number:030d}"},
            "sk": {"S": f"send#{number:026d}"},
        }

    def _read_entries(self, count: int) -> None:
        with self._lock:
            self._used.read_units += 0.5 * max(1, ceil(count * _ENTRY_BYTES / 4096))
            self._used.requests += 1


def _numbers(pk: str) -> tuple[int, int]:
    """Return the shard of the mail, and its number there."""
    return int(pk[5:7]), int(pk[7:])
