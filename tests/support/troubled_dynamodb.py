"""DynamoDB in memory that fails where a test says so."""

# ruff: noqa: N803 (the names of arguments are boto3's)
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from tests.support.quick_dynamodb import QuickDynamoDB


class TroubledDynamoDB(QuickDynamoDB):
    """One table.

    `trouble` has the error of each row that cannot be leased or written alone, by its ref, and of each part of the
    agenda that cannot be read, as "lane#shard". `transactions` has the errors of the next transactions, None for one
    that succeeds.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trouble: dict[str, Exception] = {}
        self.transactions: Iterator[Exception | None] = iter(())

    def _write_one(self, wanted: dict[str, Any]) -> dict[str, Any]:
        key = wanted.get("Key") or wanted["Item"]
        if error := self.trouble.get(f"{key['pk']['S']}|{key['sk']['S']}"):
            raise error
        return super()._write_one(wanted)

    def query(self, *, Limit: int | None = None, **wanted: Any) -> dict[str, Any]:
        part = wanted["ExpressionAttributeValues"].get(":agenda", {"S": ""})["S"]
        if error := self.trouble.get(part):
            raise error
        return super().query(Limit=Limit, **wanted)

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        if error := next(self.transactions, None):
            raise error
        return super().transact_write_items(TransactItems=TransactItems, **more)

    def canceled(self, *reasons: str) -> Exception:
        """Return the error of a transaction that was cancelled for these reasons."""
        error = self.exceptions.TransactionCanceledException([])
        error.response["CancellationReasons"] = [{"Code": reason} for reason in reasons]
        return error


def an_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "Operation")
