"""Moto's DynamoDB for tests with threads: each request is atomic, as in AWS.

Moto has no lock. It checks a condition and writes in two steps. Its transactions copy the whole table, and even a read
of a missing row adds an empty partition to the dictionary that is being copied ("dictionary changed size during
iteration").
"""

from threading import Lock
from typing import Any


def make_atomic(client: Any) -> Any:
    """Make the client send one request after the other, also from paginators. Requests of threads still interleave."""
    call, lock = client._make_api_call, Lock()

    def call_alone(operation: str, parameters: dict[str, Any]) -> Any:
        with lock:
            return call(operation, parameters)

    client._make_api_call = call_alone
    return client
