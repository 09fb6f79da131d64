"""The form of a row in DynamoDB.

pk, sk     primary key
body       JSON of a value of the core, or the same compressed (row_body.py); a row of counts has numbers instead, each
           named `n:<name>`
version    rises with each change
write      random; only if the latest change was a single put, which is recognised by it
due        milliseconds since 1970; only on the agenda
agenda     lane and shard; only on the agenda
roster     shard; only on a lead's state
expires    seconds since 1970, for TTL
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from ripen import row_body
from ripen.adapters.table.key import Key
from ripen.adapters.table.keys import kind, parse
from ripen.agenda import Due, Lane, Ref
from ripen.campaign.counts import Counts
from ripen.epoch import from_millis
from ripen.errors import NewerFormat


class Row[T](Struct, frozen=True):
    """A value of the core, its key, and the version that a change must name."""

    key: Key[T]
    value: T
    version: int
    due: datetime | None = None
    lane: Lane = Lane.HOT
    expires: datetime | None = None
    """A change that replaces the row must name it again."""


def parse_due(item: dict[str, Any]) -> Due:
    """Return the entry of the index `agenda`."""
    return Due(_ref(item), from_millis(int(item["due"]["N"])))


def primary_key(key: Key[Any]) -> dict[str, Any]:
    """Return the row's primary key in DynamoDB's notation."""
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def row_of_item(item: dict[str, Any]) -> Row[Any]:
    """Return the row; the type of its value follows from its key. Raises NewerFormat."""
    try:
        key = parse(_ref(item))
    except ValueError:
        raise NewerFormat(f"a row of the unknown kind {kind(_ref(item))!r}") from None
    return decode(key, item)


def decode[T](key: Key[T], item: dict[str, Any]) -> Row[T]:
    """Return the row under this key. Raises NewerFormat for fields and values that only newer code knows.

    Without that, this code would drop such a field when it writes the row.
    """
    try:
        return Row(
            key,
            _counts(item) if key.type is Counts else row_body.decode(_body(item), key.type),
            int(item["version"]["N"]),
            from_millis(int(item["due"]["N"])) if "due" in item else None,
            Lane(item["agenda"]["S"].partition("#")[0]) if "agenda" in item else Lane.HOT,
            datetime.fromtimestamp(int(item["expires"]["N"]), UTC) if "expires" in item else None,
        )
    except (msgspec.ValidationError, ValueError) as error:
        raise NewerFormat(f"a row of the type {key.type.__name__}: {error}") from None


def is_wanted(item: dict[str, Any], wanted: Mapping[str, str]) -> bool:
    """Return whether the sort key starts with a key of `wanted`, and the value's JSON contains that key's value."""
    return any(
        item["sk"]["S"].startswith(prefix) and (not text or text in row_body.json_text(_body(item)))
        for prefix, text in wanted.items()
    )


def _body(item: dict[str, Any]) -> str | bytes:
    [body] = item["body"].values()
    return body if isinstance(body, str) else bytes(body)


def _ref(item: dict[str, Any]) -> Ref:
    return Ref(f"{item['pk']['S']}|{item['sk']['S']}")


def _counts(item: dict[str, Any]) -> Any:
    return Counts(of={name[2:]: int(value["N"]) for name, value in item.items() if name.startswith("n:")})
