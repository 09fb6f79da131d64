"""DynamoDB in memory that counts what AWS charges for each request.

Sources: AWS, DynamoDB Developer Guide, "DynamoDB item sizes and formats", "DynamoDB read and write operations" (one
write unit for each started KB, twice that in a transaction; one read unit for each started 4 KB, half of it if
eventually consistent), "Using Global Secondary Indexes" (one write for each index entry that is added or removed).
"""

# ruff: noqa: N803 (the names of arguments are boto3's)
from dataclasses import asdict, astuple, dataclass
from math import ceil
from threading import RLock
from typing import Any

from bench.report import Cost
from tests.support.quick_dynamodb import QuickDynamoDB

Item = dict[str, Any]

_INDEXES = {"agenda": ("agenda", "due"), "roster": ("roster",)}
"""The attributes of each index's key. KEYS_ONLY: an entry holds nothing else, and is smaller than 1 KB."""


@dataclass
class Usage:
    """The units and requests that some work used. A read unit costs a fifth of a write unit."""

    write_units: float = 0
    read_units: float = 0
    requests: float = 0
    """Requests to DynamoDB, SQS and SES."""
    calls: float = 0
    """Calls of functions. Each message is taken alone, so there are never more calls than this."""
    messages: float = 0
    """Put on queues."""
    cpu_ms: float = 0
    """CPU of the functions and of the services in memory."""

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(*(mine - theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    def __truediv__(self, count: int) -> "Usage":
        return Usage(*(each / count for each in astuple(self)))

    def against(self, write_units_bar: float, requests_bar: float | None) -> Cost:
        """Return the cost with these bars."""
        return Cost(
            write_units=self.write_units,
            read_units=self.read_units,
            requests=self.requests,
            write_units_bar=write_units_bar,
            requests_bar=requests_bar,
        )

    def set(self, other: "Usage") -> None:
        """Take over the other's counts."""
        for name, value in asdict(other).items():
            setattr(self, name, value)


class MeteredDynamoDB(QuickDynamoDB):
    """One table, as the boto3 client that Table takes. Its requests add to `used`."""

    def __init__(self, used: Usage) -> None:
        super().__init__()
        self._used = used
        self._lock = RLock()  # the tick asks with several threads

    def get_item(self, **wanted: Any) -> dict[str, Any]:
        with self._lock:
            answer = super().get_item(**wanted)
            self._read([answer.get("Item", {})])
            return answer

    def batch_get_item(self, **wanted: Any) -> dict[str, Any]:
        with self._lock:
            answer = super().batch_get_item(**wanted)
            [(table, asked)] = wanted["RequestItems"].items()
            found = answer["Responses"][table]
            self._read(found + [{}] * (len(asked["Keys"]) - len(found)))
            return answer

    def query(self, *, Limit: int | None = None, **wanted: Any) -> dict[str, Any]:
        with self._lock:
            answer = super().query(Limit=Limit, **wanted)
            bytes = sum(map(size, answer["Items"]))
            self._used.read_units += (1 if wanted.get("ConsistentRead") else 0.5) * max(1, ceil(bytes / 4096))
            self._used.requests += 1
            return answer

    def _write_one(self, wanted: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            before = self._item(wanted)
            self._used.requests += 1
            try:
                return super()._write_one(wanted)
            finally:
                self._wrote(before, self._item(wanted), price=1)

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]], **_: Any) -> dict[str, Any]:
        changes = [next(iter(item.values())) for item in TransactItems]
        with self._lock:
            before = [self._item(change) for change in changes]
            self._used.requests += 1
            try:
                return super().transact_write_items(TransactItems=TransactItems)
            finally:
                for was, change in zip(before, changes, strict=True):
                    self._wrote(was, self._item(change), price=2)

    def _item(self, wanted: dict[str, Any]) -> Item:
        key = wanted.get("Key") or wanted["Item"]
        return dict(super().get_item(Key=key).get("Item", {}))

    def _read(self, items: list[Item]) -> None:
        self._used.read_units += sum(max(1, ceil(size(item) / 4096)) for item in items)
        self._used.requests += 1

    def _wrote(self, before: Item, after: Item, price: int) -> None:
        self._used.write_units += price * max(1, ceil(max(size(before), size(after)) / 1024))
        for index, attributes in _INDEXES.items():
            old, new = ([item.get(name) for name in attributes] for item in (before, after))
            if old != new:
                self._used.write_units += (index in before) + (index in after)


def size(item: Item) -> int:
    """Return the size of an item in bytes: names and texts in UTF-8, numbers by their digits."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: dict[str, Any]) -> int:
    [(type, content)] = value.items()
    if type == "N":
        return ceil(len(content.strip("-").replace(".", "").strip("0")) / 2) + 1
    return len(content if isinstance(content, bytes) else content.encode())
