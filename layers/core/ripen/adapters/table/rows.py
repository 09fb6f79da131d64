"""How a row stands in DynamoDB: pk, sk, `body` (JSON of a value of the core), `version`; on the agenda also `due` (milliseconds)
and `agenda` (lane and shard); `roster` on a state; `expires` for TTL. A row of counts has numbers instead of a body, each named
`n:<name>`.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from ripen.adapters.table.keys import Key, parse
from ripen.agenda import Lane, Ref
from ripen.campaign.counts import Counts


class Row[T](Struct, frozen=True):
    """A value of the core, where it stands, and the version of it that a change is made to."""

    key: Key[T]
    value: T
    version: int
    due: datetime | None = None
    lane: Lane = Lane.HOT


class Due(Struct, frozen=True):
    """One entry of the agenda: which row, and when it is due."""

    ref: Ref
    at: datetime


def parse_due(item: dict[str, Any]) -> Due:
    """One entry of the index `agenda`."""
    return Due(Ref(f"{item['pk']['S']}|{item['sk']['S']}"), from_millis(item["due"]["N"]))


def to_millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def from_millis(millis: str) -> datetime:
    return datetime.fromtimestamp(int(millis) / 1000, UTC)


def primary_key(key: Key[Any]) -> dict[str, Any]:
    """The row's primary key."""
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def row_of_item(item: dict[str, Any]) -> Row[Any]:
    """The row, of the type that its own key says."""
    return decode(parse(f"{item['pk']['S']}|{item['sk']['S']}"), item)


def decode[T](key: Key[T], item: dict[str, Any]) -> Row[T]:
    return Row(
        key,
        _counts(item) if key.type is Counts else msgspec.json.decode(item["body"]["S"], type=key.type),
        int(item["version"]["N"]),
        from_millis(item["due"]["N"]) if "due" in item else None,
        Lane(item["agenda"]["S"].partition("#")[0]) if "agenda" in item else Lane.HOT,
    )


def _counts(item: dict[str, Any]) -> Any:
    return Counts(of={name[2:]: int(value["N"]) for name, value in item.items() if name.startswith("n:")})
