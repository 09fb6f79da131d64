"""Changes as requests: a single put or update, or items of TransactWriteItems, each with its condition.

Source: AWS, DynamoDB API Reference, "PutItem", "UpdateItem", "TransactWriteItem" (Put, Update, Delete,
ConditionCheck).
"""

from typing import Any, Literal, assert_never

from ripen import row_body
from ripen.adapters.table.changes import Absent, Add, Change, Create, Delete, Mark, Replace, Unchanged
from ripen.adapters.table.rows import primary_key
from ripen.agenda import Lane, part, shard
from ripen.epoch import due_millis
from ripen.lead.state import State

_IS_ABSENT = {"ConditionExpression": "attribute_not_exists(pk)"}


def single_request(
    table: str, changes: tuple[Change, ...], write_id: str
) -> tuple[Literal["put_item", "update_item"], dict[str, Any]] | None:
    """Return the boto3 method and its arguments for one change that needs no transaction; None for any others.

    It costs half as much as a transaction. Botocore repeats a request whose answer was lost, but only a transaction
    carries a token by which DynamoDB recognises the repetition. A put carries `write_id` in the row instead, which the
    failed condition of a repetition returns. A repeated Mark does no harm; a repeated Add would count twice.
    """
    match changes:
        case [Create() | Replace() as change]:
            content = _put(change)
            content["Item"]["write"] = {"S": write_id}
            return "put_item", {"TableName": table, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"} | content
        case [Mark() as change]:
            return "update_item", {"TableName": table, "Key": primary_key(change.key)} | _set_due(change)
        case _:
            return None


def transact_item(table: str, change: Change) -> dict[str, Any]:
    """Return the change as one item of a transaction."""
    match change:
        case Create() | Replace():
            operation, content = "Put", _put(change)
        case Mark():
            operation, content = "Update", {"Key": primary_key(change.key)} | _set_due(change)
        case Add():
            operation, content = "Update", {"Key": primary_key(change.key)} | _add_numbers(change)
        case Unchanged():
            operation, content = "ConditionCheck", {"Key": primary_key(change.key)} | _has_version(change.version)
        case Absent():
            operation, content = "ConditionCheck", {"Key": primary_key(change.key)} | _IS_ABSENT
        case Delete():
            operation, content = "Delete", {"Key": primary_key(change.key)} | _has_version(change.was)
        case _:
            assert_never(change)
    return {operation: {"TableName": table} | content}


def _put(change: Create[Any] | Replace[Any]) -> dict[str, Any]:
    if isinstance(change, Create):
        return {"Item": _item(change, version=1)} | _may_create(change)
    return {"Item": _item(change, version=change.was + 1)} | _has_version(change.was)


def _may_create(change: Create[Any]) -> dict[str, Any]:
    """Return the condition that the row is absent, or has expired if the change may overwrite an expired row."""
    if change.even_if_expired_at is None:
        return _IS_ABSENT
    return {
        "ConditionExpression": "attribute_not_exists(pk) OR expires < :now",
        "ExpressionAttributeValues": {":now": _number(int(change.even_if_expired_at.timestamp()))},
    }


def _has_version(version: int) -> dict[str, Any]:
    """Return the condition that the row has this version; version 0 is an absent row."""
    if not version:
        return _IS_ABSENT
    return {"ConditionExpression": "version = :was", "ExpressionAttributeValues": {":was": _number(version)}}


def _set_due(change: Mark[Any]) -> dict[str, Any]:
    return {
        "UpdateExpression": "SET due = :due, agenda = :agenda ADD version :one",
        "ConditionExpression": "attribute_exists(pk)",
        "ExpressionAttributeValues": {
            ":due": _number(due_millis(change.due)),
            ":agenda": _agenda(change.lane, change.key.lead),
            ":one": _number(1),
        },
    }


def _add_numbers(change: Add) -> dict[str, Any]:
    numbers = list(enumerate(change.numbers.items()))
    expiry = {":expires": _number(int(change.expires.timestamp()))} if change.expires else {}
    return {
        "UpdateExpression": ("SET expires = :expires " if expiry else "")
        + "ADD version :one"
        + "".join(f", #n{at} :n{at}" for at, _ in numbers),
        "ExpressionAttributeNames": {f"#n{at}": f"n:{name}" for at, (name, _) in numbers},
        "ExpressionAttributeValues": {":one": _number(1)}
        | {f":n{at}": _number(number) for at, (_, number) in numbers}
        | expiry,
    }


def _item(change: Create[Any] | Replace[Any], version: int) -> dict[str, Any]:
    item = primary_key(change.key) | {
        "body": {"S": body} if isinstance(body := row_body.encode(change.value), str) else {"B": body},
        "version": _number(version),
    }
    if change.due:
        item |= {"due": _number(due_millis(change.due)), "agenda": _agenda(change.lane, change.key.lead)}
    if change.expires:
        item["expires"] = _number(int(change.expires.timestamp()))
    if change.key.type is State:
        item["roster"] = {"S": str(shard(change.key.lead))}
    return item


def _agenda(lane: Lane, lead: str) -> dict[str, str]:
    """Return the partition key of the index `agenda`."""
    return {"S": part(lane, shard(lead))}


def _number(number: int) -> dict[str, str]:
    return {"N": str(number)}
