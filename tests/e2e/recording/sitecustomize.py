"""Record, for each function of the local cloud, the rights that its calls to AWS need, and the rows that it wrote.

Python loads a module of this name at its start. The tests put this folder on the path of the emulator, whose functions
inherit it. Elsewhere it does nothing, and production code does not depend on it.
"""

import json
import os
import sys
import time
import zlib
from collections.abc import Iterator
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

_TRANSACTED = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
_ALIASES = {"sqs:SendMessageBatch": "sqs:SendMessage"}


def rights(service: str, operation: str, asked: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (action, resource) for one call, in IAM's words where they differ from the API's."""
    if operation == "TransactWriteItems":
        for item in asked["TransactItems"]:
            for kind, part in item.items():
                yield f"dynamodb:{_TRANSACTED[kind]}", part["TableName"]
    elif operation == "BatchGetItem":
        for table in asked["RequestItems"]:
            yield "dynamodb:BatchGetItem", table
    elif service == "dynamodb":
        index = asked.get("IndexName")
        yield f"dynamodb:{operation}", asked["TableName"] + (f"/index/{index}" if index else "")
    elif service == "s3":
        yield f"s3:{operation}", f"{asked['Bucket']}/{asked.get('Key', '')}"
    elif operation == "SendEmail":
        yield "ses:SendEmail", f"configuration-set/{asked['ConfigurationSetName']}"
        yield "ses:SendEmail", "identity/*"
    elif service == "sesv2":
        yield f"ses:{operation}", "*"
    else:
        action = f"{service}:{operation}"
        yield _ALIASES.get(action, action), asked.get("QueueUrl") or asked.get("SecretId") or json.dumps(asked)


class Diary:
    """Records every row that was put, with the application clock's time, which every function reads first."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offset = 0.0

    def note(self, operation: str, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        if operation == "GetItem" and asked["Key"]["pk"]["S"] == "setting#clock" and "Item" in answer:
            self._offset = json.loads(answer["Item"]["body"]["S"])["seconds"]
        if items := list(_put(operation, asked)):
            rows = [{name: _text(next(iter(value.values()))) for name, value in item.items()} for item in items]
            with self._file.open("a") as lines:
                lines.writelines(json.dumps(row | {"at": time.time() + self._offset}) + "\n" for row in rows)


def _text(value: str | bytes) -> str:
    """Return an attribute as text; the bodies of large rows are compressed."""
    return value if isinstance(value, str) else zlib.decompress(value).decode()


def _put(operation: str, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows that the call put: alone, or in a transaction."""
    if operation == "PutItem":
        yield asked["Item"]
    if operation == "TransactWriteItems":
        yield from (item["Put"]["Item"] for item in asked["TransactItems"] if "Put" in item)


def _watch(client: Any) -> None:
    call, seen = client._make_api_call, set[tuple[str, str]]()

    @cache
    def files() -> tuple[Path, Diary]:
        """Return this process's files; a function's process is forked after botocore's import."""
        file = Path(os.environ["RIPEN_CALLS"]) / f"{os.getpid()}.jsonl"
        return file, Diary(file.with_suffix(".rows"))

    def watched(self: Any, operation: str, asked: dict[str, Any]) -> Any:
        if not (function := os.environ.get("AWS_LAMBDA_FUNCTION_NAME")):
            return call(self, operation, asked)
        file, diary = files()
        for right in rights(self.meta.service_model.service_name, operation, asked):
            if right not in seen:
                seen.add(right)
                with file.open("a") as lines:
                    lines.write(json.dumps([function, *right]) + "\n")
        answer = call(self, operation, asked)
        diary.note(operation, asked, answer)
        return answer

    client._make_api_call = watched


class _Finder(MetaPathFinder):
    """Watches the function's own import of botocore, so that the function gets the same one as without us."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name != "botocore.client":
            return None
        sys.meta_path.remove(self)
        spec: Any = find_spec(name)
        load = spec.loader.exec_module

        def loaded(module: Any) -> None:
            load(module)
            _watch(module.BaseClient)

        spec.loader.exec_module = loaded
        return cast("ModuleSpec", spec)


if "RIPEN_CALLS" in os.environ:
    sys.meta_path.insert(0, _Finder())
