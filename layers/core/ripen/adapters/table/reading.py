"""Many rows at once. What DynamoDB leaves unread for want of capacity is asked for again as boto asks again when it is throttled
("standard" mode): after longer and longer pauses, each of a random length, and not for ever.

Source: AWS, DynamoDB API Reference, "BatchGetItem" (100 keys; UnprocessedKeys).
"""

from collections.abc import Callable, Iterator
from itertools import batched
from random import uniform
from typing import Any

_AT_ONCE = 100
_TRIES = 4

type PrimaryKey = dict[str, dict[str, str]]
"""A row's pk and sk, as DynamoDB writes them."""


class UnprocessedKeys(Exception):
    """DynamoDB has no capacity for these keys, however often it was asked."""


def items(
    client: Any, table: str, wanted: list[PrimaryKey], pause: Callable[[float], None]
) -> Iterator[dict[str, Any]]:
    """Those that are there, read consistently, in no order. Raises Unread."""
    for some in batched(wanted, _AT_ONCE, strict=False):
        left = list(some)
        for attempt in range(_TRIES):
            if attempt:
                pause(uniform(0, 1 << (attempt - 1)))  # noqa: S311 no secret
            answer = client.batch_get_item(RequestItems={table: {"Keys": left, "ConsistentRead": True}})
            yield from answer["Responses"][table]
            left = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
            if not left:
                break
        else:
            raise UnprocessedKeys(f"{len(left)} keys")
