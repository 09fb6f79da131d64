"""The floor of `make bench-clock`: the calls that the workers made, made again in a row by one client."""

import pickle
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import ClientError

_COPY = "floor"
_BATCH = 25


class Call(NamedTuple):
    """A call to AWS, as bench/recorded_calls writes it."""

    at: float
    function: str
    service: str
    operation: str
    asked: dict[str, Any]


def calls(folder: Path, since: float) -> list[Call]:
    """Return the workers' calls to the table and to SES from that time on, in order; the tick's do not count."""
    found = (call for file in folder.glob("*.calls") for call in _read(file))
    kept = [
        c for c in found if c.at >= since and c.service in ("dynamodb", "sesv2") and "NurtureTick" not in c.function
    ]
    return sorted(kept, key=lambda call: call.at)


def _read(file: Path) -> Iterator[Call]:
    with file.open("rb") as lines:
        while True:
            try:
                yield Call(*pickle.load(lines))  # noqa: S301 (ours)
            except EOFError:
                return


def copy_table(table: str) -> None:
    """Make the floor's own table, with the rows that the table has now. The calls then find what the workers found."""
    client = boto3.client("dynamodb")
    if _COPY in client.list_tables()["TableNames"]:
        client.delete_table(TableName=_COPY)
    known = client.describe_table(TableName=table)["Table"]
    indexes = [
        {name: index[name] for name in ("IndexName", "KeySchema", "Projection")}
        for index in known["GlobalSecondaryIndexes"]
    ]
    client.create_table(
        TableName=_COPY,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=known["KeySchema"],
        AttributeDefinitions=known["AttributeDefinitions"],
        GlobalSecondaryIndexes=indexes,
    )
    for page in client.get_paginator("scan").paginate(TableName=table):
        for start in range(0, len(page["Items"]), _BATCH):
            rows = page["Items"][start : start + _BATCH]
            client.batch_write_item(RequestItems={_COPY: [{"PutRequest": {"Item": row}} for row in rows]})


def seconds(made: list[Call], table: str) -> float:
    """Return how long the calls take in a row, on the floor's table. Mails go through no configuration set."""
    clients: dict[str, Any] = {name: boto3.client(name) for name in ("dynamodb", "sesv2")}
    asked = [_on_the_copy(call.asked, table) for call in made]
    start = monotonic()
    for call, arguments in zip(made, asked, strict=True):
        try:
            clients[call.service]._make_api_call(call.operation, arguments)
        except ClientError:  # a condition that did not hold, as for the worker
            continue
    return monotonic() - start


def _on_the_copy(asked: Any, table: str) -> Any:
    match asked:
        case dict():
            return {
                _COPY if name == table else name: _on_the_copy(value, table)
                for name, value in asked.items()
                if name not in ("ClientRequestToken", "ConfigurationSetName")
            }
        case list():
            return [_on_the_copy(value, table) for value in asked]
    return _COPY if asked == table else asked
