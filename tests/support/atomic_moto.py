"""Moto's DynamoDB for tests with threads: each request is atomic, as in AWS.

Moto has no lock. It checks a condition and writes in two steps. Its transactions copy the whole table, and even a read
of a missing row adds an empty partition to the dictionary that is being copied ("dictionary changed size during
iteration").
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from threading import Lock
from typing import Any

import boto3
import moto.core.models
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

moto.core.models.RESPONSES_METHODS.clear()
"""Our code reaches AWS with boto3 only. For `requests` moto would register all addresses of AWS in each test."""


@contextmanager
def an_empty_table(create: Callable[[Any], None]) -> Iterator[Any]:
    """Run the block with a client of a DynamoDB that has what `create` creates, and nothing else.

    To create a client and a table takes longer than most tests. Both are copied from those of the first test; the
    copies share the handlers of the client's events, so a test that registers one creates a client of its own.
    """
    with mock_aws():
        first, tables = _first(create)
        client = object.__new__(type(first))
        client.__dict__.update(first.__dict__)
        dynamodb_backends[DEFAULT_ACCOUNT_ID][first.meta.region_name].tables.update(deepcopy(tables))
        yield make_atomic(client)


@cache
def _first(create: Callable[[Any], None]) -> tuple[Any, dict[str, Any]]:
    client = boto3.client("dynamodb")
    create(client)
    return client, deepcopy(dict(dynamodb_backends[DEFAULT_ACCOUNT_ID][client.meta.region_name].tables))


def make_atomic(client: Any) -> Any:
    """Make the client send one request after the other, also from paginators. Requests of threads still interleave."""
    call, lock = client._make_api_call, Lock()

    def call_alone(operation: str, parameters: dict[str, Any]) -> Any:
        with lock:
            return call(operation, parameters)

    client._make_api_call = call_alone
    return client
