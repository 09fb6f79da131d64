"""Changes as one transaction of DynamoDB takes them, each with the condition under which it may be made."""

from datetime import datetime
from typing import Any, cast

import msgspec

from ripen.adapters.table.changes import Absent, Add, Change, Create, Mark, Replace, Unchanged
from ripen.adapters.table.rows import primary_key, to_millis
from ripen.agenda import shard
from ripen.lead.state import State


def transact_item(table: str, change: Change) -> dict[str, Any]:
    """One of the transaction's items."""
    match change:
        case Create(even_if_expired_at=None):
            item, condition, values = _item(change, 1), "attribute_not_exists(pk)", {}
        case Create():
            from_millis = cast("datetime", change.even_if_expired_at)
            item, condition = _item(change, 1), "attribute_not_exists(pk) OR expires < :now"
            values = {":now": {"N": str(int(from_millis.timestamp()))}}
        case Replace(was=0):
            item, condition, values = _item(change, 1), "attribute_not_exists(pk)", {}
        case Replace():
            item, condition = _item(change, change.was + 1), "version = :was"
            values = {":was": {"N": str(change.was)}}
        case Mark():
            return {
                "Update": {
                    "TableName": table,
                    "Key": primary_key(change.key),
                    "UpdateExpression": "SET due = :due, agenda = :agenda ADD version :one",
                    "ConditionExpression": "attribute_exists(pk)",
                    "ExpressionAttributeValues": {
                        ":due": {"N": str(to_millis(change.due))},
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
                    "Key": primary_key(change.key),
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
                    "Key": primary_key(change.key),
                    "ConditionExpression": "version = :was",
                    "ExpressionAttributeValues": {":was": {"N": str(change.version)}},
                }
            }
        case Unchanged() | Absent():
            return {
                "ConditionCheck": {
                    "TableName": table,
                    "Key": primary_key(change.key),
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            }
    put: dict[str, Any] = {"TableName": table, "Item": item, "ConditionExpression": condition}
    if values:
        put["ExpressionAttributeValues"] = values
    return {"Put": put}


def _item(change: Create[Any] | Replace[Any], version: int) -> dict[str, Any]:
    item = primary_key(change.key) | {
        "body": {"S": msgspec.json.encode(change.value).decode()},
        "version": {"N": str(version)},
    }
    if change.due:
        item["due"] = {"N": str(to_millis(change.due))}
        item["agenda"] = {"S": f"{change.lane}#{shard(change.key.lead)}"}
    if change.expires:
        item["expires"] = {"N": str(int(change.expires.timestamp()))}
    if change.key.type is State:
        item["roster"] = {"S": str(shard(change.key.lead))}
    return item
