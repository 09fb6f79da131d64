"""Reads of many rows in one request.

When DynamoDB is short of capacity it leaves keys unread. These are requested again as boto retries throttled calls in
its "standard" mode: after growing pauses of random length, a limited number of times.

Source: AWS, DynamoDB API Reference, "BatchGetItem" (100 keys; UnprocessedKeys).
"""

from collections.abc import Callable, Iterator
from itertools import batched
from random import uniform
from typing import Any

_MAX_KEYS = 100
_MAX_ATTEMPTS = 4

type PrimaryKey = dict[str, dict[str, str]]
"""A row's pk and sk in DynamoDB's notation: {"pk": {"S": …}, "sk": {"S": …}}."""


class UnprocessedKeys(Exception):
    """DynamoDB left keys unread in every attempt."""


def batch_get(
    client: Any, table: str, keys: list[PrimaryKey], pause: Callable[[float], None]
) -> Iterator[dict[str, Any]]:
    """Yield the items that exist, read consistently, in any order. Raises UnprocessedKeys."""
    for batch in batched(keys, _MAX_KEYS, strict=False):
        unread = list(batch)
        for attempt in range(_MAX_ATTEMPTS):
            if attempt:
                pause(uniform(0, 1 << (attempt - 1)))  # noqa: S311 (no secret)
            answer = client.batch_get_item(RequestItems={table: {"Keys": unread, "ConsistentRead": True}})
            yield from answer["Responses"][table]
            unread = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
            if not unread:
                break
        else:
            raise UnprocessedKeys(f"{len(unread)} keys")
